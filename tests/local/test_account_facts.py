"""Trusted access, delegated administrators, quotas, types and trails can be asked for in the embedded AWS as on AWS."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.world import MANAGEMENT, REGION, World

BACKUP = "backup.amazonaws.com"
RECORDINGS = "AWS::SSMGuiConnect::Preferences"


def refused(call, **arguments):
    """The code with which a call is refused."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return caught.value.response["Error"]["Code"]


def principals(organizations):
    enabled = organizations.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    return {one["ServicePrincipal"] for one in enabled}


def administrators(organizations):
    listed = organizations.list_delegated_administrators(ServicePrincipal=BACKUP)["DelegatedAdministrators"]
    return [one["Id"] for one in listed]


def test_trusted_access_comes_before_an_administrator(world: World):
    organizations = world.client("organizations", MANAGEMENT)
    wanted = {"AccountId": world.member, "ServicePrincipal": BACKUP}
    register = organizations.register_delegated_administrator
    assert refused(register, **wanted) == "ConstraintViolationException"
    organizations.enable_aws_service_access(ServicePrincipal=BACKUP)
    assert BACKUP in principals(organizations)
    register(**wanted)
    assert administrators(organizations) == [world.member]
    assert refused(register, **wanted) == "AccountAlreadyRegisteredException"
    organizations.deregister_delegated_administrator(**wanted)
    organizations.disable_aws_service_access(ServicePrincipal=BACKUP)
    assert (administrators(organizations), BACKUP in principals(organizations)) == ([], False)


@pytest.mark.parametrize("who", ["member", "outsider"])
def test_only_the_management_account_is_told(world: World, who):
    organizations = world.client("organizations", getattr(world, who))
    assert refused(organizations.list_aws_service_access_for_organization) == "AccessDeniedException"
    assert refused(organizations.enable_aws_service_access, ServicePrincipal=BACKUP) == "AccessDeniedException"


def test_an_outsider_administers_nothing(world: World):
    organizations = world.client("organizations", MANAGEMENT)
    wanted = {"AccountId": world.outsider, "ServicePrincipal": BACKUP}
    assert refused(organizations.register_delegated_administrator, **wanted) == "AccountNotFoundException"


def test_quotas_are_those_of_aws(world: World):
    quotas = world.client("service-quotas", world.member)
    for operation in (quotas.list_service_quotas, quotas.list_aws_default_service_quotas):
        assert {one["QuotaName"]: one["Value"] for one in operation(ServiceCode="events")["Quotas"]} == {"Rules": 300}
    assert refused(quotas.list_service_quotas, ServiceCode="none") == "NoSuchResourceException"


def test_a_region_without_the_recording_type_says_so(world: World):
    def described(region):
        return world.client("cloudformation", world.member, region=region).describe_type

    assert described(REGION)(Type="RESOURCE", TypeName=RECORDINGS)["TypeName"] == RECORDINGS
    assert refused(described("ap-northeast-3"), Type="RESOURCE", TypeName=RECORDINGS) == "TypeNotFoundException"
    assert refused(described(REGION), Type="RESOURCE", TypeName="AWS::No::Type") == "TypeNotFoundException"


def test_trails_of_every_region_are_listed_and_nobody_elses(world: World):
    bucket = f"trails-{world.member}"
    service = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    statements = [
        {**service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"},
        {**service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/*"},
    ]
    policy = {"Version": "2012-10-17", "Statement": statements}
    store = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": bucket}}
    guard = {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": "Bucket"}, "PolicyDocument": policy}}
    world.deploy(world.member, {"Bucket": store, "Guard": guard})
    for region in (REGION, "us-east-1"):
        cloudtrail = world.client("cloudtrail", world.member, region=region)
        cloudtrail.create_trail(Name=f"of-{region}", S3BucketName=bucket)
    found = world.client("cloudtrail", world.member).list_trails()["Trails"]
    assert {one["Name"]: one["HomeRegion"] for one in found} == {
        f"of-{region}": region for region in (REGION, "us-east-1")
    }
    assert world.client("cloudtrail", world.other).list_trails()["Trails"] == []
