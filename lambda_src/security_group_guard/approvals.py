"""What is approved, as synthesis wrote it into JSON: organization-wide rules, baselines and approvals that expire."""

import json
import re
from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from .coverage import Coverage
from .exposure import Admitted
from .groups import Group, Selector, written_names
from .policy import Policy, organization_wide
from .rules import Rule
from .written import listing, rule, table, text

_DAY: Final = 24 * 60 * 60 * 1000
_ORGANIZATION: Final = {
    "approved_networks": "approved",
    "inside": "inside",
    "world_ports": "allowed",
    "administrative_ports": "administrative",
}
_WHERE: Final = {"account": "[0-9]{12}", "region": "[a-z0-9-]+", "group": "sg-[0-9A-Za-z-]+", "group_name": r"[\s\S]+"}


class Baseline(NamedTuple):
    """All rules that the selected groups are to have: any more or less is a difference."""

    name: str
    selector: Selector
    egress: bool
    rules: tuple[Rule, ...]
    coverage: Coverage


class Approval(NamedTuple):
    """A rule that is somebody's, for a reason, until the end of a day (UTC), then without effect."""

    owner: str
    reason: str
    until: int
    selector: Selector
    rule: Rule


class Approvals:
    """The document, read once per process.

    An example with every key::

        {"organization": {"approved_networks": ["10.20.0.0/16"], "inside": ["10.0.0.0/8"],
                          "world_ports": [80, 443], "administrative_ports": [22, 3389]},
         "baselines": [{"name": "web front", "group_name": "web-*", "account": "222222222222",
                        "region": "eu-west-1", "egress": true,
                        "rules": [{"protocol": "tcp", "ports": "443", "source": "0.0.0.0/0"},
                                  {"protocol": "icmp", "ports": "8/0", "source": "self"},
                                  {"protocol": "-1", "source": "pl-0123", "direction": "egress"}]}],
         "approvals": [{"owner": "…", "reason": "…", "expires": "2027-01-31", "account": "222222222222",
                        "group": "sg-0123", "rule": {"protocol": "tcp", "ports": "8000-8100",
                                                     "source": "198.51.100.0/24"}}]}

    A baseline has one of ``group``, ``group_name`` and ``tag`` (``{"key": "role", "value": "web"}``). An approval may
    have ``account``, ``group`` and ``group_name``, and all of them must match; without any it is for every group.
    ``inside`` and ``administrative_ports`` have defaults, every list may be absent, and no other key may occur.
    """

    __slots__ = ("_approvals", "_baselines", "_coverages", "admitted", "policy")

    def __init__(self, policy: Policy, baselines: Iterable[Baseline], approvals: Iterable[Approval]) -> None:
        self.policy = policy
        self.admitted = Admitted(policy)
        # Sorting is stable: of equal rank, the first in the file decides.
        self._baselines = sorted(baselines, key=lambda baseline: baseline.selector.rank)
        grouped: dict[Selector, list[Approval]] = {}
        for approval in sorted(approvals, key=lambda approval: approval.until):
            grouped.setdefault(approval.selector, []).append(approval)
        self._approvals = {
            selector: ([approval.until for approval in listed], listed) for selector, listed in grouped.items()
        }
        self._coverages: dict[Selector, tuple[int, Coverage]] = {}

    @classmethod
    def from_json(cls, document: str) -> "Approvals":
        """The approvals of a document.

        Raises:
            ValueError: for a document that synthesis would have refused, with the place and the value.
        """
        data = table(json.loads(document), "the document", ("organization", "baselines", "approvals"))
        baselines = listing(data.get("baselines", []), "baselines")
        approvals = listing(data.get("approvals", []), "approvals")
        return cls(
            _policy(data.get("organization", {})),
            [_baseline(value, f"baselines[{number}]") for number, value in enumerate(baselines)],
            [_approval(value, f"approvals[{number}]") for number, value in enumerate(approvals)],
        )

    def baseline(self, group: Group) -> Baseline | None:
        """The baseline that decides for a group, if it has any."""
        return next((baseline for baseline in self._baselines if baseline.selector.matches(group)), None)

    def coverages(self, group: Group, now: int) -> list[Coverage]:
        """What the approvals that hold now open to a group."""
        return [
            self._coverage(selector, bisect_right(untils, now), listed)
            for selector, (untils, listed) in self._approvals.items()
            if untils[-1] > now and selector.matches(group)
        ]

    def _coverage(self, selector: Selector, expired: int, listed: list[Approval]) -> Coverage:
        known = self._coverages.get(selector)
        if known is None or known[0] != expired:
            holding = [approval.rule for approval in listed[expired:]]
            known = self._coverages[selector] = expired, coverage_of(holding)
        return known[1]


