"""Regions are added and dropped, another key is told and all is removed: the real templates, by StackSets."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from typing import Any

import pytest

from local.organization import DEFAULT_ROOT
from tests.assembly import settings_with, synthesize
from tests.local.demonstration import EXAMPLE, THEIR_PREFERENCES
from tests.local.world import MANAGEMENT, ORGANIZATION

ARCHIVE, MEMBER = "100000000086", "200000000086"
HOME, SECOND = "ap-northeast-1", "us-east-1"
DOCUMENT = "SSM-SessionManagerRunShell"
ROLLOUT = "changes-rollout"


@dataclass(frozen=True, kw_only=True)
class Organization:
    """An archive, a member in a unit, and a management account, from which the roll-out is changed."""

    aws: Any
    unit: str
    folders: Any

    def client(self, service, account, region=HOME):
        return self.aws.client(service, account=account, region=region)

    def synthesize(self, **overrides):
        settings = settings_with(
            tomllib.loads(EXAMPLE.read_text()),
            **{
                "organization__id": ORGANIZATION,
                "organization__root_id": DEFAULT_ROOT,
                "organization__management_account": MANAGEMENT,
                "archive__account": ARCHIVE,
                "archive__auditors": [],
                "members__direct": [],
                "query__auditors": {},
                "regions__governed": [HOME, SECOND],
                "regions__sign_in": ["eu-north-1"],
                "rollout__organizational_units": [self.unit],
                **overrides,
            },
        )
        return synthesize(settings, self.folders.mktemp("changes"))

    def deploy(self, assembly, template, account, *, region=HOME, name, **parameters):
        """Creates or updates a stack; the outputs, or the failures as an AssertionError."""
        bucket = f"rollout-changes-{account}"
        self.client("s3", account).put_object(
            Bucket=bucket, Key=f"{name}.json", Body=json.dumps(assembly.templates[template]).encode()
        )
        cloudformation = self.client("cloudformation", account, region)
        there = [item["StackName"] for item in cloudformation.list_stacks()["StackSummaries"]]
        act, waiter = (
            (cloudformation.update_stack, "stack_update_complete")
            if name in there
            else (cloudformation.create_stack, "stack_create_complete")
        )
        act(
            StackName=name,
            TemplateURL=f"{self.aws.endpoint}/{bucket}/{name}.json",
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        try:
            cloudformation.get_waiter(waiter).wait(StackName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300})
        except Exception as failure:
            events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            reasons = [event["ResourceStatusReason"] for event in events if "ResourceStatusReason" in event]
            raise AssertionError("\n".join(reasons)) from failure
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def roll_out(self, key_id, **overrides):
        self.deploy(self.synthesize(**overrides), "Rollout", MANAGEMENT, name=ROLLOUT, ArchiveKeyId=key_id)

    def preferences(self, region):
        ssm = self.client("ssm", MEMBER, region)
        return json.loads(ssm.get_document(Name=DOCUMENT)["Content"])

    def stacks(self, region):
        found = self.client("cloudformation", MEMBER, region).describe_stacks()["Stacks"]
        return sorted(item["StackName"].removeprefix("StackSet-")[:-37] for item in found)


@pytest.fixture(scope="module")
def organization(embedded_aws, tmp_path_factory):
    organizations = embedded_aws.client("organizations", account=MANAGEMENT, region=HOME)
    unit = organizations.create_organizational_unit(ParentId=DEFAULT_ROOT, Name="Changing")["OrganizationalUnit"]["Id"]
    organizations.move_account(AccountId=MEMBER, SourceParentId=DEFAULT_ROOT, DestinationParentId=unit)
    for account, region in ((ARCHIVE, HOME), (ARCHIVE, SECOND), (MANAGEMENT, HOME)):
        embedded_aws.client("ssm", account=account, region=region).put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True
        )
    for account in (ARCHIVE, MANAGEMENT):
        embedded_aws.client("s3", account=account, region=HOME).create_bucket(
            Bucket=f"rollout-changes-{account}", CreateBucketConfiguration={"LocationConstraint": HOME}
        )
    return Organization(aws=embedded_aws, unit=unit, folders=tmp_path_factory)


@pytest.fixture(scope="module")
def key_id(organization):
    assembly = organization.synthesize()
    found = organization.deploy(assembly, f"LogArchive-{HOME}", ARCHIVE, name="changes-archive")["ArchiveKeyId"]
    organization.deploy(
        assembly, f"LogArchive-{SECOND}", ARCHIVE, region=SECOND, name="changes-archive", ArchiveKeyId=found
    )
    return found


def test_regions_come_and_go_and_in_the_end_everything_and_preferences_come_back_each_time(organization, key_id):
    for region in (HOME, SECOND):
        organization.client("ssm", MEMBER, region).create_document(
            Name=DOCUMENT, Content=THEIR_PREFERENCES, DocumentType="Session", DocumentFormat="JSON"
        )
    theirs = json.loads(THEIR_PREFERENCES)

    organization.roll_out(key_id)
    assert organization.stacks(HOME) == ["evidence-member-account", "evidence-member-region"]
    assert organization.stacks(SECOND) == ["evidence-member-region"]
    assert organization.stacks("eu-north-1") == ["evidence-member-sign-in"]
    assert [organization.preferences(region) == theirs for region in (HOME, SECOND)] == [False, False]

    # A Region is dropped, which stays one of sign-ins: two steps.
    organization.roll_out(key_id, regions__governed=[HOME])
    assert organization.stacks(SECOND) == []
    assert organization.preferences(SECOND) == theirs
    assert organization.preferences(HOME) != theirs
    organization.roll_out(key_id, regions__governed=[HOME], regions__sign_in=["eu-north-1", SECOND])
    assert organization.stacks(SECOND) == ["evidence-member-sign-in"]

    # It is governed again: one step.
    organization.roll_out(key_id, regions__sign_in=["eu-north-1", SECOND])
    assert organization.stacks(SECOND) == ["evidence-member-region"]
    assert organization.preferences(SECOND) != theirs

    # All is removed.
    cloudformation = organization.client("cloudformation", MANAGEMENT)
    cloudformation.delete_stack(StackName=ROLLOUT)
    waiter = cloudformation.get_waiter("stack_delete_complete")
    waiter.wait(StackName=ROLLOUT, WaiterConfig={"Delay": 0.2, "MaxAttempts": 300})
    assert [organization.stacks(region) for region in (HOME, SECOND, "eu-north-1")] == [[], [], []]
    assert [organization.preferences(region) for region in (HOME, SECOND)] == [theirs, theirs]
    bucket = f"evidence-logs-{ARCHIVE}-{HOME}"
    assert organization.client("s3", ARCHIVE).head_bucket(Bucket=bucket)["ResponseMetadata"]["HTTPStatusCode"] == 200
