"""StackSets reach the accounts of their units, stop where too much fails, and follow accounts that are moved."""

from __future__ import annotations

import json
import time

import pytest

from tests.local.world import MANAGEMENT, REGION, World

ELSEWHERE = "us-east-1"
NAME = "evidence-trial"
_WAIT = 20


@pytest.fixture
def organizations(world):
    return world.client("organizations", MANAGEMENT)


@pytest.fixture
def stack_sets(world):
    return world.client("cloudformation", MANAGEMENT)


@pytest.fixture
def root(organizations):
    return organizations.list_roots()["Roots"][0]["Id"]


@pytest.fixture
def unit(organizations, root, world):
    return new_unit(organizations, root, f"unit-{world.member}")


def new_unit(organizations, parent, name):
    return organizations.create_organizational_unit(ParentId=parent, Name=name)["OrganizationalUnit"]["Id"]


def move(organizations, account, to):
    (parent,) = organizations.list_parents(ChildId=account)["Parents"]
    organizations.move_account(AccountId=account, SourceParentId=parent["Id"], DestinationParentId=to)


def queue_template(name="carried"):
    return json.dumps({"Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": name}}}})


def stack_set(name, unit, *, body=None, regions=(REGION,), depends_on=(), after=(), **changes):
    automatic: dict[str, object] = {"Enabled": True, "RetainStacksOnAccountRemoval": False}
    if depends_on:
        automatic["DependsOn"] = list(depends_on)
    properties = {
        "StackSetName": name,
        "PermissionModel": "SERVICE_MANAGED",
        "CallAs": "SELF",
        "AutoDeployment": automatic,
        "TemplateBody": body or queue_template(),
        "StackInstancesGroup": [
            {"DeploymentTargets": {"OrganizationalUnitIds": [unit]}, "Regions": list(regions)},
        ],
    }
    made = {"Type": "AWS::CloudFormation::StackSet", "Properties": {**properties, **changes}}
    return {**made, "DependsOn": list(after)} if after else made


@pytest.fixture
def roll_out(world, stack_sets):
    """Deploys StackSets in the management account, and takes them away after the test."""
    name = f"rollout-{world.member}"

    def deploy(**resources):
        return world.deploy(MANAGEMENT, resources, name=name)

    yield deploy
    stack_sets.delete_stack(StackName=name)
    stack_sets.get_waiter("stack_delete_complete").wait(StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 200})


def queues(world, account, region=REGION):
    found = world.client("sqs", account, region=region).list_queues().get("QueueUrls", [])
    return sorted(url.rsplit("/", 1)[-1] for url in found)


def instances(stack_sets, name):
    return {
        (item["Account"], item["Region"]): (item["Status"], item["StackInstanceStatus"]["DetailedStatus"])
        for item in stack_sets.list_stack_instances(StackSetName=name)["Summaries"]
    }


def eventually(look, expected):
    deadline = time.monotonic() + _WAIT
    while look() != expected and time.monotonic() < deadline:
        time.sleep(0.1)
    assert look() == expected


def test_the_organization_is_that_of_the_server(organizations, world, root):
    assert root == "r-emb3"
    assert organizations.describe_organization()["Organization"]["Id"] == "o-abc1234567"
    known = {account["Id"] for account in organizations.list_accounts()["Accounts"]}
    assert {MANAGEMENT, world.archive, world.member} <= known
    assert world.outsider not in known
    unit = new_unit(organizations, root, "Outer")
    assert unit.startswith("ou-emb3-")
    assert new_unit(organizations, unit, "Inner").startswith("ou-emb3-")


def test_every_account_of_a_unit_and_of_those_within_it_gets_the_stack(
    world: World, organizations, stack_sets, unit, roll_out
):
    move(organizations, world.member, unit)
    move(organizations, world.other, new_unit(organizations, unit, "Inner"))
    roll_out(Set=stack_set(NAME, unit, regions=[REGION, ELSEWHERE]))
    expected = {(account, region) for account in (world.member, world.other) for region in (REGION, ELSEWHERE)}
    assert instances(stack_sets, NAME) == dict.fromkeys(expected, ("CURRENT", "SUCCEEDED"))
    assert [queues(world, *place) for place in sorted(expected)] == [["carried"]] * 4
    assert queues(world, world.archive) == []
    described = stack_sets.describe_stack_set(StackSetName=NAME)["StackSet"]
    assert described["OrganizationalUnitIds"] == [unit]
    assert described["AutoDeployment"] == {"Enabled": True, "RetainStacksOnAccountRemoval": False, "DependsOn": []}


