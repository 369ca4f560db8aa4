"""What of a live group differs from what is approved.

For each live rule the first that applies decides:

1. **Approvals that have not expired.** What they open together is approved; where that is the whole rule, nothing else
   is asked. An approval for 198.51.100.0/24 on tcp 8000-8100 covers 198.51.100.7/32 on 8080. It does not cover
   7999-8080, 198.51.100.0/23 or -1; but two approvals for the halves of a network cover the network.
2. **The group's baseline**, the most specific one: by id before tag before name pattern; of the same kind with an
   account before without, then with a Region before without; else the first in the file. A rule that opens anything
   that neither baseline nor approvals open is "unapproved" as a whole, and a rule of the baseline is "missing" where
   the live rules, less the unapproved ones, do not open all of it. The organization-wide rules are not asked: a
   baseline may open 22 to the world.
3. **The organization-wide rules**, without a baseline. What they forbid and no approval covers is "unapproved", port
   range by port range. A rule for 0.0.0.0/0 on 20-443, where 22 is approved, is a difference for 20-21, 23-79 and
   81-442: just what it would be as five rules.

A baseline is compared by what is open, not by how it is written; the comparison is exact, by intervals:

============================  ====================================  =====================================
baseline                      live                                  differences
============================  ====================================  =====================================
tcp 443 from 10.0.0.0/24      6, 443, 10.0.0.7/24                   none: 6 is tcp, host bits say nothing
tcp 443 from 10.0.0.0/24      443 from 10.0.0.0/25, 10.0.0.128/25   none: the halves are the whole
tcp 443 from 10.0.0.0/24      443 from 10.0.0.0/25                  missing
tcp 443 from 10.0.0.0/24      443 from 10.0.0.0/24, 10.0.0.0/25     none: the second opens nothing more
tcp 443 from 10.0.0.0/24      443 from 10.0.0.0/23                  unapproved, and missing without it
tcp 443 and tcp 444 from x    443-444 from x                        none
tcp all and udp all from x    -1 from x                             unapproved: -1 is every protocol; missing twice
-1 from x                     tcp 22 from x                         missing
icmp 8 from x                 icmp type 8, code 0 from x            missing: 8 is every code
tcp 443 from pl-1             443 from pl-1                         none, if the world may reach 443
tcp 22 from pl-1              22 from pl-1, which holds 0.0.0.0/0   widened
tcp 443 from 10.0.0.0/24      443 from pl-1, which holds that       unapproved, and missing: a list is only itself
============================  ====================================  =====================================

A **prefix list** is always judged by what it holds, since whoever edits it opens groups without touching them. Where
no baseline names it, the organization-wide rules judge the networks that it holds. A baseline names it by its id, and
may then open through it what the organization-wide rules let pass: what they forbid and no approval covers is
"widened", a difference of the list and not of the rule, which the baseline demands. An approval by id is for whatever
the list holds; an approval by CIDR covers a list where all that it holds lies within. A list that holds nothing opens
nothing to the organization-wide rules, and no approval by CIDR covers it.

A **group** as source goes by ``sg-…`` in the judged group's own account, by ``account/sg-…`` in any, and by ``self``
where it is the judged group. The organization-wide rules say nothing of groups, nor of ICMP and other protocols
without ports. **Egress** is judged only where the group's baseline says so.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from .approvals import Approvals, Baseline
from .coverage import Coverage, Piece, covered, uncovered
from .exposure import Finding, exposed, some_of
from .groups import Group, names, written_names
from .networks import Addresses, Interval, merged
from .rules import ICMP, ICMPV6, PROTOCOLS, TCP, UDP, Rule

__all__ = ["Difference", "Group", "demanded", "exposures", "judge"]

UNAPPROVED = "unapproved"
MISSING = "missing"
WIDENED = "widened"

_PROTOCOL_NAMES = {number: name for name, number in PROTOCOLS.items()}


class Difference(NamedTuple):
    """One way in which a group is not as approved.

    Attributes:
        kind: "unapproved", "missing", or "widened": of a rule that is approved, the prefix list opens too much.
        rule_id: The live rule; empty where one is missing.
        breaks: The organization-wide rule, or the baseline as ``baseline NAME``.
        text: What is open or missing, for people.
    """

    kind: str
    rule_id: str
    breaks: str
    text: str


def judge(group: Group, rules: Iterable[Rule], approvals: Approvals, *, now: int) -> list[Difference]:
    """The differences of a live group, sorted.

    The same for the same rules in any order. Where the organization-wide rules decide, also the same ports and
    addresses however they are split into rules.

    Args:
        group: The group.
        rules: All its live rules.
        approvals: What is approved.
        now: Milliseconds since 1970.
    """
    baseline = approvals.baseline(group)
    if baseline is not None:
        return sorted(_against(baseline, group, rules, approvals, now))
    return sorted(
        {_difference(UNAPPROVED, group, rule, found) for rule, found in _exposures(group, rules, approvals, now)}
    )


def demanded(difference: Difference, group: Group, approvals: Approvals) -> Rule | None:
    """The rule of the group's baseline that a "missing" difference is about."""
    baseline = approvals.baseline(group) if difference.kind == MISSING else None
    return next((rule for rule in baseline.rules if _missing(rule) == difference.text), None) if baseline else None


