"""The guardrails deployed: what is attached to whom is read back, changes with its stack, and goes with it."""

from __future__ import annotations

import json
import tomllib

import aws_cdk as cdk
import pytest
from botocore.exceptions import ClientError

from stacks.guardrail_documents import guardrail_documents
from stacks.guardrails_stack import GuardrailsStack
from tests.assembly import settings_with
from tests.local.demonstration import EXAMPLE
from tests.local.world import MANAGEMENT, ORGANIZATION

ARCHIVE, MEMBER = "100000000085", "200000000085"
HOME = "ap-northeast-1"
NAME = "evidence-guardrails"
KINDS = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY")


@pytest.fixture(scope="module")
def management(embedded_aws):
    """The service as the management account calls it, both kinds of policy enabled on the root."""
    client = embedded_aws.client("organizations", account=MANAGEMENT, region="us-east-1")
    (root,) = client.list_roots()["Roots"]
    enabled = {entry["Type"] for entry in root["PolicyTypes"]}
    for kind in set(KINDS) - enabled:
        client.enable_policy_type(RootId=root["Id"], PolicyType=kind)
    return client


@pytest.fixture(scope="module")
def root(management):
    return management.list_roots()["Roots"][0]["Id"]


@pytest.fixture
def unit(management, root):
    made = management.create_organizational_unit(ParentId=root, Name="Workloads")["OrganizationalUnit"]["Id"]
    yield made
    management.delete_organizational_unit(OrganizationalUnitId=made)


@pytest.fixture
def stack(embedded_aws, root, unit):
    """Makes, changes and removes the stack of the guardrails, before the unit goes."""
    made = Stack(embedded_aws, root)
    yield made
    made.delete()


