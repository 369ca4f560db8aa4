"""The two other trail modes, deployed: one trail of the organization, and the check that relies on it."""

from __future__ import annotations

import json
import tomllib

import pytest
from botocore.exceptions import WaiterError

from local.demo.cdk import failures
from tests.assembly import settings_with, synthesize
from tests.local.demonstration import EXAMPLE
from tests.local.world import MANAGEMENT, ORGANIZATION

ARCHIVE, MEMBER = "100000000084", "200000000084"
HOME = "ap-northeast-1"


@pytest.fixture(scope="module")
def carry(embedded_aws, tmp_path_factory):
    """Makes a stack of a trail mode's assembly in an account, from its template alone."""
    example = tomllib.loads(EXAMPLE.read_text())
    common = {
        "organization__id": ORGANIZATION,
        "organization__management_account": MANAGEMENT,
        "archive__account": ARCHIVE,
        "archive__auditors": [],
        "regions__governed": [HOME],
    }

    for account in (ARCHIVE, MANAGEMENT):
        embedded_aws.client("ssm", account=account, region=HOME).put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
        )

    def made(mode, template, account, **parameters):
        settings = settings_with(example, **common, trail__mode=mode)
        assembly = synthesize(settings, tmp_path_factory.mktemp(mode))
        cloudformation, s3 = (
            embedded_aws.client(service, account=account, region=HOME) for service in ("cloudformation", "s3")
        )
        bucket = f"templates-{account}"
        if bucket not in [each["Name"] for each in s3.list_buckets()["Buckets"]]:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": HOME})
        s3.put_object(Bucket=bucket, Key=f"{mode}-{template}", Body=json.dumps(assembly.templates[template]))
        cloudformation.create_stack(
            StackName=f"{mode}-{template}",
            TemplateURL=f"https://s3.{HOME}.amazonaws.com/{bucket}/{mode}-{template}",
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        name = f"{mode}-{template}"
        waiter = cloudformation.get_waiter("stack_create_complete")
        waiter.wait(StackName=name, WaiterConfig={"Delay": 0.2, "MaxAttempts": 150})
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    return made


def test_the_organization_trail_delivers_and_members_rely_on_an_existing_one(carry, embedded_aws):
    key_id = carry("organization", f"LogArchive-{HOME}", ARCHIVE)["ArchiveKeyId"]
    with pytest.raises(WaiterError):
        carry("existing", "MemberAccount", MEMBER, ArchiveKeyId=key_id)
    told = "\n".join(failures(embedded_aws, [MEMBER], [HOME]))
    assert "no trail records all management events of all Regions. the account has no trail" in told

    carry("organization", "Rollout", MANAGEMENT, ArchiveKeyId=key_id)
    deliveries = embedded_aws.deliver_trails(account=MANAGEMENT)
    ours = [item for item in deliveries if item["trail"].endswith("/evidence-organization")]
    assert ours
    assert [item for item in ours if not item["allowed"]] == []
    within = f"s3://evidence-logs-{ARCHIVE}-{HOME}/cloudtrail/AWSLogs/{ORGANIZATION}/"
    assert [item for item in ours if not item["uri"].startswith(f"{within}{item['account']}/CloudTrail/")] == []

    carry("existing", "MemberAccount", MANAGEMENT, ArchiveKeyId=key_id)
    # The management account belongs to all tests: this trail must not deliver for the next one.
    embedded_aws.client("cloudtrail", account=MANAGEMENT, region=HOME).delete_trail(Name="evidence-organization")
