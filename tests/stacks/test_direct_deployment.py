"""Which stacks ``cdk deploy`` sees, where they go, and in which order."""

from __future__ import annotations


def stacks(assembly):
    return {
        name: artifact
        for name, artifact in assembly.manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }


SIGN_IN_REGIONS = ("us-east-2", "eu-north-1", "ap-southeast-2")
"""Those of the example that are not governed: us-east-1 is, and takes the whole template."""


def test_every_direct_member_has_an_account_stack_and_one_per_region(assembly, settings):
    expected = {"AccessHub", "Query", *(f"LogArchive-{region}" for region in settings.regions.governed)}
    expected |= {"WorkSpacesNetwork", "WorkSpacesPrefixLists-ap-northeast-1"}
    for account in settings.members.direct:
        expected |= {f"MemberAccount-{account}"}
        expected |= {f"MemberRegion-{account}-{region}" for region in settings.regions.governed}
        expected |= {f"MemberSignIn-{account}-{region}" for region in SIGN_IN_REGIONS}
    assert set(stacks(assembly)) == expected


def test_a_member_stack_is_addressed_to_its_account_and_region_alone(assembly):
    for name, artifact in stacks(assembly).items():
        if name.startswith("MemberRegion-"):
            _, account, region = name.split("-", 2)
            assert artifact["environment"] == f"aws://{account}/{region}"
            properties = artifact["properties"]
            for kind, arn in (
                ("deploy-role", properties["assumeRoleArn"]),
                ("cfn-exec-role", properties["cloudFormationExecutionRoleArn"]),
                ("lookup-role", properties["lookupRole"]["arn"]),
            ):
                assert arn == f"arn:${{AWS::Partition}}:iam::{account}:role/cdk-hnb659fds-{kind}-{account}-{region}"


def test_where_people_only_sign_in_the_roles_of_the_home_region_deploy(assembly, settings):
    """They reach every Region, so that these need not be bootstrapped."""
    seen = []
    for name, artifact in stacks(assembly).items():
        if name.startswith("MemberSignIn-"):
            _, account, region = name.split("-", 2)
            properties = artifact["properties"]
            assert artifact["environment"] == f"aws://{account}/{region}"
            roles = (properties["assumeRoleArn"], properties["cloudFormationExecutionRoleArn"])
            assert roles == tuple(
                f"arn:${{AWS::Partition}}:iam::{account}:role/cdk-hnb659fds-{kind}-{account}-{settings.regions.home}"
                for kind in ("deploy-role", "cfn-exec-role")
            )
            seen.append((account, region))
    assert len(seen) == len(settings.members.direct) * len(SIGN_IN_REGIONS)


def test_members_share_one_template_file(assembly):
    files = {artifact["properties"]["templateFile"] for name, artifact in stacks(assembly).items() if "Member" in name}
    assert files == {f"Member{what}.template.json" for what in ("Account", "Region", "SignIn")}


def test_stacks_follow_what_they_need(assembly, settings):
    home = f"LogArchive-{settings.regions.home}"
    for name, artifact in stacks(assembly).items():
        after = set(artifact.get("dependencies", []))
        if name == "AccessHub":
            assert home in after
        if name.startswith("LogArchive-") and name != home:
            assert "AccessHub" in after
        if name.startswith("MemberAccount-"):
            assert after == {"AccessHub"}
        if name.startswith("MemberSignIn-"):
            assert after == {f"MemberAccount-{name.split('-')[1]}"}
        if name.startswith("MemberRegion-"):
            _, account, region = name.split("-", 2)
            assert after == {f"MemberAccount-{account}", f"LogArchive-{region}"}


def test_without_direct_members_only_the_archive_account_is_deployed_to(variant):
    assembly = variant("as little as possible")
    assert set(stacks(assembly)) == {"AccessHub", "Guardrails", "LogArchive-ap-northeast-1", "Query"}
    assert {"MemberAccount", "MemberRegionWithoutRecording"} <= set(assembly.templates)