def test_a_changed_template_reaches_every_stack_and_a_dropped_region_loses_its_own(
    world, organizations, stack_sets, unit, roll_out
):
    move(organizations, world.member, unit)
    roll_out(Set=stack_set(NAME, unit, regions=[REGION, ELSEWHERE]))
    roll_out(Set=stack_set(NAME, unit, body=queue_template("changed")))
    assert queues(world, world.member) == ["changed"]
    assert queues(world, world.member, ELSEWHERE) == []
    assert instances(stack_sets, NAME) == {(world.member, REGION): ("CURRENT", "SUCCEEDED")}
    actions = [item["Action"] for item in stack_sets.list_stack_set_operations(StackSetName=NAME)["Summaries"]]
    assert actions == ["DELETE", "UPDATE", "CREATE"]


def test_filters_choose_accounts_and_automatic_enrolment_does_not_ask_them(
    world, organizations, stack_sets, unit, roll_out
):
    """So AWS says.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-manage-auto-deployment.html
    """
    move(organizations, world.member, unit)
    move(organizations, world.other, unit)
    targets = {"OrganizationalUnitIds": [unit], "AccountFilterType": "DIFFERENCE", "Accounts": [world.other]}
    roll_out(Set=stack_set(NAME, unit, StackInstancesGroup=[{"DeploymentTargets": targets, "Regions": [REGION]}]))
    assert list(instances(stack_sets, NAME)) == [(world.member, REGION)]
    assert queues(world, world.other) == []
    move(organizations, world.archive, unit)
    eventually(lambda: queues(world, world.archive), ["carried"])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"PermissionModel": "SELF_MANAGED"}, "service-managed"),
        ({"CallAs": "DELEGATED_ADMIN"}, "CallAs"),
        ({"TemplateBody": '{"Transform": "AWS::Serverless-2016-10-31", "Resources": {}}'}, "transforms"),
        ({"TemplateURL": "https://example.com"}, "TemplateURL"),
    ],
)
def test_what_aws_refuses_is_refused(world, unit, changes, words):
    with pytest.raises(AssertionError, match=words):
        world.deploy(MANAGEMENT, {"Set": stack_set(NAME, unit, **changes)}, name=f"refused-{world.member}")


@pytest.mark.parametrize(
    ("targets", "words"),
    [
        ({"OrganizationalUnitIds": ["ou-emb3-00000000"]}, "does not exist"),
        ({"AccountFilterType": "UNION", "Accounts": ["222222222222"]}, "UNION"),
        ({"Accounts": ["222222222222"]}, "go together"),
    ],
)
def test_targets_that_aws_refuses_are_refused(world, unit, targets, words):
    group = [{"DeploymentTargets": {"OrganizationalUnitIds": [unit], **targets}, "Regions": [REGION]}]
    with pytest.raises(AssertionError, match=words):
        world.deploy(
            MANAGEMENT,
            {"Set": stack_set(NAME, unit, StackInstancesGroup=group)},
            name=f"refused-{world.member}",
        )


def test_an_account_that_is_made_later_is_enrolled_in_order_and_loses_its_stacks_when_it_leaves(
    world, organizations, stack_sets, unit, root, roll_out
):
    """Never bootstrapped: StackSets bring their own role."""
    roles = json.dumps({"Resources": {"First": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "first"}}}})
    first = {"Fn::Sub": f"arn:aws:cloudformation:{REGION}:{MANAGEMENT}:stackset/${{First}}"}
    roll_out(
        First=stack_set("evidence-first", unit, body=roles),
        Second=stack_set("evidence-second", unit, depends_on=[first], after=["First"], regions=[REGION, ELSEWHERE]),
    )
    assert instances(stack_sets, "evidence-first") == {}
    made = organizations.create_account(Email="new@example.com", AccountName="Newcomer")["CreateAccountStatus"]
    newcomer = made["AccountId"]
    move(organizations, newcomer, unit)
    current = ("CURRENT", "SUCCEEDED")
    eventually(
        lambda: instances(stack_sets, "evidence-second"),
        {(newcomer, REGION): current, (newcomer, ELSEWHERE): current},
    )
    assert instances(stack_sets, "evidence-first") == {(newcomer, REGION): current}
    assert queues(world, newcomer) == ["carried", "first"]
    move(organizations, newcomer, root)
    eventually(lambda: instances(stack_sets, "evidence-first"), {})
    assert instances(stack_sets, "evidence-second") == {}
    assert queues(world, newcomer) == []