class Stack:
    def __init__(self, server, root):
        self._root = root
        self._client = server.client("cloudformation", account=MANAGEMENT, region=HOME)
        server.client("ssm", account=MANAGEMENT, region=HOME).put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True
        )
        self._there = False

    def settings(self, **chosen):
        return settings_with(
            tomllib.loads(EXAMPLE.read_text()),
            organization__id=ORGANIZATION,
            organization__root_id=self._root,
            organization__management_account=MANAGEMENT,
            archive__account=ARCHIVE,
            **{f"guardrails__{name}": value for name, value in chosen.items()},
        )

    def deploy(self, **chosen):
        """The stack with these guardrails; AssertionError with what CloudFormation says where it fails."""
        app = cdk.App(analytics_reporting=False, tree_metadata=False)
        GuardrailsStack(app, "Guardrails", settings=self.settings(**chosen))
        template = app.synth().get_stack_artifact("Guardrails").template
        act = self._client.update_stack if self._there else self._client.create_stack
        act(StackName=NAME, TemplateBody=json.dumps(template))
        waited = "stack_update_complete" if self._there else "stack_create_complete"
        self._there = True
        try:
            self._client.get_waiter(waited).wait(StackName=NAME, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
        except Exception as failure:
            events = self._client.describe_stack_events(StackName=NAME)["StackEvents"]
            raise AssertionError("\n".join(found.get("ResourceStatusReason", "") for found in events)) from failure

    def delete(self):
        if self._there:
            self._client.delete_stack(StackName=NAME)
            waiter = self._client.get_waiter("stack_delete_complete")
            waiter.wait(StackName=NAME, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
            self._there = False


def attached(management):
    """Name, document and targets of every policy of ours."""
    found = {}
    for kind in KINDS:
        for summary in management.list_policies(Filter=kind)["Policies"]:
            if summary["Name"].startswith("evidence-"):
                targets = management.list_targets_for_policy(PolicyId=summary["Id"])["Targets"]
                content = management.describe_policy(PolicyId=summary["Id"])["Policy"]["Content"]
                found[summary["Name"]] = (
                    kind,
                    json.loads(content),
                    sorted(target["TargetId"] for target in targets),
                    len(content),
                )
    return found


def test_what_the_settings_name_is_attached_and_read_back(stack, management, root, unit):
    chosen = {"archive": [ARCHIVE], "members": [root], "sessions": [unit, MEMBER], "perimeter": [unit]}
    stack.deploy(**chosen)
    documents = guardrail_documents(stack.settings(**chosen), partition="aws")
    found = attached(management)
    assert {name: (kind, targets) for name, (kind, _, targets, _) in found.items()} == {
        "evidence-archive": ("SERVICE_CONTROL_POLICY", [ARCHIVE]),
        "evidence-members": ("SERVICE_CONTROL_POLICY", [root]),
        "evidence-sessions": ("SERVICE_CONTROL_POLICY", sorted([unit, MEMBER])),
        "evidence-perimeter": ("RESOURCE_CONTROL_POLICY", [unit]),
    }
    assert {name: document for name, (_, document, _, _) in found.items()} == {
        f"evidence-{name}": document for name, document in documents.items()
    }
    assert {name: size for name, (_, _, _, size) in found.items() if size >= 5120} == {}


def test_targets_move_a_guardrail_that_is_no_longer_named_goes_and_so_does_everything(stack, management, root, unit):
    stack.deploy(members=[unit], sessions=[unit])
    (before,) = [
        policy["Id"]
        for policy in management.list_policies(Filter=KINDS[0])["Policies"]
        if policy["Name"] == "evidence-members"
    ]
    stack.deploy(members=[root], perimeter=[unit], deployment_roles=["Deploy"])
    found = attached(management)
    assert {name: targets for name, (_, _, targets, _) in found.items()} == {
        "evidence-members": [root],
        "evidence-perimeter": [unit],
    }
    assert "arn:aws:iam::*:role/Deploy" in json.dumps(found["evidence-members"][1])
    assert management.describe_policy(PolicyId=before)["Policy"]["PolicySummary"]["Name"] == "evidence-members"
    stack.delete()
    assert attached(management) == {}


def test_the_archive_account_reads_the_organization_only_while_it_may(stack, management, embedded_aws, root, unit):
    archive = embedded_aws.client("organizations", account=ARCHIVE, region="us-east-1")
    member = embedded_aws.client("organizations", account=MEMBER, region="us-east-1")
    with pytest.raises(ClientError, match="AccessDeniedException"):
        archive.list_accounts()
    stack.deploy(read_organization=True)
    assert {ARCHIVE, MEMBER, MANAGEMENT} <= {account["Id"] for account in archive.list_accounts()["Accounts"]}
    assert archive.list_parents(ChildId=MEMBER)["Parents"] == [{"Id": root, "Type": "ROOT"}]
    assert unit in {
        found["Id"] for found in archive.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    }
    for refused in (
        lambda: archive.move_account(AccountId=MEMBER, SourceParentId=root, DestinationParentId=unit),
        lambda: archive.list_policies(Filter=KINDS[0]),
        lambda: member.list_accounts(),
    ):
        with pytest.raises(ClientError, match="AccessDeniedException"):
            refused()
    stack.delete()
    with pytest.raises(ClientError, match="AccessDeniedException"):
        archive.list_accounts()
    with pytest.raises(ClientError, match="ResourcePolicyNotFoundException"):
        management.describe_resource_policy()


def test_a_unit_that_does_not_exist_fails_the_stack_and_leaves_no_policy(stack, management):
    with pytest.raises(AssertionError, match="TargetNotFoundException"):
        stack.deploy(members=["ou-emb1-00000000"])
    assert attached(management) == {}


def test_a_stack_elsewhere_than_in_the_management_account_is_refused(world):
    policy = {
        "Type": "AWS::Organizations::Policy",
        "Properties": {"Name": "p", "Type": KINDS[0], "Content": {"Version": "2012-10-17", "Statement": []}},
    }
    with pytest.raises(AssertionError, match="AccessDeniedException"):
        world.deploy(world.member, {"Policy": policy})


def test_a_policy_over_the_limit_is_refused(management):
    text = json.dumps({"Version": "2012-10-17", "Statement": [], "Id": "a" * 5120})
    with pytest.raises(ClientError, match="exceeded the maximum policy size"):
        management.create_policy(Name="large", Description="", Type=KINDS[0], Content=text)
