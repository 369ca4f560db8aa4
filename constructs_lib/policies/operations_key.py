"""The key of the hub's own things: topic, queues, tables and log groups. Evidence is none of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs_lib.policies.evidence_key import ENCRYPTION, KEY
from constructs_lib.policies.forwarding import EVENTS, by_rules_of
from constructs_lib.policies.statement import Statement, account_root, allow, service

SERVICES: Final = ("dynamodb", "sns", "sqs")
"""Through which the account's own principals use the key."""


def account_uses_key_through_services(*, partition: str, account: str, via: list[str]) -> Statement:
    """Principals of the archive account use the key through DynamoDB, SNS and SQS, as far as IAM lets them use those.

    So the handler works, and an operator replays dead letters.
    """
    return allow(
        "AccountUsesKeyThroughServices",
        principal=account_root(partition=partition, account=account),
        actions=[*ENCRYPTION, "kms:DescribeKey"],
        resources=KEY,
        conditions={"StringEquals": {"kms:ViaService": via}},
    )


def dynamodb_takes_grants(*, partition: str, account: str, via_dynamodb: str) -> Statement:
    """DynamoDB takes the grants with which it encrypts a table, when somebody of the account makes or uses it.

    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
    """
    return allow(
        "DynamoDBTakesGrants",
        principal=account_root(partition=partition, account=account),
        actions=["kms:CreateGrant"],
        resources=KEY,
        conditions={
            "StringEquals": {"kms:ViaService": via_dynamodb},
            "Bool": {"kms:GrantIsForAWSResource": "true"},
        },
    )


def events_encrypts_messages(*, account: str, rule_arns: Sequence[str]) -> Statement:
    """EventBridge encrypts what rules of the hub's bus, and the schedule of the sweep, bring into its queues.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
    """
    return allow(
        "EventsEncryptsMessages",
        principal=service(EVENTS),
        actions=["kms:Decrypt", "kms:GenerateDataKey"],
        resources=KEY,
        conditions=by_rules_of(account, rule_arn=rule_arns),
    )


def alarms_encrypt_notices(*, account: str) -> Statement:
    """CloudWatch encrypts what its alarms tell the topic; with AWS's own key it could not.

    https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    return allow(
        "AlarmsEncryptNotices",
        principal=service("cloudwatch.amazonaws.com"),
        actions=["kms:Decrypt", "kms:GenerateDataKey*"],
        resources=KEY,
        conditions={"StringEquals": {"aws:SourceAccount": account}},
    )