def test_a_failure_beyond_the_tolerance_stops_and_fails_the_stack_and_leaves_nothing(
    world, organizations, stack_sets, unit
):
    move(organizations, world.member, unit)
    move(organizations, world.other, unit)
    failing = json.dumps(
        {"Resources": {"Document": {"Type": "AWS::SSM::Document", "Properties": {"Name": "x", "Content": "no"}}}}
    )
    with pytest.raises(AssertionError, match=f"CREATE of {NAME} failed in 1 places: {world.member} {REGION}: "):
        world.deploy(MANAGEMENT, {"Set": stack_set(NAME, unit, body=failing)}, name=f"failing-{world.member}")
    assert stack_sets.list_stack_sets()["Summaries"] == []


def test_what_failed_within_the_tolerance_is_told_and_can_be_tried_again(
    world, organizations, stack_sets, unit, roll_out
):
    move(organizations, world.member, unit)
    move(organizations, world.other, unit)
    document = {
        "Type": "AWS::SSM::Document",
        "Properties": {"Name": "Theirs", "DocumentType": "Command", "Content": {"schemaVersion": "2.2"}},
    }
    theirs = world.client("ssm", world.member)
    theirs.create_document(Name="Theirs", Content='{"schemaVersion":"2.2"}', DocumentType="Command")
    pace = {"FailureToleranceCount": 1, "MaxConcurrentCount": 1}
    body = json.dumps({"Resources": {"Document": document}})
    roll_out(Set=stack_set(NAME, unit, body=body, OperationPreferences=pace))
    assert instances(stack_sets, NAME) == {
        (world.member, REGION): ("OUTDATED", "FAILED"),
        (world.other, REGION): ("CURRENT", "SUCCEEDED"),
    }
    (operation,) = stack_sets.list_stack_set_operations(StackSetName=NAME)["Summaries"]
    assert (operation["Status"], operation["StatusDetails"]["FailedStackInstancesCount"]) == ("SUCCEEDED", 1)
    results = stack_sets.list_stack_set_operation_results(StackSetName=NAME, OperationId=operation["OperationId"])
    (reason,) = [item["StatusReason"] for item in results["Summaries"] if item["Status"] == "FAILED"]
    assert "Theirs' already exists" in reason

    theirs.delete_document(Name="Theirs")
    again = stack_sets.update_stack_instances(
        StackSetName=NAME,
        DeploymentTargets={
            "OrganizationalUnitIds": [unit],
            "AccountFilterType": "INTERSECTION",
            "Accounts": [world.member],
        },
        Regions=[REGION],
    )["OperationId"]
    eventually(
        lambda: stack_sets.describe_stack_set_operation(StackSetName=NAME, OperationId=again)["StackSetOperation"][
            "Status"
        ],
        "SUCCEEDED",
    )
    told = [item.get("StatusReason") for item in stack_sets.list_stack_instances(StackSetName=NAME)["Summaries"]]
    assert set(instances(stack_sets, NAME).values()) == {("CURRENT", "SUCCEEDED")}, told


def test_single_instances_are_removed_on_request(world, organizations, stack_sets, unit, roll_out):
    move(organizations, world.member, unit)
    move(organizations, world.other, unit)
    roll_out(Set=stack_set(NAME, unit))
    stack_sets.delete_stack_instances(
        StackSetName=NAME,
        DeploymentTargets={
            "OrganizationalUnitIds": [unit],
            "AccountFilterType": "INTERSECTION",
            "Accounts": [world.member],
        },
        Regions=[REGION],
        RetainStacks=False,
    )
    eventually(lambda: list(instances(stack_sets, NAME)), [(world.other, REGION)])
    assert queues(world, world.member) == []


def test_when_all_is_removed_what_depends_on_others_goes_first(world, organizations, stack_sets, unit):
    move(organizations, world.member, unit)
    name = f"removed-{world.member}"
    first = json.dumps({"Resources": {"First": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "first"}}}})
    resources = {
        "First": stack_set("evidence-first", unit, body=first),
        "Second": stack_set("evidence-second", unit, after=["First"]),
    }
    world.deploy(MANAGEMENT, resources, name=name)
    assert queues(world, world.member) == ["carried", "first"]
    stack_sets.delete_stack(StackName=name)
    seen = []

    def gone():
        left = queues(world, world.member)
        if left not in seen:
            seen.append(left)
        return left

    eventually(gone, [])
    assert ["carried"] not in seen
    eventually(lambda: stack_sets.list_stack_sets()["Summaries"], [])
