"""Every event that the handler is to understand: the samples of tests/events, and the variants made of them here."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from tests.lambda_src.access_events.guard_samples import GUARD_EVENTS

SAMPLES = Path(__file__).parent.parent.parent / "events"
Event = dict[str, Any]

MEMBER = "222222222222"
OTHER_ACCOUNT = "333333333333"


def sample(name: str, **changes: Any) -> Event:
    """A sample with changes: ``detail__userIdentity__type="Root"`` sets, ``…=None`` removes."""
    event: Event = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return changed(event, **changes)


def changed(event: Event, **changes: Any) -> Event:
    """A copy of an event with changes, as in ``sample``; ``detail_type`` is the key ``detail-type``."""
    event = copy.deepcopy(event)
    for path, value in changes.items():
        *parents, last = path.replace("detail_type", "detail-type").split("__")
        place = event
        for key in parents:
            place = place.setdefault(key, {})
        if value is None:
            place.pop(last, None)
        else:
            place[last] = value
    return event


def api_call(source: str, name: str, asked: Any = None, **changes: Any) -> Event:
    """A call as CloudTrail tells it."""
    short = source.partition(".")[0]
    base = sample("ssm_start_session", source=f"aws.{short}", detail__eventSource=source, detail__eventName=name)
    base["detail"]["requestParameters"] = asked
    base["detail"]["responseElements"] = None
    return changed(base, **changes)


def session(document: str | None = None, **changes: Any) -> Event:
    """The start of a session with a document; the account's own where it is None."""
    return sample("ssm_start_session", detail__requestParameters__documentName=document, **changes)


def service_event(source: str, detail_type: str, detail: Any, **changes: Any) -> Event:
    """An event that no API call made."""
    event = {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": detail_type,
        "source": source,
        "account": MEMBER,
        "time": "2026-05-01T12:00:00Z",
        "region": "ap-northeast-1",
        "resources": [],
        "detail": detail,
    }
    return changed(event, **changes)


def object_event(detail_type: str = "Object Created", reason: str = "PutObject", **changes: Any) -> Event:
    """What S3 tells of an object."""
    detail = {
        "version": "0",
        "bucket": {"name": "evidence-recordings-111111111111-ap-northeast-1"},
        "object": {"key": "fcb810cd-241f-4aae-9ee4-02d590000000.mp4", "size": 1024, "etag": "e", "sequencer": "00"},
        "request-id": "C3D13FE58DE4C810",
        "requester": "ssm-guiconnect.amazonaws.com",
        "source-ip-address": "203.0.113.10",
        "reason": reason,
    }
    return service_event("aws.s3", detail_type, detail, **changes)


def alarm(state: str) -> Event:
    """A change of an alarm's state; CloudWatch writes its offset without a colon."""
    detail = {
        "alarmName": "evidence-transcripts-late",
        "state": {"value": state, "reason": "Threshold Crossed", "timestamp": "2026-05-01T12:00:00.000+0000"},
        "previousState": {"value": "OK"},
    }
    return service_event("aws.cloudwatch", "CloudWatch Alarm State Change", detail)


PORT_FORWARDING = "AWS-StartPortForwardingSession"
SSO_ARN = f"arn:aws:sts::{MEMBER}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/bob"
MODIFY_SEVERAL = {
    "ModifySecurityGroupRulesRequest": {
        "GroupId": "sg-1",
        "SecurityGroupRule": [
            {"SecurityGroupRuleId": "sgr-1", "tag": 1, "SecurityGroupRule": {"CidrIpv6": "::/0", "IpProtocol": "-1"}},
            {"SecurityGroupRuleId": "sgr-2", "tag": 2, "SecurityGroupRule": {"PrefixListId": "pl-1"}},
        ],
    }
}

