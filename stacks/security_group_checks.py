"""What no single value of the security groups' file shows: rules between two of them.

Each check sees what is right by itself, so that one wrong value hides no other mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any, Final

from pydantic import ValidationError

from stacks.security_group_rule import GroupRule
from stacks.settings_checks import Values
from stacks.toml_file import Finding
from stacks.toml_places import KeyPath

SELECTORS: Final = ("group", "group_name", "tag")
SCOPE: Final = ("account", "region")


class Parts:
    """The baselines and approvals of a file, and what of them is right."""

    def __init__(self, raw: dict[str, Any], wrong: set[KeyPath]) -> None:
        self.values = Values(raw, wrong)
        self._wrong = wrong

    def tables(self, name: str) -> list[tuple[int, dict[str, Any]]]:
        """The elements of an array that are tables, each with its index."""
        given = self.values.given(name)
        listed = enumerate(given) if isinstance(given, list) else ()
        return [(index, table) for index, table in listed if isinstance(table, dict)]

    def chosen(self, index: int, baseline: dict[str, Any]) -> bool:
        """Whether it is clear which groups a baseline is for."""
        of_rules = ("name", "egress", "rules")
        return sum(key in baseline for key in SELECTORS) == 1 and not any(
            path[:2] == ("baselines", index) and path[2:3] not in {(key,) for key in of_rules} for path in self._wrong
        )


def _one_selector(parts: Parts) -> Iterator[Finding]:
    for index, baseline in parts.tables("baselines"):
        said = [key for key in SELECTORS if key in baseline]
        if len(said) != 1:
            yield (
                ("baselines", index),
                f"must say which groups it is for by one of {', '.join(SELECTORS)}; it says "
                f"{' and '.join(said) or 'none'}",
                None,
            )


def _an_approval_has_one_group_at_most(parts: Parts) -> Iterator[Finding]:
    for index, approval in parts.tables("approvals"):
        if "group" in approval and "group_name" in approval:
            yield ("approvals", index, "group_name"), "is one too many beside `group`", approval["group_name"]


def _no_two_for_one_group(parts: Parts) -> Iterator[Finding]:
    """Of two that fit one group the more specific decides; two that are equally specific contradict each other."""
    chosen = [pair for pair in parts.tables("baselines") if parts.chosen(*pair)]
    for (index, one), (other_index, other) in combinations(chosen, 2):
        key = next(key for key in SELECTORS if key in other)
        if key in one and _equally_narrow(one, other) and _meet(one[key], other[key], key):
            yield (
                ("baselines", other_index, key),
                f"is for groups that baselines.{index} ({one.get('name')}) is for too, and neither is more specific; "
                "join them, or tell them apart by account and region",
                other[key],
            )


def _equally_narrow(one: dict[str, Any], other: dict[str, Any]) -> bool:
    return all(one.get(key) == other.get(key) for key in SCOPE)


def _meet(one: Any, other: Any, selector: str) -> bool:
    if selector != "group_name":
        return bool(one == other)
    if one.endswith("*") and other.endswith("*"):
        return bool(one.startswith(other[:-1]) or other.startswith(one[:-1]))
    whole, pattern = (other, one) if one.endswith("*") else (one, other)
    return bool(whole.startswith(pattern[:-1]) if pattern.endswith("*") else whole == pattern)


def _no_rule_twice(parts: Parts) -> Iterator[Finding]:
    for index, baseline in parts.tables("baselines"):
        seen: dict[GroupRule, int] = {}
        for place, rule in _rules(baseline):
            same = _within(rule, baseline)
            if same in seen:
                yield (
                    ("baselines", index, "rules", place),
                    f"says the same as rules.{seen[same]}",
                    ", ".join((rule.direction, rule.protocol, rule.ports, rule.source)),
                )
            seen.setdefault(same, place)


def _within(rule: GroupRule, baseline: dict[str, Any]) -> GroupRule:
    """The rule with its group written as seen from the baseline: itself, or one of the same account."""
    source = rule.source
    account = baseline.get("account")
    if isinstance(account, str):
        source = source.removeprefix(f"{account}/")
    return rule.model_copy(update={"source": "self" if source == baseline.get("group") else source})


def _rules(baseline: dict[str, Any]) -> Iterator[tuple[int, GroupRule]]:
    """The rules that are right by themselves, each with its index."""
    given = baseline.get("rules")
    for place, rule in enumerate(given if isinstance(given, list) else ()):
        try:
            yield place, GroupRule.model_validate(rule)
        except ValidationError:
            continue


def _egress_is_judged(parts: Parts) -> Iterator[Finding]:
    for index, baseline in parts.tables("baselines"):
        if baseline.get("egress", False) is not False:
            continue
        for place, rule in _rules(baseline):
            if rule.direction == "egress":
                yield (
                    ("baselines", index, "rules", place, "direction"),
                    "says nothing, since egress of this baseline is not judged; set its egress = true",
                    rule.direction,
                )


def _nothing_twice(parts: Parts) -> Iterator[Finding]:
    for key in ("approved_networks", "inside", "world_ports", "administrative_ports"):
        path = ("organization", key)
        given = parts.values.given(*path)
        listed = parts.values.given_items(*path) if isinstance(given, list) else []
        yield from ((path, "is named more than once", value) for value, count in Counter(listed).items() if count > 1)


def _names_tell_baselines_apart(parts: Parts) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for index, _ in parts.tables("baselines"):
        name = parts.values.given("baselines", index, "name")
        if name in seen:
            yield ("baselines", index, "name"), f"is the name of baselines.{seen[name]} too", name
        elif name is not None:
            seen[name] = index


CHECKS: Final[tuple[Callable[[Parts], Iterator[Finding]], ...]] = (
    _one_selector,
    _an_approval_has_one_group_at_most,
    _no_two_for_one_group,
    _no_rule_twice,
    _egress_is_judged,
    _nothing_twice,
    _names_tell_baselines_apart,
)


def cross_checks(raw: dict[str, Any], wrong: set[KeyPath]) -> Iterator[Finding]:
    """Every rule between two values that the file breaks: key, what is allowed, the value.

    Args:
        raw: The file as TOML reads it.
        wrong: Keys already reported; their values are not looked at.
    """
    parts = Parts(raw, wrong)
    for check in CHECKS:
        yield from check(parts)
