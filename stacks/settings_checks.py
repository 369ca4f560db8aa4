"""What no single value of the settings shows: rules between two of them.

Each check sees the values that are right by themselves, so that one wrong value hides no other mistake.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, Final

from stacks.guardrail_settings import GUARDRAILS
from stacks.regions import PARTITION_OF_REGION, WITH_RECORDING, WITHOUT_SERVICE_SETTING
from stacks.settings import Settings
from stacks.toml_file import Finding
from stacks.toml_places import KeyPath


class Values:
    """The values that are right by themselves, defaults filled in; a wrong one reads as None."""

    def __init__(self, raw: dict[str, Any], wrong: set[KeyPath]) -> None:
        self._raw = raw
        self._wrong = wrong

    def get(self, table: str, key: str) -> Any:
        """One value: what the file says, else the default, else (when missing or wrong) None."""
        if any(path in self._wrong for path in ((table,), (table, key))):
            return None
        section = self._raw.get(table, {})
        if key in section:
            return section[key]
        annotation = Settings.model_fields[table].annotation
        field = annotation.model_fields[key] if annotation else None
        return None if field is None or field.is_required() else field.get_default()

    def is_given(self, table: str, key: str) -> bool:
        """Whether the file itself says it."""
        return key in self._raw.get(table, {})

    def given(self, *path: str | int) -> Any:
        """What the file itself says, at any depth; what is missing, wrong or within something wrong reads as None."""
        value: Any = self._raw
        for depth, part in enumerate(path, start=1):
            if path[:depth] in self._wrong:
                return None
            if isinstance(value, dict):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part]
            else:
                return None
        return value

    def given_items(self, *path: str | int) -> list[Any]:
        """The right elements of a list of the file, at any depth."""
        return [value for index, value in enumerate(self.given(*path) or ()) if (*path, index) not in self._wrong]

    def items(self, table: str, key: str) -> list[Any]:
        """The right elements of a list."""
        values = self.get(table, key) or ()
        return [value for index, value in enumerate(values) if (table, key, index) not in self._wrong]


def _lock_outlives_retention(values: Values) -> Iterator[Finding]:
    retention, lock = values.get("archive", "retention_days"), values.get("archive", "lock_days")
    if retention is not None and lock is not None and retention < lock:
        yield (
            ("archive", "retention_days"),
            f"is shorter than archive.lock_days = {lock}; evidence cannot expire while it is locked",
            retention,
        )


def _glacier_after_retention(values: Values) -> Iterator[Finding]:
    retention, glacier = values.get("archive", "retention_days"), values.get("archive", "glacier_after_days")
    if retention is not None and glacier is not None and glacier >= retention:
        yield (
            ("archive", "glacier_after_days"),
            f"must be below archive.retention_days = {retention}; S3 refuses a transition after the expiry",
            glacier,
        )


def _home_is_governed(values: Values) -> Iterator[Finding]:
    home, governed = values.get("regions", "home"), values.get("regions", "governed")
    if home is not None and governed is not None and home not in governed:
        yield ("regions", "home"), f"is not one of regions.governed = {list(governed)}", home


def _one_partition(values: Values) -> Iterator[Finding]:
    home = values.get("regions", "home")
    if home not in PARTITION_OF_REGION:
        return
    for key in ("governed", "sign_in") if values.is_given("regions", "sign_in") else ("governed",):
        strange = [
            region
            for region in values.items("regions", key)
            if PARTITION_OF_REGION.get(region, PARTITION_OF_REGION[home]) != PARTITION_OF_REGION[home]
        ]
        if strange:
            yield (
                ("regions", key),
                f"{', '.join(strange)} is not in {PARTITION_OF_REGION[home]}, the partition of regions.home; "
                "an organization lives in one partition",
                strange,
            )


def _recording_exists(values: Values) -> Iterator[Finding]:
    if not values.get("recording", "enabled"):
        return
    exempt = values.items("recording", "except_regions")
    missing = [
        region
        for region in values.items("regions", "governed")
        if region in PARTITION_OF_REGION and region not in WITH_RECORDING and region not in exempt
    ]
    if missing:
        yield (
            ("recording", "enabled"),
            f"GUI Connect recording does not exist in {', '.join(missing)}; name these in recording.except_regions "
            "to go without, or set enabled = false",
            True,
        )


def _exempt_regions_are_governed(values: Values) -> Iterator[Finding]:
    governed = values.get("regions", "governed")
    if governed is None:
        return
    for region in values.items("recording", "except_regions"):
        if region not in governed:
            yield ("recording", "except_regions"), f"{region} is not one of regions.governed", region


def _host_management_exists(values: Values) -> Iterator[Finding]:
    if not values.get("members", "default_host_management"):
        return
    missing = [region for region in values.items("regions", "governed") if region in WITHOUT_SERVICE_SETTING]
    if missing:
        yield (
            ("members", "default_host_management"),
            f"AWS::SSM::ServiceSetting does not exist in {', '.join(missing)}; attach the host policy by "
            "members.host_roles instead",
            True,
        )


def _management_is_not_the_archive(values: Values) -> Iterator[Finding]:
    management, archive = values.get("organization", "management_account"), values.get("archive", "account")
    if management is not None and management == archive:
        yield (
            ("archive", "account"),
            "is the management account; service control policies do not bind that account, so evidence needs its own",
            archive,
        )


def _arns_are_of_the_partition(values: Values) -> Iterator[Finding]:
    partition = PARTITION_OF_REGION.get(values.get("regions", "home"))
    channel_key = values.get("session_manager", "channel_key_arn")
    arns: list[tuple[KeyPath, str]] = [(("archive", "auditors"), arn) for arn in values.items("archive", "auditors")]
    arns += [(("query", "auditors", name), arn) for name, arn in _query_auditors(values)]
    arns += [(("session_manager", "channel_key_arn"), channel_key)] if channel_key else []
    for place, arn in arns:
        if partition is not None and arn.split(":")[1] != partition:
            yield place, f"is not in {partition}, the partition of regions.home", arn


def _query_auditors(values: Values) -> list[tuple[str, str]]:
    """The right ones, by name."""
    named = {name: values.given("query", "auditors", name) for name in values.given("query", "auditors") or ()}
    return [(name, arn) for name, arn in named.items() if isinstance(arn, str)]


def _no_auditor_is_another(values: Values) -> Iterator[Finding]:
    for (first, one), (second, other) in itertools.combinations(_query_auditors(values), 2):
        if _overlap(one, other):
            yield (
                ("query", "auditors", second),
                f"admits a role that query.auditors.{first} = {one!r} admits too, so that one could read the results "
                "of the other",
                other,
            )


def _overlap(one: str, other: str) -> bool:
    """Some text fits both patterns, in which `*` stands for any text and `?` for any character."""

    @functools.cache
    def meet(left: int, right: int) -> bool:
        mine, theirs = one[left : left + 1], other[right : right + 1]
        if mine == "*":
            return meet(left + 1, right) or (theirs != "" and meet(left, right + 1))
        if theirs == "*":
            return meet(left, right + 1) or (mine != "" and meet(left + 1, right))
        if not mine or not theirs:
            return mine == theirs
        return (mine == theirs or "?" in (mine, theirs)) and meet(left + 1, right + 1)

    return meet(0, 0)


def _channel_key_reaches_every_region(values: Values) -> Iterator[Finding]:
    arn, governed = values.get("session_manager", "channel_key_arn"), values.items("regions", "governed")
    if arn is None:
        return
    region, key_id = arn.split(":")[3], arn.rsplit("/", 1)[-1]
    if not key_id.startswith("mrk-") and any(other != region for other in governed):
        yield (
            ("session_manager", "channel_key_arn"),
            f"is a key of {region} alone, but regions.governed = {governed}; name a multi-Region key (mrk-…) with a "
            "replica in each",
            arn,
        )


def _idle_below_maximum(values: Values) -> Iterator[Finding]:
    idle = values.get("session_manager", "idle_timeout_minutes")
    maximum = values.get("session_manager", "max_duration_minutes")
    if idle is not None and maximum is not None and idle > maximum:
        yield (
            ("session_manager", "idle_timeout_minutes"),
            f"is longer than session_manager.max_duration_minutes = {maximum}, so it would never apply",
            idle,
        )


def _hours_have_a_length(values: Values) -> Iterator[Finding]:
    start, end = values.given("access", "hours", "start"), values.given("access", "hours", "end")
    if start is not None and start == end:
        yield (
            ("access", "hours", "end"),
            "is the start, so every login would be outside; 00:00 to 24:00 is the whole day",
            end,
        )


def _exceptions_are_narrow(values: Values) -> Iterator[Finding]:
    narrowing = ("rule", "account", "principal")
    for index, exception in enumerate(values.given("access", "exceptions") or ()):
        if isinstance(exception, dict) and not any(key in exception for key in narrowing):
            yield (
                ("access", "exceptions", index),
                f"would silence everything; name at least one of {', '.join(narrowing)}",
                None,
            )


def _who_acts_knows_what_is_approved(values: Values) -> Iterator[Finding]:
    enforcement = values.given("security_groups", "enforcement")
    if enforcement and not values.is_given("security_groups", "approvals"):
        yield (
            ("security_groups", "enforcement"),
            "would act where nobody could approve anything; name a file in security_groups.approvals first",
            enforcement,
        )


def _targets_are_of_the_organization(values: Values) -> Iterator[Finding]:
    root, management = values.get("organization", "root_id"), values.get("organization", "management_account")
    for place, target in _targets(values):
        if root is not None and target.startswith("r-") and target != root:
            yield place, f"is another root than organization.root_id = {root!r}", target
        if root is not None and target.startswith("ou-") and target.split("-")[1] != root.removeprefix("r-"):
            yield place, f"is no unit below organization.root_id = {root!r}: its id would begin ou-{root[2:]}-", target
        if target == management:
            yield place, "is the management account, which neither kind of policy binds", target


def _root_covers_the_rest(values: Values) -> Iterator[Finding]:
    for name in GUARDRAILS:
        targets = values.items("guardrails", name)
        roots = [target for target in targets if target.startswith("r-")]
        for target in targets:
            if roots and target not in roots:
                yield ("guardrails", name), f"is below {roots[0]}, which the list names too and which binds it", target


def _archive_guardrail_binds_the_archive(values: Values) -> Iterator[Finding]:
    archive = values.get("archive", "account")
    for target in values.items("guardrails", "archive"):
        if archive is not None and target.isdigit() and target != archive:
            yield (
                ("guardrails", "archive"),
                f"is not archive.account = {archive!r}; this policy guards that account, members have one of their own",
                target,
            )


def _exceptions_are_of_attached_guardrails(values: Values) -> Iterator[Finding]:
    for name, guardrail in (("deployment_roles", "members"), ("session_documents", "sessions")):
        given = values.items("guardrails", name)
        if given and not values.get("guardrails", guardrail):
            yield ("guardrails", name), f"has no effect while guardrails.{guardrail} names nobody", given


def _targets(values: Values) -> Iterator[tuple[KeyPath, str]]:
    for name in GUARDRAILS:
        for target in values.items("guardrails", name):
            yield ("guardrails", name), target


def _nothing_twice(values: Values) -> Iterator[Finding]:
    lists: tuple[tuple[str, ...], ...] = (
        ("regions", "governed"),
        ("regions", "sign_in"),
        ("archive", "auditors"),
        ("archive", "cloudformation_execution_roles"),
        ("members", "direct"),
        ("members", "host_roles"),
        ("query", "accounts"),
        ("recording", "except_regions"),
        *(("guardrails", name) for name in (*GUARDRAILS, "deployment_roles", "session_documents")),
        ("access", "networks"),
        ("access", "alert_emails"),
        ("access", "hours", "days"),
        *(("access", "account_networks", account) for account in values.given("access", "account_networks") or ()),
    )
    for path in lists:
        counted = Counter(values.given_items(*path))
        for value in (value for value, count in counted.items() if count > 1):
            yield path, "is named more than once", value


CHECKS: Final[tuple[Callable[[Values], Iterator[Finding]], ...]] = (
    _lock_outlives_retention,
    _glacier_after_retention,
    _home_is_governed,
    _one_partition,
    _recording_exists,
    _exempt_regions_are_governed,
    _host_management_exists,
    _management_is_not_the_archive,
    _arns_are_of_the_partition,
    _no_auditor_is_another,
    _channel_key_reaches_every_region,
    _idle_below_maximum,
    _hours_have_a_length,
    _exceptions_are_narrow,
    _who_acts_knows_what_is_approved,
    _targets_are_of_the_organization,
    _root_covers_the_rest,
    _archive_guardrail_binds_the_archive,
    _exceptions_are_of_attached_guardrails,
    _nothing_twice,
)


def cross_checks(raw: dict[str, Any], *, wrong: set[KeyPath]) -> Iterator[Finding]:
    """Every rule between two settings that the file breaks: key, what is allowed, the value.

    Args:
        raw: The file as TOML reads it.
        wrong: Keys already reported; their values are not looked at.
    """
    values = Values({table: content for table, content in raw.items() if isinstance(content, dict)}, wrong)
    for check in CHECKS:
        yield from check(values)