def exposures(group: Group, rules: Iterable[Rule], approvals: Approvals, *, now: int) -> list[Finding]:
    """What rules expose against the organization-wide rules, less what approvals cover, sorted."""
    return sorted({found for _, found in _exposures(group, rules, approvals, now)})


def _exposures(group: Group, rules: Iterable[Rule], approvals: Approvals, now: int) -> Iterator[tuple[Rule, Finding]]:
    coverages: list[Coverage] | None = None
    for rule, found in exposed(rules, approvals.policy, approvals.admitted):
        if coverages is None:
            coverages = approvals.coverages(group, now)
        if not coverages:
            yield rule, found
        else:
            yield from ((rule, left) for left in _left(found, rule, group, coverages))


def _difference(kind: str, group: Group, rule: Rule, found: Finding) -> Difference:
    text = f"{_written(rule, names(rule, group))} opens {found.exposure}"
    return Difference(kind, rule.rule_id, found.exposure.breaks, text)


def _left(found: Finding, rule: Rule, group: Group, coverages: list[Coverage]) -> Iterable[Finding]:
    exposure = found.exposure
    extent = exposure.first_port, exposure.last_port
    _, v4, v6 = uncovered(coverages, rule, names(rule, group), exposure.protocol, extent, exposure.sources)
    for (first, last), sources in _by_ports(v4, v6).items():
        yield found._replace(exposure=exposure._replace(first_port=first, last_port=last, sources=sources))


def _by_ports(v4: list[Piece], v6: list[Piece]) -> dict[Interval, Addresses]:
    """The addresses of the pieces, by each range of ports."""
    sides: dict[Interval, tuple[list[Interval], list[Interval]]] = {}
    for side, pieces in enumerate((v4, v6)):
        for interval, extents in pieces:
            for extent in extents:
                sides.setdefault(extent, ([], []))[side].append(interval)
    return {extent: Addresses(merged(four), merged(six)) for extent, (four, six) in sides.items()}


def _against(
    baseline: Baseline, group: Group, rules: Iterable[Rule], approvals: Approvals, now: int
) -> Iterable[Difference]:
    breaks = f"baseline {baseline.name}"
    coverages = approvals.coverages(group, now)
    kept = []
    for rule in rules:
        if rule.egress and not baseline.egress:
            continue
        called = names(rule, group)
        if _approved(rule, called, baseline.coverage, coverages):
            kept.append((rule, called))
        else:
            yield Difference(UNAPPROVED, rule.rule_id, breaks, f"{_written(rule, called)} is not in the baseline")
    listed = [rule for rule, _ in kept if rule.prefix_list]
    yield from {_difference(WIDENED, group, rule, found) for rule, found in _exposures(group, listed, approvals, now)}
    live = Coverage(kept)
    for wanted in baseline.rules:
        if not covered([live], wanted, written_names(wanted), wanted.sources):
            yield Difference(MISSING, "", breaks, _missing(wanted))


def _missing(rule: Rule) -> str:
    return f"{rule.rule_id} is not there in whole"


def _approved(rule: Rule, called: tuple[str, ...], baseline: Coverage, coverages: list[Coverage]) -> bool:
    # In a baseline a prefix list is only itself; what it holds is judged apart.
    if rule.prefix_list:
        return covered([baseline], rule, called, Addresses()) or covered(coverages, rule, called, rule.sources)
    return covered([baseline, *coverages], rule, called, rule.sources)


def _written(rule: Rule, called: tuple[str, ...]) -> str:
    protocol = _PROTOCOL_NAMES.get(rule.protocol, str(rule.protocol))
    first, last = rule.extent
    extent = ""
    if rule.protocol in (TCP, UDP):
        extent = f" {first}-{last}" if first < last else f" {first}"
    elif rule.protocol in (ICMP, ICMPV6) and last - first < 256:
        extent = f" {first // 256}" if first < last else f" {first // 256}/{first % 256}"
    sources = some_of(rule.sources) if not called else called[0]
    held = f" ({some_of(rule.sources) or 'nothing'})" if rule.prefix_list else ""
    return f"{protocol}{extent} {'to' if rule.egress else 'from'} {sources}{held}"
