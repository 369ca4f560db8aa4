"""Mistakes in the policies of the access hub, and of what members have for it."""

from __future__ import annotations

from typing import Any, Final

from tests.assembly import Template
from tests.policies.mutation import (
    ACCOUNT,
    HOME,
    ORGANIZATION,
    OTHER,
    REGION,
    SIGN_IN,
    Mutant,
    add_action,
    add_value,
    drop,
    mutant,
    of_type,
    operator,
    put,
    remove,
    rename,
    respell,
    rewrite,
    sentence,
)
from tests.policies.mutation import (
    HUB as IN_HUB,
)

_FROM_MEMBERS = sentence("bus", "MembersForwardEvents")
_FILLS_QUEUE = sentence("queue evidence-access-events", "HubRuleFillsQueue")
_LOG_BUCKET: Final = "arn:aws:s3:::evidence-logs-111111111111-ap-northeast-1"


def _everywhere(statement: dict[str, Any]) -> None:
    statement["Resource"] = "*"


def _forget_queue_policy(template: Template) -> None:
    """Take the policy of a member's queue out of the template."""
    (name,) = [name for name, item in template["Resources"].items() if item["Type"] == "AWS::SQS::QueuePolicy"]
    del template["Resources"][name]


BUS = [
    mutant("members of any organization forward events", IN_HUB, _FROM_MEMBERS, drop(*ORGANIZATION)),
    mutant("any role of the organization puts events", IN_HUB, _FROM_MEMBERS, drop("Condition", "ArnLike")),
    mutant(
        "any role named like ours puts events",
        IN_HUB,
        _FROM_MEMBERS,
        put("Condition", "ArnLike", "aws:PrincipalArn", to="arn:aws:iam::*:role/evidence-*"),
    ),
    mutant(
        "members tell findings",
        IN_HUB,
        _FROM_MEMBERS,
        add_value("Condition", "ForAllValues:StringEquals", "events:source", value="access-evidence.hub"),
    ),
    mutant(
        "members tell of everything",
        IN_HUB,
        _FROM_MEMBERS,
        drop("Condition", "ForAllValues:StringEquals", "events:source"),
    ),
    mutant("an event without a source arrives", IN_HUB, _FROM_MEMBERS, drop("Condition", "Null", "events:source")),
    mutant("an event without a kind arrives", IN_HUB, _FROM_MEMBERS, drop("Condition", "Null", "events:detail-type")),
    mutant(
        "one known source excuses the others",
        IN_HUB,
        _FROM_MEMBERS,
        rename("ForAllValues:StringEquals", "ForAnyValue:StringEquals", "Condition"),
    ),
    mutant(
        "the source is asked for as if there were one",
        IN_HUB,
        _FROM_MEMBERS,
        operator("ForAllValues:StringEquals", "StringEquals", ["aws.signin"], "events:source"),
    ),
    mutant(
        "members announce recordings",
        IN_HUB,
        _FROM_MEMBERS,
        add_value("Condition", "ForAllValues:StringEquals", "events:detail-type", value="Object Created"),
    ),
    mutant(
        "members forward events of any kind",
        IN_HUB,
        _FROM_MEMBERS,
        drop("Condition", "ForAllValues:StringEquals", "events:detail-type"),
    ),
    mutant("members make rules on the bus", IN_HUB, _FROM_MEMBERS, add_action("events:PutRule")),
]

