"""What may be allowed at all: written from AWS's pages, apart from the code that writes the policies.

A policy that allows more than these sentences is refuted. Names are spelled out here a second time on purpose, so
that a slip in the code that both sides of the archive import does not move the proof along with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import z3

from tools.prove.encoding import ABSENT, Request, acts, arn_like, like
from tools.prove.principals import is_service

CLOUDTRAIL_BUCKET = (
    "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"
)
CLOUDTRAIL_KEY = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html"
CONTROL_TOWER_BUCKET = "https://docs.aws.amazon.com/controltower/latest/userguide/logging-s3-audit-bucket"
FIREHOSE = "https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html"
RECORDING = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
    "systems-manager-just-in-time-node-access-rdp-recording.html"
)
LOGS_KEY = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html"
KEY_POLICY = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"
REPLICAS = "https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-replicate.html"
ACCESS_LOGS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html"
KMS_VIA_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"
CONFUSED_DEPUTY = (
    "https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html"
)
BUS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html"
QUEUE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html"
DEAD_LETTERS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html"
QUEUE_KEY = "https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html"
TOPIC = "https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html"
TOPIC_KEY = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
TABLE_KEY = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html"

Patterns = tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Permit:
    """One sentence of what a caller may do.

    Args:
        service: The AWS service that calls by itself; None where users and roles call.
        account: The account of the users and roles; None for any.
        roles: ARN patterns of the users and roles; empty for any.
        actions: Patterns of actions.
        resources: Patterns of ARNs; ``*`` in the policy of a key.
        when: Condition keys that must be sent, each with the patterns of which one must match.
        when_sent: Condition keys that must match where they are sent.
        source: The page that asks for it.
    """

    actions: Patterns
    source: str
    service: str | None = None
    account: str | None = None
    roles: Patterns = ()
    resources: Patterns = ("*",)
    when: Mapping[str, Patterns] = field(default_factory=dict)
    when_sent: Mapping[str, Patterns] = field(default_factory=dict)

    def covers(self, request: Request) -> z3.BoolRef:
        """The request is one that this sentence permits."""
        acting = acts(request, self.actions)
        if z3.is_false(acting):
            return acting
        if self.service is not None:
            who = [is_service(request, self.service)]
        else:
            key = request.key("aws:PrincipalIsAWSService")
            who = [z3.Or(key == "false", key == ABSENT)]
            if self.account is not None:
                who.append(request.key("aws:PrincipalAccount") == self.account)
            if self.roles:
                who.append(_one_of(request, "aws:PrincipalArn", self.roles))
        return z3.And(
            *who,
            acting,
            z3.Or(*(like(request.resource, pattern, request) for pattern in self.resources)),
            *(z3.And(request.has(key), _one_of(request, key, patterns)) for key, patterns in self.when.items()),
            *(
                z3.Or(request.key(key) == ABSENT, _one_of(request, key, patterns))
                for key, patterns in self.when_sent.items()
            ),
        )


def _one_of(request: Request, key: str, patterns: Sequence[str]) -> z3.BoolRef:
    """One of the patterns matches, as a string or part by part: AWS's pages show both operators for ARNs."""
    value = request.key(key)
    whole = [like(value, pattern, request) for pattern in patterns]
    arns = [pattern for pattern in patterns if pattern.startswith("arn:") and "${" not in pattern]
    return z3.Or(*whole, *(arn_like(value, pattern, request) for pattern in arns))
