"""Which stacks ``cdk deploy`` sees, where they go, and in which order."""

from __future__ import annotations


def stacks(assembly):
    return {
        name: artifact
        for name, artifact in assembly.manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }


def test_every_direct_member_has_an_account_stack_and_one_per_region(assembly, settings):
    expected = {f"LogArchive-{region}" for region in settings.regions.governed}
    for account in settings.members.direct:
        expected |= {f"MemberAccount-{account}"}
        expected |= {f"MemberRegion-{account}-{region}" for region in settings.regions.governed}
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


def test_members_share_one_template_file(assembly):
    files = {artifact["properties"]["templateFile"] for name, artifact in stacks(assembly).items() if "Member" in name}
    assert files == {"MemberAccount.template.json", "MemberRegion.template.json"}


def test_stacks_follow_what_they_need(assembly, settings):
    home = f"LogArchive-{settings.regions.home}"
    for name, artifact in stacks(assembly).items():
        after = set(artifact.get("dependencies", []))
        if name.startswith("LogArchive-") and name != home:
            assert home in after
        if name.startswith("MemberAccount-"):
            assert after == {home}
        if name.startswith("MemberRegion-"):
            _, account, region = name.split("-", 2)
            assert after == {f"MemberAccount-{account}", f"LogArchive-{region}"}


def test_without_direct_members_only_the_archive_is_deployed_directly(variant):
    assembly = variant("as little as possible")
    assert set(stacks(assembly)) == {"LogArchive-ap-northeast-1"}
    assert {"MemberAccount", "MemberRegionWithoutRecording"} <= set(assembly.templates)
