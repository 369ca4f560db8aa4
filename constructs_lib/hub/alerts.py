"""Where a person hears of findings and alarms."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.policies import hub
from constructs_lib.policies.statement import document
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION, REGION


class Alerts(Construct):
    """An encrypted topic to which the hub's functions and its own alarms publish.

    Args:
        key_arn: The key that encrypts it; its policy must serve CloudWatch.
        emails: Who is subscribed; SNS asks each to confirm. By default nobody: subscribe what you use.
    """

    def __init__(self, scope: Construct, construct_id: str, *, key_arn: str, emails: Sequence[str] = ()) -> None:
        super().__init__(scope, construct_id)
        topic = cdk.CfnResource(
            self,
            "Topic",
            type="AWS::SNS::Topic",
            properties={
                "TopicName": layout.ALERTS_TOPIC,
                "DisplayName": "Access evidence",
                "KmsMasterKeyId": key_arn,
            },
        )
        self.topic_arn = topic.ref
        sentences = [
            hub.topic_takes_tls_alone(topic_arn=self.topic_arn),
            hub.alarms_publish(partition=PARTITION, topic_arn=self.topic_arn, region=REGION, account=ACCOUNT_ID),
        ]
        cdk.CfnResource(
            self,
            "Policy",
            type="AWS::SNS::TopicPolicy",
            properties={"Topics": [self.topic_arn], "PolicyDocument": document(sentences)},
        )
        for number, email in enumerate(emails, start=1):
            cdk.CfnResource(
                self,
                f"Email{number}",
                type="AWS::SNS::Subscription",
                properties={"TopicArn": self.topic_arn, "Protocol": "email", "Endpoint": email},
            )
