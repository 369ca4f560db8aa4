"""The table of Regions agrees with the CloudFormation schemas that cfn-lint carries."""

from __future__ import annotations

import pytest
from cfnlint.helpers import REGIONS
from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

from stacks.regions import PARTITION_OF_REGION, WITH_RECORDING, WITHOUT_SERVICE_SETTING

NEEDED_EVERYWHERE = (
    "AWS::KMS::ReplicaKey",
    "AWS::KinesisFirehose::DeliveryStream",
    "AWS::CloudTrail::Trail",
    "AWS::SSM::Document",
    "AWS::Logs::SubscriptionFilter",
    "AWS::Organizations::Policy",
    "AWS::Organizations::ResourcePolicy",
)


def exists(of_type: str, region: str) -> bool:
    try:
        PROVIDER_SCHEMA_MANAGER.get_resource_schema(region, of_type)
    except ResourceNotFoundError:
        return False
    return True


def test_every_region_outside_the_isolated_partitions_is_known():
    assert {region for region in REGIONS if "-iso" not in region and not region.startswith("eusc-")} == set(
        PARTITION_OF_REGION
    )


def test_recordings_are_possible_where_their_resource_type_exists():
    assert {region for region in PARTITION_OF_REGION if exists("AWS::SSMGuiConnect::Preferences", region)} == (
        WITH_RECORDING
    )


def test_service_settings_are_missing_where_their_resource_type_is():
    missing = {region for region in PARTITION_OF_REGION if not exists("AWS::SSM::ServiceSetting", region)}
    assert missing == WITHOUT_SERVICE_SETTING


@pytest.mark.parametrize("of_type", NEEDED_EVERYWHERE)
def test_what_a_governed_region_cannot_do_without_exists_in_every_region(of_type):
    assert [region for region in PARTITION_OF_REGION if not exists(of_type, region)] == []
