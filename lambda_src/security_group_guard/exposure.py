"""Which rules let whom reach what, against the policy.

Judged by arithmetic on ports and addresses, so that it does not matter in which order rules come, or whether what
they open is written as one range or as many.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import reduce
from itertools import islice, pairwise
from typing import Final, NamedTuple

from .networks import Addresses, Intervals, beyond, common, each_cidr, shared, union
from .policy import Limit, Policy
from .rules import TCP, Rule

SHOWN: Final = 3


class Exposure(NamedTuple):
    """A range of ports that addresses reach although the policy keeps them away."""

    breaks: str
    protocol: int
    first_port: int
    last_port: int
    sources: Addresses

    def __str__(self) -> str:
        ports = f"{self.first_port}-{self.last_port}" if self.first_port < self.last_port else str(self.first_port)
        protocol = "tcp" if self.protocol == TCP else "udp"
        return f"{protocol} {ports} from {some_of(self.sources)}: {self.breaks}"


class Finding(NamedTuple):
    """What one rule exposes."""

    rule_id: str
    exposure: Exposure


def findings(rules: Iterable[Rule], policy: Policy) -> list[Finding]:
    """What the ingress rules expose, by rule, in one order.

    A rule that refers to a group names no address and is not judged here; egress is not either.
    """
    return sorted({finding for _, finding in exposed(rules, policy, Admitted(policy))})


class Admitted:
    """The addresses that every limit admits, where most rules' sources lie: one bisection tells."""

    __slots__ = ("_networks", "_v4_starts", "_v6_starts")

    def __init__(self, policy: Policy) -> None:
        self._networks = reduce(shared, (limit.networks for limit in policy)) if policy else Addresses()
        self._v4_starts = [first for first, _ in self._networks.v4]
        self._v6_starts = [first for first, _ in self._networks.v6]

    def holds(self, sources: Addresses) -> bool:
        """Whether all the addresses are among them."""
        v4, v6 = sources
        return (not v4 or _within(v4, self._networks.v4, self._v4_starts)) and (
            not v6 or _within(v6, self._networks.v6, self._v6_starts)
        )


def _within(intervals: Intervals, known: Intervals, starts: list[int]) -> bool:
    for first, last in intervals:
        position = bisect_right(starts, first) - 1
        if position < 0 or last > known[position][1]:
            return False
    return True


def exposed(rules: Iterable[Rule], policy: Policy, admitted: Admitted) -> Iterator[tuple[Rule, Finding]]:
    """What the ingress rules expose, each beside its rule.

    Args:
        rules: In any order.
        policy: The limits.
        admitted: Of the same policy, made once.
    """
    # Most sources come on several ports: what each limit keeps out is asked once per source.
    kept_out: dict[Addresses, list[tuple[Limit, Addresses]]] = {}
    for rule in rules:
        if rule.egress or not rule.ports:
            continue
        sources = rule.sources
        kept = kept_out.get(sources)
        if kept is None:
            kept = kept_out[sources] = [] if admitted.holds(sources) else _kept_out(sources, policy)
        if kept:
            yield from _exposed(rule, kept)


def _kept_out(sources: Addresses, policy: Policy) -> list[tuple[Limit, Addresses]]:
    return [(limit, left) for limit in policy if (left := beyond(sources, limit.networks))]


def _exposed(rule: Rule, kept_out: list[tuple[Limit, Addresses]]) -> Iterator[tuple[Rule, Finding]]:
    for limit, sources in kept_out:
        for protocol, ports in rule.ports:
            for first, last in common(ports, limit.ports):
                yield rule, Finding(rule.rule_id, Exposure(limit.name, protocol, first, last, sources))


def some_of(sources: Addresses) -> str:
    """The first CIDRs: what is left of the world without some networks would be hundreds."""
    shown = list(islice(each_cidr(sources), SHOWN + 1))
    return ", ".join(shown) if len(shown) <= SHOWN else f"{', '.join(shown[:SHOWN])} and more"


def total(found: Iterable[Finding]) -> list[Exposure]:
    """What all rules together expose, written in the one way that does not depend on how they are split.

    Per broken limit and protocol the longest ranges of ports that the same addresses reach.
    """
    groups: dict[tuple[str, int], list[Exposure]] = {}
    for _, exposure in found:
        groups.setdefault((exposure.breaks, exposure.protocol), []).append(exposure)
    return [piece for _, pieces in sorted(groups.items()) for piece in _normalized(pieces)]


def _normalized(pieces: list[Exposure]) -> list[Exposure]:
    bounds = sorted({piece.first_port for piece in pieces} | {piece.last_port + 1 for piece in pieces})
    result: list[Exposure] = []
    for first, after in pairwise(bounds):
        sources = union(piece.sources for piece in pieces if piece.first_port <= first <= piece.last_port)
        if not sources:
            continue
        previous = result[-1] if result else None
        if previous and previous.last_port == first - 1 and previous.sources == sources:
            result[-1] = previous._replace(last_port=after - 1)
        else:
            result.append(pieces[0]._replace(first_port=first, last_port=after - 1, sources=sources))
    return result
