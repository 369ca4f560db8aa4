"""StackSets enrol the members of the demonstration: the same as `cdk deploy`, without bootstrapping, both ways."""

from __future__ import annotations

import json
import time

import pytest
import yaml  # type: ignore[import-untyped]  # PyYAML carries no types

from constructs_lib.archive_layout import TRAIL_LOG_GROUP
from local.demo import members
from local.demo.archive import Auditor
from local.organization import DEFAULT_ROOT
from tests.local.demonstration import ALICES, ARCHIVE, BOBS, THEIR_PREFERENCES
from tests.local.world import MANAGEMENT
from tools.rollout import __main__ as command

DOCUMENT = "SSM-SessionManagerRunShell"
CURRENT = ("CURRENT", "SUCCEEDED")


@pytest.fixture
def rollout(demonstration, monkeypatch):
    """`make rollout`, with the credentials of the management account."""
    environment = demonstration.aws.environment(account=MANAGEMENT, region=demonstration.setting.home)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(command, "POLL_SECONDS", 0.1)
    config = demonstration.assembly.parent / "organization.toml"

    def run(*words):
        return command.main([*words, "--config", str(config)])

    return run


def stacks(demonstration, account, region=""):
    found = demonstration.client("cloudformation", account=account, region=region).describe_stacks()["Stacks"]
    return [stack["StackName"] for stack in found if stack["StackStatus"] != "DELETE_COMPLETE"]


def newcomer_of(demonstration):
    (account,) = {item.account for item in demonstration.evidence} - {ALICES, BOBS, ARCHIVE, "666666666666"}
    return account


def leaves_nothing(demonstration, account):
    regions = demonstration.setting.event_regions
    return not [name for region in regions for name in stacks(demonstration, account, region)]


def eventually(look):
    deadline = time.monotonic() + 60
    while not look() and time.monotonic() < deadline:
        time.sleep(0.2)
    return look()


def default_preferences(demonstration, account):
    ssm = demonstration.client("ssm", account=account)
    return json.loads(ssm.get_document(Name=DOCUMENT)["Content"])


def joined(demonstration, *, preferences=None):
    """A new account that is enrolled; it may have had session preferences before."""
    aws, setting = demonstration.aws, demonstration.setting
    organizations = demonstration.client("organizations", account=MANAGEMENT)
    made = organizations.create_account(Email="one@example.com", AccountName="One")["CreateAccountStatus"]
    account = made["AccountId"]
    if preferences:
        demonstration.client("ssm", account=account).create_document(
            Name=DOCUMENT, Content=preferences, DocumentType="Session", DocumentFormat="JSON"
        )
    members.move(aws, setting, account=account, unit=demonstration.units.others)
    expected = 1 + len(setting.event_regions)
    assert eventually(
        lambda: (
            [
                (item["Status"], item["StackInstanceStatus"]["DetailedStatus"])
                for item in members.instances(aws, setting, account=account)
            ]
            == [CURRENT] * expected
        )
    )
    return account


def test_every_member_is_enrolled_the_canary_by_stack_sets_of_its_own(demonstration):
    aws, setting = demonstration.aws, demonstration.setting
    for canary, accounts in ((True, {ALICES}), (False, {BOBS, newcomer_of(demonstration)})):
        found = members.instances(aws, setting, canary=canary)
        enrolled = {item["Account"] for item in found}
        assert accounts <= enrolled
        assert ALICES in enrolled or not canary
        for account in accounts:
            own = [item for item in found if item["Account"] == account]
            assert [(item["Status"], item["StackInstanceStatus"]["DetailedStatus"]) for item in own] == [CURRENT] * (
                1 + len(setting.event_regions)
            )


def test_no_member_was_ever_bootstrapped(demonstration):
    for account in (ALICES, BOBS, newcomer_of(demonstration)):
        names = [name for region in demonstration.setting.governed for name in stacks(demonstration, account, region)]
        assert names
        assert [name for name in names if not name.startswith("StackSet-evidence-member-")] == []
    assert "CDKToolkit" in stacks(demonstration, ARCHIVE)


