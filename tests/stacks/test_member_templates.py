"""One template serves every member account, and needs nothing but itself."""

from __future__ import annotations

import json

import pytest

from tests.assembly import flat

MEMBER_TEMPLATES = ("MemberAccount", "MemberEnforcement", "MemberRegion", "MemberSignIn")
WITHOUT_KEY = ("MemberSignIn", "MemberEnforcement")
"""They hold rules and a queue, or a policy: nothing that the evidence key would encrypt."""
HOME_REGION = "ap-northeast-1"
INLINE_TEMPLATE_LIMIT = 51_200
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""


def member_templates(assembly):
    return {name: template for name, template in assembly.templates.items() if name.startswith(MEMBER_TEMPLATES)}


def test_the_member_templates_are_written(assembly):
    assert set(member_templates(assembly)) == {"MemberAccount", "MemberRegion", "MemberSignIn"}


def test_a_region_that_becomes_governed_updates_the_stack_of_its_sign_ins(assembly):
    names = {
        artifact["properties"]["stackName"]
        for name, artifact in assembly.manifest["artifacts"].items()
        if name.startswith(("MemberRegion-", "MemberSignIn-"))
    }
    assert names == {"evidence-member-region"}


def test_where_people_only_sign_in_the_same_events_are_forwarded(assembly):
    def rules(name):
        return {
            item["Properties"]["Name"]: flat(item["Properties"].get("EventPattern"))
            for item in assembly.templates[name]["Resources"].values()
            if item["Type"] == "AWS::Events::Rule"
        }

    assert len(rules("MemberSignIn")) > 20
    assert rules("MemberSignIn") == rules("MemberRegion")
    types = {item["Type"] for item in assembly.templates["MemberSignIn"]["Resources"].values()}
    assert types == {
        "AWS::CloudWatch::Alarm",
        "AWS::Events::Rule",
        "AWS::SQS::Queue",
        "AWS::SQS::QueuePolicy",
    }


def test_they_need_no_bootstrapped_account(any_assembly):
    for name, template in member_templates(any_assembly).items():
        assert set(template.get("Parameters", {})) == (set() if name.startswith(WITHOUT_KEY) else {"ArchiveKeyId"}), (
            name
        )
        assert "Rules" not in template, name
        assert "Transform" not in template, name
        types = {resource["Type"] for resource in template["Resources"].values()}
        assert not types & {"AWS::CDK::Metadata", "AWS::CloudFormation::Stack"}, name
        assert "cdk-hnb659fds" not in json.dumps(template), name


def test_their_functions_carry_their_code(any_assembly):
    for name, template in member_templates(any_assembly).items():
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Lambda::Function":
                assert set(resource["Properties"]["Code"]) == {"ZipFile"}, name


def test_no_member_account_id_is_baked_in(assembly, settings):
    members = [account for account in settings.members.direct if account != settings.archive.account]
    assert members
    for template in member_templates(assembly).values():
        text = json.dumps(template)
        assert [member for member in members if member in text] == []


def test_they_fit_into_a_stack_set_with_a_fifth_to_spare(any_assembly):
    sizes = {
        name: (any_assembly.directory / f"{name}.template.json").stat().st_size
        for name in member_templates(any_assembly)
    }
    assert {name: size for name, size in sizes.items() if size >= 0.8 * INLINE_TEMPLATE_LIMIT} == {}


def test_they_do_not_grow_with_the_regions(assembly):
    found = {name for name, item in member_templates(assembly).items() if "us-east-1" in json.dumps(item)}
    assert found == set()


def test_the_key_id_is_the_parameter_with_the_default_of_the_settings(assembly, settings):
    for name, template in member_templates(assembly).items():
        if name.startswith(WITHOUT_KEY):
            continue
        parameter = template["Parameters"]["ArchiveKeyId"]
        assert parameter["Default"] == settings.archive.key_id
        assert parameter["AllowedPattern"] == "^mrk-[0-9a-f]{32}$"


