"""Which instances that people can reach would leave no transcript?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from constructs_lib.archive_layout import HOST_POLICY, SESSION_LOG_GROUP
from tools.doctor.check import Check, is_enrolled
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning

STREAMING_AGENT: Final = (3, 0, 284, 0)
"""The first SSM Agent that streams sessions to CloudWatch Logs.
https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-prerequisites.html"""
FINDS: Final = "logs:DescribeLogGroups"
"""The agent asks this before a session; denied, it takes the log group for missing."""
WRITES: Final = ("logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents")
_DEFAULT_MANAGEMENT: Final = "/ssm/managed-instance/default-ec2-instance-management-role"
_NAMED_AT_MOST: Final = 5


@dataclass(frozen=True, kw_only=True)
class Instance:
    """A managed instance that is online.

    Attributes:
        role: The name of the role that it has; empty where none was found.
        lacks: The actions that this role is denied; empty as well where the role is not known.
    """

    id: str
    agent: str
    role: str
    lacks: tuple[str, ...] = ()


def judge(place: Place, instances: Sequence[Instance], *, fail_closed: bool, partition: str) -> list[Verdict]:
    """What the instances of a place mean for evidence.

    Args:
        place: Where they run.
        instances: Those that Systems Manager reaches.
        fail_closed: Whether a session that finds no log group is refused.
        partition: AWS's name for where they are.
    """
    verdicts = []
    old = [one.id for one in instances if version(one.agent) < STREAMING_AGENT]
    if old:
        fix = f"aws ssm send-command --document-name AWS-UpdateSSMAgent --instance-ids {' '.join(old[:_NAMED_AT_MOST])}"
        wanted = ".".join(map(str, STREAMING_AGENT))
        said = f"{_these(old)}: the agent is older than {wanted} and streams no transcript"
        verdicts.append(broken(place, said, f"{fix} --region {place.region}"))
    by_role: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for one in instances:
        if one.lacks:
            by_role.setdefault((one.role, one.lacks), []).append(one.id)
    policy = f"arn:{partition}:iam::{place.account}:policy/{HOST_POLICY}"
    for (role, lacks), ids in sorted(by_role.items()):
        fix = f"aws iam attach-role-policy --role-name {role} --policy-arn {policy}"
        refused = fail_closed and FINDS in lacks
        so = "sessions do not start" if refused else "sessions run and leave no transcript"
        say = warning if refused else broken
        verdicts.append(say(place, f"{_these(ids)}: the role {role} lacks {', '.join(lacks)}, so {so}", fix))
    nameless = [one.id for one in instances if not one.role]
    if nameless:
        said = f"{_these(nameless)}: no role was found that could write transcripts"
        verdicts.append(warning(place, said, "give them a profile, or members.default_host_management = true"))
    if not instances:
        return [ready(place, "no managed instance is online")]
    count = "1 managed instance" if len(instances) == 1 else f"{len(instances)} managed instances"
    return verdicts or [ready(place, f"{count} can log")]


def version(text: str) -> tuple[int, ...]:
    """A version to compare; what is no number counts as 0."""
    parts = [int(part) if part.isdecimal() else 0 for part in text.split(".")[:4]]
    return tuple((parts + [0] * 4)[:4])


def _these(ids: Sequence[str]) -> str:
    named = ", ".join(sorted(ids)[:_NAMED_AT_MOST])
    more = len(ids) - _NAMED_AT_MOST
    return f"{named} and {more} more" if more > 0 else named


def _read(eyes: Eyes, expected: Expected, place: Place) -> list[Instance]:
    listed = eyes.pages(
        place,
        "ssm",
        "describe_instance_information",
        "InstanceInformationList",
        Filters=[{"Key": "PingStatus", "Values": ["Online"]}],
    )
    online = [one for one in listed if one["PingStatus"] == "Online"]
    machines = _machines(eyes, place, [one["InstanceId"] for one in online if one["InstanceId"].startswith("i-")])
    found = []
    for one in online:
        role = one.get("IamRole") or _role_of(eyes, place, machines.get(one["InstanceId"], {}))
        lacks = _lacks(eyes, expected, place, role) if role else ()
        found.append(
            Instance(id=one["InstanceId"], agent=one.get("AgentVersion", ""), role=role.rsplit("/", 1)[-1], lacks=lacks)
        )
    return found


def _machines(eyes: Eyes, place: Place, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    found: dict[str, Mapping[str, Any]] = {}
    for start in range(0, len(ids), 100):
        reservations = eyes.pages(
            place, "ec2", "describe_instances", "Reservations", InstanceIds=list(ids[start : start + 100])
        )
        found |= {machine["InstanceId"]: machine for one in reservations for machine in one["Instances"]}
    return found


def _role_of(eyes: Eyes, place: Place, machine: Mapping[str, Any]) -> str:
    """The role of the instance profile, or else the one that Systems Manager gives by default."""
    profile = machine.get("IamInstanceProfile", {}).get("Arn", "")
    if profile:
        return eyes.once(("profile", profile), lambda: _role_of_profile(eyes, place, profile))
    return eyes.once(("default host role", place), lambda: _default_role(eyes, place))


def _role_of_profile(eyes: Eyes, place: Place, arn: str) -> str:
    name = arn.rsplit("/", 1)[-1]
    found = eyes.ask(
        Place(place.account), "iam", "get_instance_profile", absent=["NoSuchEntity"], InstanceProfileName=name
    )
    roles = (found or {}).get("InstanceProfile", {}).get("Roles", [])
    return str(roles[0]["Arn"]) if roles else ""


def _default_role(eyes: Eyes, place: Place) -> str:
    found = eyes.ask(
        place, "ssm", "get_service_setting", absent=["ServiceSettingNotFound"], SettingId=_DEFAULT_MANAGEMENT
    )
    value = (found or {}).get("ServiceSetting", {}).get("SettingValue", "")
    return "" if value in ("", "$None") else str(value)


def _lacks(eyes: Eyes, expected: Expected, place: Place, role: str) -> tuple[str, ...]:
    """What a role may not do to the session log group of this Region, by its own policies."""
    arn = role
    if not role.startswith("arn:"):
        arn = f"arn:{expected.partition}:iam::{place.account}:role/{re.sub('^/+', '', role)}"
    groups = f"arn:{expected.partition}:logs:{place.region}:{place.account}:log-group:"

    def read() -> tuple[str, ...]:
        denied = []
        for actions, resource in (([FINDS], f"{groups}*"), (list(WRITES), f"{groups}{SESSION_LOG_GROUP}:*")):
            results = eyes.pages(
                Place(place.account),
                "iam",
                "simulate_principal_policy",
                "EvaluationResults",
                PolicySourceArn=arn,
                ActionNames=actions,
                ResourceArns=[resource],
            )
            denied += [one["EvalActionName"] for one in results if one["EvalDecision"] != "allowed"]
        return tuple(sorted(denied))

    return eyes.once(("lacks", arn, place.region), read)


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    if not is_enrolled(eyes, place):
        return []
    closed = expected.settings.session_manager.fail_closed
    return judge(place, _read(eyes, expected, place), fail_closed=closed, partition=expected.partition)


CHECK: Final = Check(name="instances", places=lambda expected: expected.governed, look=_look)