def coverage_of(rules: Iterable[Rule]) -> Coverage:
    """What rules of the document open, where a group or prefix list goes by what was written."""
    return Coverage((one, written_names(one)) for one in rules)


def _policy(value: object) -> Policy:
    data = table(value, "organization", _ORGANIZATION)
    given: dict[str, Any] = {"approved": []}
    for key, name in _ORGANIZATION.items():
        if key not in data:
            continue
        place = f"organization.{key}"
        given[name] = listing(data[key], place)
        try:
            organization_wide(**{"approved": [], name: given[name]})
        except ValueError as error:
            raise ValueError(f"{place} is {data[key]!r}: {error}") from None
    return organization_wide(**given)


def _baseline(value: object, place: str) -> Baseline:
    kinds = ("group", "group_name", "tag")
    data = table(value, place, ("name", "account", "region", "egress", "rules", *kinds), ("name", "rules"))
    if sum(kind in data for kind in kinds) != 1:
        said = {kind: data[kind] for kind in kinds if kind in data}
        raise ValueError(f"{place} has {said!r}, not one of {list(kinds)!r}")
    egress = data.get("egress", False)
    if not isinstance(egress, bool):
        raise ValueError(f"{place}.egress is {egress!r}, neither true nor false")
    listed = listing(data["rules"], f"{place}.rules")
    rules = tuple(rule(value, f"{place}.rules[{number}]") for number, value in enumerate(listed))
    for number, one in enumerate(rules):
        if one.egress and not egress:
            raise ValueError(f"{place}.rules[{number}].direction is 'egress', but {place}.egress is not true")
    name = text(data["name"], f"{place}.name")
    return Baseline(name, _selector(data, place), egress, rules, coverage_of(rules))


def _approval(value: object, place: str) -> Approval:
    required = ("owner", "reason", "expires", "rule")
    data = table(value, place, (*required, "account", "group", "group_name"), required)
    owner, reason = (text(data[key], f"{place}.{key}") for key in ("owner", "reason"))
    until = _end_of(data["expires"], f"{place}.expires")
    return Approval(owner, reason, until, _selector(data, place), rule(data["rule"], f"{place}.rule"))


def _selector(data: Any, place: str) -> Selector:
    for key, pattern in _WHERE.items():
        if key in data and not (isinstance(data[key], str) and re.fullmatch(pattern, data[key])):
            raise ValueError(f"{place}.{key} is {data[key]!r}, which none can be")
    account, region, group_id, name = (data.get(key, "") for key in _WHERE)
    tag = None
    if "tag" in data:
        pair = table(data["tag"], f"{place}.tag", ("key", "value"), ("key", "value"))
        if not isinstance(pair["value"], str):
            raise ValueError(f"{place}.tag.value is {pair['value']!r}, no text")
        tag = text(pair["key"], f"{place}.tag.key"), pair["value"]
    return Selector(account, region, group_id, name, tag)


def _end_of(date: object, place: str) -> int:
    """The first millisecond after a day, in UTC."""
    try:
        if not isinstance(date, str) or not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", date):
            raise ValueError
        return round(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp()) * 1000 + _DAY
    except ValueError:
        raise ValueError(f"{place} is {date!r}, no date such as '2027-01-31'") from None
