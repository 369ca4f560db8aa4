"""StackSets carry the very templates of the member stacks, in order, to whom the settings say."""

from __future__ import annotations

import itertools
import json
import shutil

import pytest

from constructs_lib import archive_layout as layout
from stacks.security_groups import EXAMPLE_FILE
from tests.assembly import Assembly, flat, settings_with, synthesize
from tools.example_settings import rolled_out as rolled_out_settings
from tools.synthesis import EXAMPLE
from tools.synthesis import synthesize as synthesize_as_cli

UNITS = ["ou-ex4m-11111111"]
INLINE_LIMIT = 51_200
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
TEMPLATE_LIMIT = 1_000_000
TEMPLATE_OF = {
    "evidence-member-account": "MemberAccount",
    "evidence-member-sign-in": "MemberSignIn",
    "evidence-member-region-without-recording": "MemberRegionWithoutRecording",
    "evidence-member-region": "MemberRegion",
    "evidence-member-enforcement-revoke": "MemberEnforcementRevoke",
    "evidence-member-enforcement-restore": "MemberEnforcementRestore",
}


@pytest.fixture(scope="module")
def rolled_out(example, tmp_path_factory):
    settings = settings_with(example, members__direct=["111111111111"], rollout__organizational_units=UNITS)
    return synthesize(settings, tmp_path_factory.mktemp("rolled-out"))


def stack_sets(assembly, stack="Rollout"):
    """Properties of each StackSet by its name, in the order of the template."""
    return {
        item["Properties"]["StackSetName"]: flat(item["Properties"])
        for item in assembly.templates[stack]["Resources"].values()
        if item["Type"] == "AWS::CloudFormation::StackSet"
    }


def every_stack_set(variant):
    for stack, assembly in (("Rollout", variant("everything")), ("RolloutMembers", variant("delegated roll-out"))):
        for name, properties in stack_sets(assembly, stack).items():
            yield assembly, name, properties


def test_without_units_there_is_no_stack_set(assembly):
    assert "Rollout" not in assembly.templates
    assert list(assembly.resources("AWS::CloudFormation::StackSet")) == []


def test_they_carry_the_very_templates_that_cdk_deploy_does(variant):
    seen = set()
    for assembly, name, properties in every_stack_set(variant):
        template = TEMPLATE_OF[name.removesuffix("-canary")]
        assert properties["TemplateBody"] == (assembly.directory / f"{template}.template.json").read_text(), name
        seen.add(template)
    assert seen == {*TEMPLATE_OF.values()}


def test_both_roads_give_the_same_stacks(rolled_out, assembly):
    """What `cdk deploy` puts into a direct member is what the StackSets put into another: resources and Regions."""
    direct = {
        (artifact["properties"]["templateFile"], artifact["environment"].rsplit("/", 1)[-1])
        for name, artifact in assembly.manifest["artifacts"].items()
        if name.startswith("Member") and "222222222222" in name
    }
    carried = {
        (f"{TEMPLATE_OF[name]}.template.json", region)
        for name, properties in stack_sets(rolled_out).items()
        for region in properties["StackInstancesGroup"][0]["Regions"]
    }
    assert carried == direct
    for name, properties in stack_sets(rolled_out).items():
        assert json.loads(properties["TemplateBody"]) == assembly.templates[TEMPLATE_OF[name]], name


def test_a_body_is_below_four_fifths_of_its_limit(variant):
    sizes = {name: len(properties["TemplateBody"].encode()) for _, name, properties in every_stack_set(variant)}
    assert {name: size for name, size in sizes.items() if size >= 0.8 * INLINE_LIMIT} == {}


def test_the_stack_that_holds_them_is_below_four_fifths_of_its_limit(variant):
    sizes = {
        stack: (variant(name).directory / f"{stack}.template.json").stat().st_size
        for stack, name in (("Rollout", "everything"), ("RolloutMembers", "delegated roll-out"))
    }
    assert {stack: size for stack, size in sizes.items() if size >= 0.8 * TEMPLATE_LIMIT} == {}


def test_they_enrol_by_themselves_and_take_their_stacks_away_again(rolled_out):
    account, *others = stack_sets(rolled_out).items()
    assert account[0] == layout.MEMBER_ACCOUNT_STACK_SET
    assert account[1]["AutoDeployment"] == {"Enabled": True, "RetainStacksOnAccountRemoval": False}
    assert [name for name, _ in others] == ["evidence-member-sign-in", "evidence-member-region"]
    for name, properties in others:
        (first,) = properties["AutoDeployment"].pop("DependsOn")
        assert first.startswith(
            "arn:<AWS::Partition>:cloudformation:<AWS::Region>:999999999999:stackset/<MembersMemberAccount"
        ), name
        assert properties["AutoDeployment"] == {"Enabled": True, "RetainStacksOnAccountRemoval": False}, name