QUEUES_AND_TOPIC = [
    mutant("any rule of the archive fills the queue", IN_HUB, _FILLS_QUEUE, drop("Condition", "ArnLike")),
    mutant(
        "rules of any account fill the queue",
        IN_HUB,
        _FILLS_QUEUE,
        drop("Condition", "StringEquals"),
    ),
    mutant(
        "any bus's rules fill the queue",
        IN_HUB,
        _FILLS_QUEUE,
        put("Condition", "ArnLike", "aws:SourceArn", to="arn:aws:events:*:111111111111:rule/*"),
    ),
    mutant(
        "members write into the queue beside the bus",
        IN_HUB,
        _FILLS_QUEUE,
        lambda item: item.update(
            Principal={"AWS": "*"}, Condition={"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}}
        ),
    ),
    mutant("rules read the queue", IN_HUB, _FILLS_QUEUE, add_action("sqs:ReceiveMessage")),
    mutant(
        "a member's queue keeps what anybody's rules lost",
        SIGN_IN,
        sentence("queue evidence-forwarding-dead-letters", "RulesKeepDeadLetters"),
        drop("Condition", "StringEquals"),
    ),
    mutant(
        "a member's queue takes messages of anybody",
        REGION,
        sentence("queue evidence-forwarding-dead-letters", "RulesKeepDeadLetters"),
        lambda item: (put("Principal", to="*")(item), drop("Condition")(item)),
    ),
    Mutant(
        "a queue is read without TLS",
        IN_HUB,
        remove("queue evidence-access-events-dead-letters", "DenyInsecureTransport"),
    ),
    Mutant("a queue has no policy", SIGN_IN, _forget_queue_policy),
    mutant(
        "notices of recordings are kept for any account",
        OTHER,
        sentence("queue evidence-forwarding-dead-letters-of-recordings", "RulesKeepDeadLetters"),
        operator("ArnLike", "StringLike", "arn:aws:events:*", "aws:SourceArn"),
    ),
    mutant(
        "anybody alerts",
        IN_HUB,
        sentence("topic", "HubAlarmsPublish"),
        lambda item: (put("Principal", to="*")(item), drop("Condition")(item)),
    ),
    mutant(
        "alarms of any name alert",
        IN_HUB,
        sentence("topic", "HubAlarmsPublish"),
        drop("Condition", "ArnLike"),
    ),
    mutant(
        "alarms subscribe",
        IN_HUB,
        sentence("topic", "HubAlarmsPublish"),
        add_action("sns:Subscribe"),
    ),
    Mutant("alerts go out without TLS", IN_HUB, remove("topic", "DenyInsecureTransport")),
]

WHAT_RULES_REACH = [
    mutant(
        "any rule of the account writes logins",
        REGION,
        of_type("AWS::Logs::ResourcePolicy"),
        lambda item: (
            rewrite('"ArnEquals":{"aws:SourceArn"', '"ArnLike":{"aws:SourceArn"')(item),
            rewrite(":rule/evidence-workspaces-logins", ":rule/*")(item),
        ),
    ),
    mutant(
        "rules write into every log group of ours",
        REGION,
        of_type("AWS::Logs::ResourcePolicy"),
        rewrite(":log-group:/evidence/workspaces-access:*", ":log-group:/evidence/*"),
    ),
    mutant(
        "rules delete logins",
        REGION,
        of_type("AWS::Logs::ResourcePolicy"),
        rewrite("logs:CreateLogStream", "logs:Delete*"),
    ),
    mutant("any rule calls the roster check", IN_HUB, of_type("AWS::Lambda::Permission"), drop("SourceArn")),
    mutant(
        "rules of any name call the roster check",
        IN_HUB,
        of_type("AWS::Lambda::Permission"),
        put("SourceArn", to="arn:aws:events:ap-northeast-1:111111111111:rule/*"),
    ),
    mutant(
        "the organization calls the roster check",
        IN_HUB,
        of_type("AWS::Lambda::Permission"),
        lambda item: (drop("SourceArn")(item), item.update(Principal="*", PrincipalOrgID="o-exampleorg1")),
    ),
    mutant(
        "the roster check may be replaced by a rule",
        IN_HUB,
        of_type("AWS::Lambda::Permission"),
        put("Action", to="lambda:*"),
    ),
]

ROLES = [
    mutant(
        "anybody of the archive account takes a member's read role",
        ACCOUNT,
        sentence("evidence-hub-read", "AccessEventsReads"),
        drop("Condition"),
    ),
    mutant(
        "a role of that name in any account takes a member's read role",
        ACCOUNT,
        sentence("evidence-hub-read", "AccessEventsReads"),
        lambda item: item.update(
            Principal={"AWS": "*"},
            Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/evidence-access-events"}},
        ),
    ),
    mutant(
        "the hub changes a member",
        ACCOUNT,
        sentence("evidence-hub-read", "DescribeWorkspaces"),
        add_action("workspaces:RebootWorkspaces"),
    ),
    mutant("a member forwards to any bus", ACCOUNT, sentence("evidence-event-forward", "ForwardEvents"), _everywhere),
    mutant(
        "rules of any account take the forwarding role",
        ACCOUNT,
        sentence("evidence-event-forward", "ServiceAssumesRole"),
        drop("Condition", "StringEquals"),
    ),
    mutant(
        "rules of any name take the forwarding role",
        ACCOUNT,
        sentence("evidence-event-forward", "ServiceAssumesRole"),
        drop("Condition", "ArnLike"),
    ),
    mutant(
        "another service tells of recordings",
        IN_HUB,
        sentence("evidence-recording-notices", "ServiceAssumesRole"),
        put("Principal", "Service", to="scheduler.amazonaws.com"),
    ),
    mutant(
        "the handler takes any role of a member",
        IN_HUB,
        sentence("evidence-access-events", "TakeMemberReadRole"),
        put("Resource", to="arn:aws:iam::*:role/*"),
    ),
    mutant(
        "the handler takes a role of any organization",
        IN_HUB,
        sentence("evidence-access-events", "TakeMemberReadRole"),
        drop("Condition"),
    ),
    mutant(
        "the handler speaks as a member",
        IN_HUB,
        sentence("evidence-access-events", "PutOwnEvents"),
        drop("Condition", "ForAllValues:StringEquals"),
    ),
    mutant(
        "the roster check puts events without a source",
        IN_HUB,
        sentence("evidence-roster-check", "PutOwnEvents"),
        drop("Condition", "Null"),
    ),
    mutant(
        "the roster check tells findings",
        IN_HUB,
        sentence("evidence-roster-check", "PutOwnEvents"),
        put("Condition", "ForAllValues:StringEquals", "events:source", to="access-evidence.hub"),
    ),
    mutant(
        "the handler forgets what it has told",
        IN_HUB,
        sentence("evidence-access-events", "RememberFindings"),
        add_action("dynamodb:DeleteItem"),
    ),
    mutant("the handler uses any key", IN_HUB, sentence("evidence-access-events", "UseOperationsKey"), _everywhere),
    mutant(
        "the hub's delivery writes anywhere in the log bucket",
        IN_HUB,
        sentence("evidence-access-delivery", "WriteAccessEvents"),
        put("Resource", to=f"{_LOG_BUCKET}/*"),
    ),
    mutant(
        "the hub's delivery reads evidence",
        IN_HUB,
        sentence("evidence-access-delivery", "WriteAccessEvents"),
        add_action("s3:GetObject"),
    ),
]

ARCHIVE = [
    Mutant("no Deny keeps the hub's delivery where it belongs", HOME, remove("logs", "DenyAccessDeliveryElsewhere")),
    mutant(
        "the archive's own delivery role writes access events",
        HOME,
        sentence("logs", "DenyWritesOutsideOwnPrefixes"),
        add_value("NotResource", value=f"{_LOG_BUCKET}/access-events/*"),
    ),
    mutant(
        "the hub's delivery role writes transcripts",
        HOME,
        sentence("logs", "DenyAccessDeliveryElsewhere"),
        add_value("NotResource", value=f"{_LOG_BUCKET}/transcripts/account=111111111111/*"),
    ),
    mutant(
        "any role of the archive named like ours writes",
        HOME,
        sentence("logs", "DenyWritesExceptWriters"),
        add_value("Condition", "ArnNotLike", "aws:PrincipalArn", value="arn:aws:iam::111111111111:role/evidence-*"),
    ),
    mutant(
        "anybody of the archive account encrypts as the hub's delivery",
        HOME,
        sentence("key", "AccessDeliveryEncrypts"),
        drop("Condition", "ArnEquals"),
    ),
    mutant(
        "the hub's delivery decrypts whatever S3 holds",
        HOME,
        sentence("key", "AccessDeliveryEncrypts"),
        drop("Condition", "StringLike"),
    ),
]

OPERATIONS_KEY = [
    mutant(
        "the archive account uses the operations key by itself",
        IN_HUB,
        sentence("key", "AccountUsesKeyThroughServices"),
        drop("Condition"),
    ),
    mutant(
        "grants on the operations key are made for anybody",
        IN_HUB,
        sentence("key", "DynamoDBTakesGrants"),
        drop("Condition", "Bool"),
    ),
    mutant(
        "EventBridge encrypts for rules of any account",
        IN_HUB,
        sentence("key", "EventsEncryptsMessages"),
        drop("Condition"),
    ),
    mutant("alarms of any account encrypt", IN_HUB, sentence("key", "AlarmsEncryptNotices"), drop("Condition")),
    mutant(
        "the operations key may be deleted",
        IN_HUB,
        sentence("key", "DeploymentAdministersKey"),
        add_action("kms:ScheduleKeyDeletion"),
    ),
]

GUARD = [
    mutant(
        "anybody of the archive account takes the guard's role of a member",
        ACCOUNT,
        sentence("evidence-security-groups", "SecurityGroupGuardReads"),
        drop("Condition"),
    ),
    mutant(
        "the handler takes the guard's role of a member",
        ACCOUNT,
        sentence("evidence-security-groups", "SecurityGroupGuardReads"),
        respell("role/evidence-security-group-guard", "role/evidence-access-events"),
    ),
    mutant(
        "any guard of the organization takes the guard's role of a member",
        ACCOUNT,
        sentence("evidence-security-groups", "SecurityGroupGuardReads"),
        lambda item: item.update(
            Principal={"AWS": "*"},
            Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/evidence-security-group-guard"}},
        ),
    ),
    mutant(
        "the guard revokes everywhere",
        ACCOUNT,
        sentence("evidence-security-groups", "DescribeSecurityGroups"),
        add_action("ec2:RevokeSecurityGroupIngress"),
    ),
    mutant(
        "the guard describes everything",
        ACCOUNT,
        sentence("evidence-security-groups", "DescribeSecurityGroups"),
        put("Action", to="ec2:Describe*"),
    ),
    mutant(
        "the guard changes prefix lists",
        ACCOUNT,
        sentence("evidence-security-groups", "ReadPrefixLists"),
        add_action("ec2:ModifyManagedPrefixList"),
    ),
    mutant(
        "the guard's credentials reach members from anywhere",
        IN_HUB,
        sentence("evidence-security-group-guard", "TakeSecurityGroupRole"),
        drop("Condition", "ArnEquals"),
    ),
    mutant(
        "any function reaches members with the guard's role",
        IN_HUB,
        sentence("evidence-security-group-guard", "TakeSecurityGroupRole"),
        respell(":function:evidence-security-group-guard", ":function:*"),
    ),
    mutant(
        "the guard goes to any organization",
        IN_HUB,
        sentence("evidence-security-group-guard", "TakeSecurityGroupRole"),
        drop("Condition", "StringEquals"),
    ),
    mutant(
        "the guard takes any role of a member",
        IN_HUB,
        sentence("evidence-security-group-guard", "TakeSecurityGroupRole"),
        put("Resource", to="arn:aws:iam::*:role/*"),
    ),
    mutant(
        "the guard tells findings of the handler",
        IN_HUB,
        sentence("evidence-security-group-guard", "PutOwnEvents"),
        put("Condition", "ForAllValues:StringEquals", "events:source", to="access-evidence.hub"),
    ),
    mutant(
        "the guard forgets differences",
        IN_HUB,
        sentence("evidence-security-group-guard", "RememberDifferences"),
        add_action("dynamodb:DeleteItem"),
    ),
    mutant(
        "the guard takes places off the roster",
        IN_HUB,
        sentence("evidence-security-group-guard", "ListPlaces"),
        add_action("dynamodb:UpdateItem"),
    ),
    mutant(
        "the guard fills any queue",
        IN_HUB,
        sentence("evidence-security-group-guard", "SendSweepSteps"),
        _everywhere,
    ),
    mutant(
        "the hub's rule of access events fills the guard's queue",
        IN_HUB,
        sentence("queue evidence-security-groups", "HubRuleFillsQueue"),
        respell("rule/evidence-hub/evidence-security-groups", "rule/evidence-hub/evidence-*"),
    ),
    mutant(
        "rules of any name start a sweep",
        IN_HUB,
        sentence("queue evidence-security-group-sweep", "HubRuleFillsQueue"),
        drop("Condition", "ArnLike"),
    ),
    mutant(
        "any rule of ours encrypts with the operations key",
        IN_HUB,
        sentence("key", "EventsEncryptsMessages"),
        respell(":rule/evidence-security-group-sweep", ":rule/evidence-*"),
    ),
]

HUB = [*BUS, *QUEUES_AND_TOPIC, *WHAT_RULES_REACH, *ROLES, *ARCHIVE, *OPERATIONS_KEY, *GUARD]