def test_named_roles_are_in_the_account_template_alone(any_assembly):
    """And the one policy that lets the guard act, in a template of its own."""
    for name, template in member_templates(any_assembly).items():
        if name.startswith("MemberEnforcement"):
            assert [item["Type"] for item in template["Resources"].values()] == ["AWS::IAM::ManagedPolicy"], name
            continue
        roles = [resource for resource in template["Resources"].values() if resource["Type"].startswith("AWS::IAM::")]
        assert bool(roles) == (name == "MemberAccount"), name


def test_a_region_without_recording_takes_a_template_that_does_not_name_the_type(variant):
    assembly = variant("everything")
    assert "SSMGuiConnect" not in json.dumps(assembly.templates["MemberRegionWithoutRecording"])
    assert "SSMGuiConnect" in json.dumps(assembly.templates["MemberRegion"])
    artifacts = assembly.manifest["artifacts"]
    assert "MemberRegionWithoutRecording-222222222222-ap-east-1" in artifacts
    assert "MemberRegion-222222222222-ap-northeast-1" in artifacts
    assert "MemberRegion-222222222222-ap-east-1" not in artifacts


def test_a_switched_off_recording_leaves_no_sentence_in_the_archive(variant):
    """The rules and the bus still know the service's name: who switches recording on is a matter for the hub."""
    archive = variant("as little as possible").templates[f"LogArchive-{HOME_REGION}"]
    assert "guiconnect" not in json.dumps(archive).lower()
    types = {
        item["Type"]
        for template in variant("as little as possible").templates.values()
        for item in template["Resources"].values()
    }
    assert "AWS::SSMGuiConnect::Preferences" not in types


@pytest.mark.parametrize(
    ("name", "in_account", "in_rollout"),
    [
        ("example", "AWS::CloudTrail::Trail", None),
        ("everything", None, "AWS::CloudTrail::Trail"),
        ("as little as possible", "Custom::ExistingTrailCheck", None),
    ],
)
@pytest.mark.requirement(
    3, "account template, roll-out stack", "one trail or the check of an existing one, by `trail.mode`"
)
def test_each_trail_mode_makes_what_it_says(variant, name, in_account, in_rollout):
    templates = variant(name).templates
    trails = {"AWS::CloudTrail::Trail", "Custom::ExistingTrailCheck"}
    types = {resource["Type"] for resource in templates["MemberAccount"]["Resources"].values()}
    assert types & trails == ({in_account} if in_account else set())
    assert ("Rollout" in templates) == bool(in_rollout)


def test_a_channel_key_has_a_replica_in_every_region_of_the_member(variant):
    templates = variant("everything").templates
    (document,) = [r for r in templates["MemberRegion"]["Resources"].values() if r["Type"] == "AWS::SSM::Document"]
    assert flat(document["Properties"]["Content"]["inputs"]["kmsKeyId"]) == (
        "arn:<AWS::Partition>:kms:<AWS::Region>:111111111111:key/mrk-abc"
    )
    opened = [
        sentence["Resource"]
        for policy in templates["MemberAccount"]["Resources"].values()
        if policy["Type"] == "AWS::IAM::ManagedPolicy"
        for sentence in flat(policy["Properties"]["PolicyDocument"])["Statement"]
        if sentence["Sid"] == "HostOpensChannelKey"
    ]
    assert opened == ["arn:<AWS::Partition>:kms:*:111111111111:key/mrk-abc"]


def test_an_account_template_without_log_groups_makes_no_key_for_them(variant):
    types = {resource["Type"] for resource in variant("everything").templates["MemberAccount"]["Resources"].values()}
    assert "AWS::KMS::Key" not in types


def test_the_organization_trail_stands_in_the_management_account(variant, settings):
    assembly = variant("everything")
    artifact = assembly.manifest["artifacts"]["Rollout"]
    account, region = settings.organization.management_account, settings.regions.home
    assert artifact["environment"] == f"aws://{account}/{region}"
    ((_, trail),) = [found for found in assembly.resources("AWS::CloudTrail::Trail") if found[0].startswith("Rollout/")]
    assert trail["Properties"]["IsOrganizationTrail"] is True
