"""Whose a WorkSpace is, told to whom the account lets ask."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.local.world import REGION, allow, role

WANTED = {"DirectoryId": "d-1234567890", "UserName": "dora", "BundleId": "wsb-1234567890"}


def test_the_accounts_own_workspaces_are_told_of_and_no_others(world):
    workspaces = world.client("workspaces", world.member)
    (made,) = workspaces.create_workspaces(Workspaces=[WANTED])["PendingRequests"]
    (found,) = workspaces.describe_workspaces(WorkspaceIds=[made["WorkspaceId"]])["Workspaces"]
    assert (found["UserName"], found["DirectoryId"], found["State"]) == ("dora", "d-1234567890", "AVAILABLE")
    assert workspaces.describe_workspaces(WorkspaceIds=["ws-123456789"])["Workspaces"] == []
    for account, region in ((world.other, REGION), (world.member, "us-west-2")):
        elsewhere = world.client("workspaces", account, region=region)
        assert elsewhere.describe_workspaces(WorkspaceIds=[made["WorkspaceId"]])["Workspaces"] == []


@pytest.mark.parametrize(("action", "told"), [("workspaces:DescribeWorkspaces", True), ("workspaces:Create*", False)])
def test_a_role_needs_a_policy_that_lets_it_ask(world, action, told):
    world.deploy(world.member, {"Reader": role("reader", service="ec2.amazonaws.com", statements=[allow(action)])})
    reader = world.server.client(
        "workspaces", account=world.member, region=REGION, role=f"arn:aws:iam::{world.member}:role/reader"
    )
    if told:
        assert reader.describe_workspaces(WorkspaceIds=["ws-123456789"])["Workspaces"] == []
        return
    with pytest.raises(ClientError, match="not authorized to perform: workspaces:DescribeWorkspaces"):
        reader.describe_workspaces(WorkspaceIds=["ws-123456789"])
