"""Does a roll-out fit into the quotas of an account?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from constructs_lib.archive_layout import HUB_BUS
from tools.doctor.check import Check, is_enrolled
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning

RESOURCE_POLICIES: Final = 10
"""Of CloudWatch Logs, an account and Region; it cannot be raised.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html"""
LOG_GROUPS_OF_MEMBER: Final = 5
"""What the Region template makes, rounded up."""
RULES_OF_MEMBER: Final = 30
"""Likewise: 23 rules, and what the archive account adds."""
RESERVED_BY_HUB: Final = 16
UNRESERVED: Final = 100
"""What Lambda demands to be left to functions without a reservation.
https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
COUNTED_AT_MOST: Final = 10_000
_NEARLY: Final = 0.8


class Usage(NamedTuple):
    """How much of a quota is used.

    Attributes:
        needed: What is to come; nothing where the roll-out is done.
        counted: Whether `used` is all of it, or only as far as anybody counted.
        raised: How the quota is raised.
    """

    name: str
    used: int
    limit: int
    needed: int
    raised: str
    counted: bool = True


def judge(place: Place, usages: Sequence[Usage]) -> list[Verdict]:
    """What is full, and what soon will be."""
    verdicts = []
    for one in usages:
        used = f"{one.used}{'' if one.counted else ' or more'} of {one.limit} {one.name} are used"
        if one.used + one.needed > one.limit:
            verdicts.append(broken(place, f"{used}, and {one.needed} more are needed", one.raised))
        elif one.used + one.needed > one.limit * _NEARLY and one.limit > RESOURCE_POLICIES:
            verdicts.append(warning(place, used, one.raised))
    return verdicts or [ready(place, f"there is room in {len(usages)} quotas")]


def _ask_for_more(service: str) -> str:
    return f"ask for more: aws service-quotas request-service-quota-increase --service-code {service} …"


def limit_of(eyes: Eyes, place: Place, service: str, name: str) -> int | None:
    """A quota by its name, as it holds in the account, else AWS's default; None where there is none of the name."""

    def read(operation: str) -> int | None:
        listed = eyes.once(
            (operation, place, service),
            lambda: eyes.pages(
                place, "service-quotas", operation, "Quotas", absent=["NoSuchResourceException"], ServiceCode=service
            ),
        )
        found = (int(one["Value"]) for one in listed if one["QuotaName"].lower() == name.lower())
        return next(found, None)

    applied = read("list_service_quotas")
    return applied if applied is not None else read("list_aws_default_service_quotas")


def _look_at_region(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    new = not is_enrolled(eyes, place)
    policies = eyes.pages(place, "logs", "describe_resource_policies", "resourcePolicies")
    usages = [
        Usage(
            "resource policies of CloudWatch Logs",
            len(policies),
            RESOURCE_POLICIES,
            int(new),
            "merge or delete some: aws logs describe-resource-policies; this quota cannot be raised",
        )
    ]
    for service, name, count, needed in (
        ("logs", "Log groups", _log_groups, LOG_GROUPS_OF_MEMBER),
        ("events", "Rules", _rules, RULES_OF_MEMBER),
    ):
        limit = limit_of(eyes, place, service, name)
        if limit is not None:
            used = count(eyes, place)
            usages.append(
                Usage(
                    f"{name.lower()} of {service}",
                    used,
                    limit,
                    needed if new else 0,
                    _ask_for_more(service),
                    used < COUNTED_AT_MOST,
                )
            )
    return judge(place, usages)


def _log_groups(eyes: Eyes, place: Place) -> int:
    return len(eyes.pages(place, "logs", "describe_log_groups", "logGroups", at_most=COUNTED_AT_MOST))


def _rules(eyes: Eyes, place: Place) -> int:
    return len(eyes.pages(place, "events", "list_rules", "Rules", at_most=COUNTED_AT_MOST))


def _look_at_account(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    summary = eyes.told(place, "iam", "get_account_summary")["SummaryMap"]
    new = not is_enrolled(eyes, Place(place.account, expected.home))
    usages = [
        Usage(f"IAM {name.lower()}", summary[name], summary[quota], needed if new else 0, _ask_for_more("iam"))
        for name, quota, needed in (("Roles", "RolesQuota", 10), ("Policies", "PoliciesQuota", 1))
        if name in summary and quota in summary
    ]
    each = summary.get("AttachedPoliciesPerRoleQuota")
    for role in expected.settings.members.host_roles if each else ():
        attached = eyes.pages(
            place,
            "iam",
            "list_attached_role_policies",
            "AttachedPolicies",
            absent=["NoSuchEntity"],
            RoleName=role,
        )
        usages.append(
            Usage(f"policies of the role {role}", len(attached), each, int(new), "detach one, or ask for more")
        )
    return judge(place, usages)


def _look_at_archive(eyes: Eyes, _expected: Expected, place: Place) -> list[Verdict]:
    limits = eyes.told(place, "lambda", "get_account_settings")["AccountLimit"]
    limit, unreserved = limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"]
    absent = ["ResourceNotFoundException"]
    stands = eyes.ask(place, "events", "describe_event_bus", absent=absent, Name=HUB_BUS) is not None
    reserved = limit - unreserved
    needed = UNRESERVED if stands else UNRESERVED + RESERVED_BY_HUB
    usage = Usage("concurrent executions of Lambda", reserved, limit, needed, _ask_for_more("lambda"))
    if reserved + needed > limit:
        return judge(place, [usage])
    return [ready(place, f"{unreserved} of {limit} concurrent executions of Lambda are not reserved")]


REGIONS: Final = Check(name="quotas", places=lambda expected: expected.governed, look=_look_at_region)
ACCOUNTS: Final = Check(name="IAM quotas", places=lambda expected: expected.accounts, look=_look_at_account)
ARCHIVE: Final = Check(name="Lambda quota", places=lambda expected: [expected.archive], look=_look_at_archive)
