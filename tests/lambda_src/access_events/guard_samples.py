"""What the guard of security groups says on the bus, as its own code writes it."""

from __future__ import annotations

import copy
from typing import Any

MEMBER = "222222222222"
HUB = "111111111111"
GROUP = "sg-0123456789abcdef0"
MALLORY = f"arn:aws:sts::{MEMBER}:assumed-role/Deployer/mallory"
UNDO = f"aws ec2 revoke-security-group-ingress --region eu-west-1 --group-id {GROUP} --security-group-rule-ids sgr-0aaa"
BACK = (
    f"aws ec2 authorize-security-group-ingress --region eu-west-1 --group-id {GROUP} --ip-permissions "
    """'[{"FromPort":22,"IpProtocol":"tcp","IpRanges":[{"CidrIp":"0.0.0.0/0"}],"ToPort":22}]'"""
)

CAUSE = {
    "event_id": "c0ffee00-0000-4000-8000-000000000001",
    "call": "AuthorizeSecurityGroupIngress",
    "time": "2026-05-01T11:59:30Z",
    "principal": MALLORY,
    "issuer": f"arn:aws:iam::{MEMBER}:role/Deployer",
    "source_ip": "203.0.113.66",
    "user_agent": "aws-cli/2.15.0 exec-env/CloudShell",
    "session": "mallory",
}
OPENED = {
    "kind": "unapproved",
    "rule_id": "sgr-0aaa",
    "breaks": "never-ssh-from-outside",
    "text": "tcp 22 from 0.0.0.0/0 opens tcp 22 to 0.0.0.0/0",
    "undo": UNDO,
    "restore": BACK,
}
UNJUDGED = {"kind": "unjudged", "rule_id": "sgr-0bbb", "breaks": "", "text": "pl-0123 cannot be read", "undo": ""}
PLACE = {
    "account": MEMBER,
    "region": "eu-west-1",
    "group_id": GROUP,
    "group_name": "web",
    "vpc_id": "vpc-0123",
    "mode": "observe",
    "problem": "",
}


def guard_event(detail_type: str, detail: Any, **envelope: Any) -> dict[str, Any]:
    """An event of the guard: the hub's account and Region tell where the guard is, not where the group is."""
    return {
        "version": "0",
        "id": "5e9c0a5e-0000-4000-8000-000000000001",
        "detail-type": detail_type,
        "source": "access-evidence.security-groups",
        "account": HUB,
        "time": "2026-05-01T12:00:00Z",
        "region": "ap-northeast-1",
        "resources": [],
        "detail": copy.deepcopy(detail),
        **envelope,
    }


def judgement(*, id: str = "5e9c0a5e-0000-4000-8000-000000000001", **changes: Any) -> dict[str, Any]:  # noqa: A002 - the key's name
    """A judgement that opened something to the world, with changes to its detail."""
    detail = {
        "finding": "sgf-00000000000000000000000000000001",
        "alert": True,
        "state": "open",
        **PLACE,
        "read": "live",
        "sweep": "",
        "differences": [OPENED],
        "more": 0,
        "cause": CAUSE,
        "unread": [],
    }
    return guard_event("Security Group Judgement", {**detail, **changes}, id=id)


def enforcement(outcome: str, *, alert: bool, **changes: Any) -> dict[str, Any]:
    """The outcome of enforcing."""
    detail = {
        "finding": "sge-00000000000000000000000000000001",
        "alert": alert,
        "outcome": outcome,
        **PLACE,
        "mode": "revoke",
        "removed": [{"rule_id": "sgr-0aaa", "text": OPENED["text"]}] if outcome == "done" else [],
        "added": [],
        "restore": [BACK] if outcome == "done" else [],
        "undo": [UNDO] if alert else [],
        "judgement": "sgf-00000000000000000000000000000001",
        "cause": CAUSE,
    }
    return guard_event("Security Group Enforcement", {**detail, **changes})


def sweep(*, alert: bool, **changes: Any) -> dict[str, Any]:
    """The report of a sweep."""
    detail = {
        "finding": "sgs-00000000000000000000000000000001",
        "alert": alert,
        "sweep": "2026-05-01",
        "started": "2026-05-01T11:00:00Z",
        "finished": "2026-05-01T12:00:00Z",
        "places": 3,
        "groups": 120,
        "rules": 800,
        "differences": 4,
        "new": 2 if alert else 0,
        "unread": [{"account": MEMBER, "region": "us-east-1", "problem": "AccessDenied"}] if alert else [],
        "unread_places": 1 if alert else 0,
        "worst": [{"account": MEMBER, "region": "eu-west-1", "group_id": GROUP, "differences": 3}],
    }
    return guard_event("Security Group Sweep", {**detail, **changes})


NOTHING: dict[str, Any] = {
    "account": MEMBER,
    "region": "eu-west-1",
    "group_id": "",
    "group_name": "",
    "vpc_id": "",
    "differences": [],
}

GUARD_EVENTS: dict[str, dict[str, Any]] = {
    "judgement, opened": judgement(),
    "judgement, the same again": judgement(alert=False),
    "judgement, of a sweep": judgement(alert=False, cause=None, sweep="2026-05-01"),
    "judgement, closed": judgement(alert=False, state="closed", differences=[]),
    "judgement, by the record": judgement(read="record", problem="the group cannot be read: AccessDenied"),
    "judgement, of nothing": judgement(**NOTHING, read="nothing", problem="the record names no group that is there"),
    "judgement, partly unjudged": judgement(differences=[OPENED, UNJUDGED]),
    "judgement, unjudged": judgement(differences=[UNJUDGED]),
    "judgement, too large": judgement(differences=[], more=70),
    "judgement, by a service": judgement(cause={**CAUSE, "principal": "autoscaling.amazonaws.com"}),
    "judgement, malformed": judgement(differences="many", read="sideways", finding=7),
    "judgement, no fields": guard_event("Security Group Judgement", {}),
    "enforcement, done": enforcement("done", alert=False),
    "enforcement, unnecessary": enforcement("unnecessary", alert=False),
    "enforcement, failed": enforcement("failed", alert=True, problem="the call answered UnauthorizedOperation"),
    "enforcement, bounded": enforcement("bounded", alert=True),
    "enforcement, malformed": enforcement("exploded", alert=False),
    "sweep, clear": sweep(alert=False),
    "sweep, found": sweep(alert=True),
    "sweep, malformed": sweep(alert=False, groups="many"),
    "guard, another type": guard_event("Security Group Rumour", {"alert": True}),
}
