"""The bill counts what the templates create, in as many stacks as an account gets."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.assembly import settings_with
from tests.conftest import VARIANTS
from tools.cost.inventory import archive_inventory, member_inventory, member_templates


@pytest.mark.parametrize("name", [name for name, values in VARIANTS.items() if values.get("members__direct") != []])
def test_an_account_is_counted_with_the_stacks_that_direct_deployment_gives_it(example, variant, name):
    settings, assembly = settings_with(example, **VARIANTS[name]), variant(name)
    account = settings.members.direct[-1]
    deployed = Counter(
        artifact["properties"]["templateFile"].removesuffix(".template.json")
        for artifact in assembly.manifest["artifacts"].values()
        if artifact.get("environment", "").startswith(f"aws://{account}/")
        and "Enforcement" not in artifact["properties"]["templateFile"]
        and "Member" in artifact["properties"]["templateFile"]
    )
    assert Counter(member_templates(settings)) == deployed


def test_alarms_of_the_example_are_counted_once_for_each_stack(example, assembly):
    settings = settings_with(example)
    one = {
        name: sum(resource["Type"] == "AWS::CloudWatch::Alarm" for resource in template["Resources"].values())
        for name, template in assembly.templates.items()
    }
    member = member_inventory(assembly.directory, settings)
    assert member.alarm_metrics == one["MemberAccount"] + 2 * one["MemberRegion"] + 3 * one["MemberSignIn"]
    members = ("MemberAccount", "MemberRegion", "MemberSignIn")
    rest = sum(count for name, count in one.items() if name not in members)
    assert archive_inventory(assembly.directory).alarm_metrics == rest


def test_heartbeats_are_sent_every_quarter_of_an_hour_from_every_region(example, assembly):
    regions = len(member_templates(settings_with(example))) - 1
    assert member_inventory(assembly.directory, settings_with(example)).scheduled == regions * 4 * 730


def test_keys_of_their_own_are_counted_for_each_account(example, variant):
    everything = settings_with(example, **VARIANTS["everything"])
    assert everything.session_manager.log_key == "account"
    assert member_inventory(variant("example").directory, settings_with(example)).count("AWS::KMS::Key") == 0
    assert member_inventory(variant("everything").directory, everything).count("AWS::KMS::Key") >= 2
