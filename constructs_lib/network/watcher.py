"""The function that watches AWS's address ranges and keeps the allow-lists of WorkSpaces clients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.endpoints import via
from constructs_lib.hub.function import HubFunction
from constructs_lib.hub.function_alarms import watch_function
from constructs_lib.hub.schedule import call_on_schedule
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import network
from constructs_lib.policies.statement import Statement
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION

NOTICES_REGION: Final = "us-east-1"
NOTICES_TOPIC: Final = f"arn:{PARTITION}:sns:{NOTICES_REGION}:806199016981:AmazonIpSpaceChanged"
"""AWS's own topic, of the commercial partition alone. https://docs.aws.amazon.com/vpc/latest/userguide/subscribe-notifications.html"""
TIMEOUT_SECONDS: Final = 300
NAME: Final = "workspaces-network"


@dataclass(frozen=True, kw_only=True)
class Lists:
    """What the watcher keeps.

    Attributes:
        source: The address of ip-ranges.json.
        regions: Of WorkSpaces; there is a list for each.
        variants: How people reach them.
        used: Whose changes people are told of.
        prefix_list_regions: Where managed prefix lists hold the streaming ranges.
        most_removed_percent: A list that would lose more stays as it is.
    """

    source: str
    regions: Sequence[str]
    variants: Sequence[str]
    used: Sequence[str]
    prefix_list_regions: Sequence[str]
    most_removed_percent: int


class RangeWatcher(Construct):
    """Told by AWS that its address ranges changed, and on a schedule because a notice can be missed: computes the lists
    anew, writes a version of those that changed, fills prefix lists and says what is new.

    It runs once at a time, and writes with S3's own keys, so that it needs none of the evidence: nothing in its lists
    is secret, and what reads a file from the Internet decrypts nothing here.

    Args:
        home: The archive of the home Region, whose derived bucket keeps the lists.
        lists: What it keeps.
        is_told: Whether AWS's notices reach functions of this Region; where they do not, it looks every hour.
        topic_arn: Whom it tells; its alarms too.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        home: ArchiveReference,
        lists: Lists,
        is_told: bool,
        topic_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = HubFunction(
            self,
            "Function",
            package="workspaces_network",
            name=layout.NETWORK_ROLE,
            description="Keeps lists of what WorkSpaces clients must reach, and says what changed",
            role_name=layout.NETWORK_ROLE,
            log_group_name=layout.NETWORK_LOG_GROUP,
            log_key_use=LogKeyUse.of_archive(home),
            statements=_sentences(home, lists, topic_arn),
            environment={
                "ALERT_TOPIC_ARN": topic_arn,
                "ALLOW_LIST_BUCKET": home.bucket_name(BucketKind.DERIVED),
                "ALLOW_LIST_PREFIX": layout.ALLOW_LIST_PREFIX,
                "IP_RANGES_URL": lists.source,
                "MOST_REMOVED_PERCENT": str(lists.most_removed_percent),
                "PREFIX_LIST_NAME": layout.prefix_list_name(region="{region}", family="{family}"),
                "PREFIX_LIST_REGIONS": " ".join(lists.prefix_list_regions),
                "USED_LISTS": " ".join(lists.used),
                "VARIANTS": " ".join(lists.variants),
                "WORKSPACES_REGIONS": " ".join(lists.regions),
            },
            timeout_seconds=TIMEOUT_SECONDS,
            concurrency=1,
        )
        hours = 24 if is_told else 1
        call_on_schedule(
            self, self.function, name=self.function.name, expression="rate(1 day)" if is_told else "rate(1 hour)"
        )
        if is_told:
            self._take_notices()
        watch_function(
            self, self.function, name=NAME, metrics=("Errors",), missed_after_hours=hours + 2, topic_arn=topic_arn
        )

    def _take_notices(self) -> None:
        """AWS's topic calls the function, from the one Region where the topic is.

        https://docs.aws.amazon.com/sns/latest/dg/sns-cross-region-delivery.html
        """
        permission = cdk.CfnResource(
            self,
            "NoticePermission",
            type="AWS::Lambda::Permission",
            properties={
                "Action": "lambda:InvokeFunction",
                "FunctionName": self.function.resource.ref,
                "Principal": "sns.amazonaws.com",
                "SourceArn": NOTICES_TOPIC,
            },
        )
        subscription = cdk.CfnResource(
            self,
            "Notices",
            type="AWS::SNS::Subscription",
            properties={
                "TopicArn": NOTICES_TOPIC,
                "Region": NOTICES_REGION,
                "Protocol": "lambda",
                "Endpoint": self.function.arn,
            },
        )
        subscription.add_resource_dependency(permission)


def _sentences(home: ArchiveReference, lists: Lists, topic_arn: str) -> list[Statement]:
    bucket = {"bucket_arn": home.bucket_arn(BucketKind.DERIVED), "account": ACCOUNT_ID}
    place = {"partition": PARTITION, "account": ACCOUNT_ID}
    sentences = [
        network.keeps_allow_lists(**bucket),
        network.lists_allow_lists(**bucket),
        network.tells_of_changes(topic_arn=topic_arn),
        network.uses_key_of_topic(**place, region=home.region, via_sns=via("sns", home.region), topic_arn=topic_arn),
    ]
    if lists.prefix_list_regions:
        sentences += [
            network.finds_prefix_lists(regions=lists.prefix_list_regions),
            network.fills_prefix_lists(**place, regions=lists.prefix_list_regions),
        ]
    return sentences