VARIANTS: dict[str, Event] = {
    "sign-in, the other spelling": sample("signin_iam_success_mfa", detail_type="AWS Console Signin via CloudTrail"),
    "sign-in, told as an API call": sample("signin_iam_success_mfa", detail_type="AWS API Call via CloudTrail"),
    "sign-in, root with MFA": sample("signin_root_success_nomfa", detail__additionalEventData__MFAUsed="Yes"),
    "sign-in, Identity Center": sample("signin_federated_success", detail__userIdentity__arn=SSO_ARN),
    "sign-in, unknown user": sample(
        "signin_iam_failure", detail__userIdentity__userName="HIDDEN_DUE_TO_SECURITY_REASONS"
    ),
    "sign-in, IPv6": sample("signin_iam_success_mfa", detail__sourceIPAddress="2001:db8:0:1::7"),
    "sign-in, CheckMfa": sample(
        "signin_iam_success_mfa",
        detail__eventName="CheckMfa",
        detail__responseElements={"CheckMfa": "Success"},
        detail__additionalEventData={"MfaType": "Virtual MFA"},
    ),
    **{
        f"sign-in, {name}": sample(
            "signin_switch_role", detail__eventName=name, detail__responseElements={name: "Success"}
        )
        for name in ("GetSigninToken", "RenewRole", "ExitRole")
    },
    "sign-in, hardly any fields": service_event(
        "aws.signin",
        "AWS Console Sign In via CloudTrail",
        {"eventName": "ConsoleLogin", "eventSource": "signin.amazonaws.com"},
    ),
    "sign-in, an anomaly that AWS tells of": service_event("aws.signin", "Sign-in Anomaly Alert", {"x": 1}),
    "WorkSpaces, older client": sample("workspaces_access", detail__clientVersion=None),
    "WorkSpaces, zero client": sample(
        "workspaces_access", detail__clientPlatform="Teradici PCoIP Zero Client and Tera2"
    ),
    "WorkSpaces, hardly any fields": sample("workspaces_access", detail={"actionType": "successfulLogin"}),
    "session, own document by ARN": session(f"arn:aws:ssm:ap-northeast-1:{MEMBER}:document/SSM-SessionManagerRunShell"),
    "session, port forwarding": session(PORT_FORWARDING),
    "session, SSH": session("AWS-StartSSHSession"),
    "session, GuiConnect's own": session(
        PORT_FORWARDING,
        detail__userIdentity__invokedBy="ssm-guiconnect.amazonaws.com",
        detail__sourceIPAddress="ssm-guiconnect.amazonaws.com",
    ),
    "session, denied": session(detail__errorCode="AccessDenied", detail__responseElements=None),
    "session, resumed": session(detail__eventName="ResumeSession", detail__requestParameters={"sessionId": "a-1"}),
    "session, terminated": session(
        detail__eventName="TerminateSession", detail__requestParameters={"sessionId": "a-1"}
    ),
    "connection, cancelled": sample(
        "guiconnect_start_connection",
        detail__eventName="CancelConnection",
        detail__requestParameters={"ConnectionArn": "arn:aws:ssm-guiconnect:r:2:connection/c-1"},
        detail__responseElements=None,
    ),
    "recording preferences": api_call("ssm-guiconnect.amazonaws.com", "DeleteConnectionRecordingPreferences"),
    "security group, several rules": sample("sg_modify_rules", detail__requestParameters=MODIFY_SEVERAL),
    "security group, revoked by rule ids": sample(
        "sg_revoke_ingress", detail__requestParameters={"groupId": "sg-1", "securityGroupRuleIds": {"items": ["x"]}}
    ),
    "security group, egress": sample("sg_authorize_ingress", detail__eventName="AuthorizeSecurityGroupEgress"),
    "security group, descriptions": sample(
        "sg_authorize_ingress", detail__eventName="UpdateSecurityGroupRuleDescriptionsIngress"
    ),
    "security group, dry run": sample("sg_authorize_denied", detail__errorCode="Client.DryRunOperation"),
    "security group, empty answer": sample("sg_create", detail__responseElements=None),
    "network interface": api_call("ec2.amazonaws.com", "ModifyNetworkInterfaceAttribute", {"groupSet": {}}),
    "network interface, made": api_call(
        "ec2.amazonaws.com",
        "CreateNetworkInterface",
        {"subnetId": "subnet-1", "groupSet": {"items": [{"groupId": "sg-1"}]}},
        detail__responseElements={"networkInterface": {"networkInterfaceId": "eni-1"}},
    ),
    "instance, started": api_call(
        "ec2.amazonaws.com",
        "RunInstances",
        {
            "instancesSet": {"items": [{"imageId": "ami-1", "minCount": 1, "maxCount": 1}]},
            "groupSet": {"items": [{"groupId": "sg-1"}]},
            "userData": "<sensitiveDataRemoved>",
        },
        detail__responseElements={"instancesSet": {"items": [{"instanceId": "i-1"}]}},
    ),
    "instance, changed": api_call(
        "ec2.amazonaws.com", "ModifyInstanceAttribute", {"instanceId": "i-1", "groupSet": {"items": []}}
    ),
    "prefix list": api_call("ec2.amazonaws.com", "ModifyManagedPrefixList", {"prefixListId": "pl-0123"}),
    "trail stopped by a service": api_call(
        "cloudtrail.amazonaws.com",
        "StopLogging",
        {"name": "evidence-management-events"},
        detail__userIdentity={"type": "AWSService", "invokedBy": "cloudformation.amazonaws.com"},
        detail__sourceIPAddress="cloudformation.amazonaws.com",
    ),
    "recording arrived": object_event(),
    "recording expired": object_event("Object Deleted", "Lifecycle Expiration"),
    "recording deleted": object_event("Object Deleted", "DeleteObject"),
    "alarm": alarm("ALARM"),
    "alarm over": alarm("OK"),
    "heartbeat by rule": service_event("aws.events", "Scheduled Event", {}),
    "heartbeat by schedule": service_event("evidence", "Access Evidence Heartbeat", {}),
    "silence, hardly any fields": sample("member_silent", detail={"account": MEMBER}),
    "silence, no fields": sample("member_silent", detail=None),
    "silence, fields of other types": sample(
        "member_silent", detail={"account": 222222222222, "region": ["r"], "last_heard": 1777636800000}
    ),
    "roster, another type": sample("member_silent", detail_type="Roster Read"),
    "finding of our own": service_event("access-evidence.hub", "Access Finding", {"class_uid": 2004}),
    **GUARD_EVENTS,
    "unknown": service_event("aws.health", "AWS Health Event", {"service": "EC2"}),
    "no event at all": {},
}

EVENTS: dict[str, Event] = {path.stem: sample(path.stem) for path in sorted(SAMPLES.glob("*.json"))} | VARIANTS


def text(event: Any) -> str:
    """An event as EventBridge sends it: one compact line."""
    return json.dumps(event, separators=(",", ":"))