def test_each_waits_for_all_before_it_and_everybody_for_the_canaries(variant):
    resources = variant("everything").templates["Rollout"]["Resources"]
    sets = {
        item["Properties"]["StackSetName"]: (logical_id, set(item.get("DependsOn", [])))
        for logical_id, item in resources.items()
        if item["Type"] == "AWS::CloudFormation::StackSet"
    }
    names = [name for name in layout.MEMBER_STACK_SETS if name in sets]
    assert len(names) == 4
    order = [*(f"{name}-canary" for name in names), *names]
    for earlier, later in itertools.pairwise(order):
        assert sets[earlier][0] in sets[later][1], f"{later} does not wait for {earlier}"
    canaries = {sets[f"{name}-canary"][0] for name in names}
    assert canaries <= sets[names[0]][1]


@pytest.mark.parametrize(
    ("overrides", "filter_type", "accounts", "automatic"),
    [
        ({"members__direct": []}, None, None, True),
        ({"members__direct": ["111111111111"]}, "DIFFERENCE", ["111111111111"], True),
        (
            {"members__direct": ["111111111111"], "rollout__exclude_accounts": ["555555555555"]},
            "DIFFERENCE",
            ["111111111111", "555555555555"],
            True,
        ),
        (
            {"members__direct": ["111111111111"], "rollout__include_accounts": ["222222222222"]},
            "INTERSECTION",
            ["222222222222"],
            False,
        ),
    ],
)
def test_accounts_are_filtered_and_lists_of_included_ones_enrol_nobody_else(
    example, tmp_path, overrides, filter_type, accounts, automatic
):
    """AWS asks no filter when it enrols by itself."""
    settings = settings_with(example, rollout__organizational_units=UNITS, **overrides)
    for name, properties in stack_sets(synthesize(settings, tmp_path)).items():
        (group,) = properties["StackInstancesGroup"]
        targets = group["DeploymentTargets"]
        assert targets["OrganizationalUnitIds"] == UNITS, name
        assert (targets.get("AccountFilterType"), targets.get("Accounts")) == (filter_type, accounts), name
        assert properties["AutoDeployment"]["Enabled"] is automatic, name
        assert ("RetainStacksOnAccountRemoval" in properties["AutoDeployment"]) is automatic, name


def test_a_delegated_administrator_holds_them_on_behalf_of_the_organization(variant):
    assembly = variant("delegated roll-out")
    assert "Rollout" not in assembly.templates
    assert assembly.manifest["artifacts"]["RolloutMembers"]["environment"] == "aws://666666666666/ap-northeast-1"
    assert {item["CallAs"] for item in stack_sets(assembly, "RolloutMembers").values()} == {"DELEGATED_ADMIN"}
    assert {item["CallAs"] for item in stack_sets(variant("everything")).values()} == {"SELF"}


def test_the_guard_may_act_where_the_settings_say_and_nowhere_else(variant):
    sets = stack_sets(variant("delegated roll-out"), "RolloutMembers")
    reached = {
        name: item["StackInstancesGroup"][0]["DeploymentTargets"]
        for name, item in sets.items()
        if "enforcement" in name
    }
    assert reached == {
        f"evidence-member-enforcement-{mode}": {
            "AccountFilterType": "INTERSECTION",
            "Accounts": [account],
            "OrganizationalUnitIds": ["r-ex4m"],
        }
        for mode, account in (("revoke", "222222222222"), ("restore", "333333333333"))
    }
    assert {item["AutoDeployment"]["Enabled"] for item in sets.values()} == {False}
    # There the account is deployed to directly.
    assert [name for name in stack_sets(variant("everything")) if "enforcement" in name] == []


def test_they_are_slow_and_stop_early_by_default(rolled_out):
    for name, properties in stack_sets(rolled_out).items():
        assert properties["OperationPreferences"] == {
            "ConcurrencyMode": "STRICT_FAILURE_TOLERANCE",
            "FailureTolerancePercentage": 5,
            "MaxConcurrentPercentage": 10,
            "RegionConcurrencyType": "SEQUENTIAL",
            "RegionOrder": properties["StackInstancesGroup"][0]["Regions"],
        }, name


def test_the_key_is_told_by_the_stack_that_carries(variant):
    for _, name, properties in every_stack_set(variant):
        asked = set(json.loads(properties["TemplateBody"]).get("Parameters", {}))
        told = {item["ParameterKey"]: item["ParameterValue"] for item in properties.get("Parameters", [])}
        assert told == ({"ArchiveKeyId": "<ArchiveKeyId>"} if asked else {}), name


def test_the_carried_templates_follow_the_feature_flags_of_the_app(tmp_path):
    """As `cdk synth` runs it, with the context of cdk.json."""
    config = tmp_path / "organization.toml"
    config.write_text(rolled_out_settings(EXAMPLE.read_text("utf-8"), accounts=3, regions=["ap-northeast-1"]))
    shutil.copy(EXAMPLE_FILE, tmp_path)
    synthesize_as_cli(tmp_path / "out", config=config)
    assembly = Assembly(tmp_path / "out")
    for name, properties in stack_sets(assembly).items():
        file = assembly.directory / f"{TEMPLATE_OF[name]}.template.json"
        assert properties["TemplateBody"] == file.read_text(), name