def test_both_roads_give_the_same_resources(demonstration):
    """The archive account is deployed to by the CDK CLI, the others by StackSets: types, names and templates."""

    def what_stands(account, kind):
        cloudformation = demonstration.client("cloudformation", account=account)
        (name,) = [name for name in stacks(demonstration, account) if kind in name and "enforcement" not in name]
        resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        template = cloudformation.get_template(StackName=name)["TemplateBody"]
        return (
            # The CDK CLI sends it as YAML.
            yaml.safe_load(template) if isinstance(template, str) else template,
            {(item["LogicalResourceId"], item["ResourceType"], item["ResourceStatus"]) for item in resources},
        )

    for kind in ("evidence-member-account", "evidence-member-region"):
        directly = what_stands(ARCHIVE, kind)
        assert len(directly[1]) > 5
        for account in (ALICES, BOBS, newcomer_of(demonstration)):
            assert what_stands(account, kind) == directly, f"{account} {kind}"


def test_where_the_roll_out_stands_is_said(demonstration, rollout, capsys):
    assert rollout("status") == 0
    said = capsys.readouterr().out
    assert "evidence-member-account-canary" in said
    assert "stand." in said
    assert rollout("--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["complete"] is True


def test_an_account_that_is_moved_out_loses_its_stacks_gets_its_preferences_back_and_leaves_its_evidence(
    demonstration,
):
    account = joined(demonstration, preferences=THEIR_PREFERENCES)
    assert (
        default_preferences(demonstration, account)["inputs"]["cloudWatchLogGroupName"] == "/evidence/session-manager"
    )
    before = archived(demonstration)
    members.move(demonstration.aws, demonstration.setting, account=account, unit=DEFAULT_ROOT)
    assert eventually(lambda: leaves_nothing(demonstration, account))
    assert default_preferences(demonstration, account) == json.loads(THEIR_PREFERENCES)
    assert before <= archived(demonstration)


def test_who_is_about_to_leave_loses_its_roles_last_and_can_come_back(demonstration, rollout, capsys):
    account = joined(demonstration, preferences=THEIR_PREFERENCES)
    assert rollout("leave", account) == 0
    said = capsys.readouterr()
    order = [line.split(":")[0] for line in said.err.splitlines()]
    assert order == ["evidence-member-region", "evidence-member-sign-in", "evidence-member-account"]
    assert "Move it out of the units now" in said.out
    assert leaves_nothing(demonstration, account)
    assert default_preferences(demonstration, account) == json.loads(THEIR_PREFERENCES)
    aws, setting = demonstration.aws, demonstration.setting
    members.move(aws, setting, account=account, unit=DEFAULT_ROOT)
    members.move(aws, setting, account=account, unit=demonstration.units.others)
    expected = 1 + len(setting.event_regions)
    assert eventually(lambda: len(current(demonstration, account)) == expected)
    members.move(aws, setting, account=account, unit=DEFAULT_ROOT)
    assert eventually(lambda: leaves_nothing(demonstration, account))


def test_what_failed_is_named_and_tried_again(demonstration, rollout, capsys):
    """Somebody's log group stands in the way of a newcomer, until it is removed."""
    aws, setting = demonstration.aws, demonstration.setting
    organizations = demonstration.client("organizations", account=MANAGEMENT)
    made = organizations.create_account(Email="two@example.com", AccountName="Two")["CreateAccountStatus"]
    account = made["AccountId"]
    logs = demonstration.client("logs", account=account)
    logs.create_log_group(logGroupName=TRAIL_LOG_GROUP)
    members.move(aws, setting, account=account, unit=demonstration.units.others)
    assert eventually(
        lambda: (
            [item["StackInstanceStatus"]["DetailedStatus"] for item in members.instances(aws, setting, account=account)]
            == ["FAILED"]
        )
    )
    assert rollout("status") == 1
    said = capsys.readouterr().out
    assert f"{account} {setting.home} evidence-member-account: FAILED" in said
    assert f"'{TRAIL_LOG_GROUP}' already exists" in said
    logs.delete_log_group(logGroupName=TRAIL_LOG_GROUP)
    assert rollout("resume") == 0
    assert len(current(demonstration, account)) == 1
    members.move(aws, setting, account=account, unit=DEFAULT_ROOT)
    assert eventually(lambda: leaves_nothing(demonstration, account))


def current(demonstration, account):
    found = members.instances(demonstration.aws, demonstration.setting, account=account)
    return [item for item in found if item["Status"] == "CURRENT"]


def archived(demonstration):
    """Every object of the home log bucket."""
    auditor = Auditor(demonstration.aws, demonstration.setting, key_id=demonstration.key_id)
    pages = auditor.s3(demonstration.setting.home).get_paginator("list_objects_v2")
    bucket = f"evidence-logs-{ARCHIVE}-{demonstration.setting.home}"
    return {item["Key"] for page in pages.paginate(Bucket=bucket) for item in page.get("Contents", [])}
