"""The accounts of one test, and the few things that every test does with them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from local.server import EmbeddedAws

ORGANIZATION = "o-abc1234567"
MANAGEMENT = "400000000001"
REGION = "eu-west-1"


@dataclass(frozen=True, kw_only=True)
class World:
    """An archive account, two members and an outsider, empty at first."""

    server: EmbeddedAws
    archive: str
    member: str
    other: str
    outsider: str

    def client(
        self, service: str, account: str, *, region: str = REGION, role: str = "", session: str = "alice"
    ) -> Any:
        return self.server.client(service, account=account, region=region, role=role, session=session)

    def deploy(self, account: str, resources: dict[str, Any], *, region: str = REGION, name: str = "stack") -> Any:
        """The stack's outputs, or an AssertionError with its failures."""
        cloudformation = self.client("cloudformation", account, region=region)
        template = json.dumps({"Resources": resources, "Outputs": outputs(resources)})
        update = {stack["StackName"] for stack in cloudformation.list_stacks()["StackSummaries"]} & {name}
        act = cloudformation.update_stack if update else cloudformation.create_stack
        act(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
        waiter = cloudformation.get_waiter("stack_update_complete" if update else "stack_create_complete")
        try:
            waiter.wait(StackName=name, WaiterConfig={"Delay": 0.1, "MaxAttempts": 100})
        except Exception as failure:
            events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
            reasons = [event["ResourceStatusReason"] for event in events if "ResourceStatusReason" in event]
            raise AssertionError("\n".join(reasons)) from failure
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        return {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}

    def decisions(self, **wanted: Any) -> list[dict[str, Any]]:
        """The journal's entries whose fields are these."""
        return [
            entry for entry in self.server.decisions() if all(entry[field] == value for field, value in wanted.items())
        ]


def outputs(resources: dict[str, Any]) -> dict[str, Any]:
    return {f"{name}Ref": {"Value": {"Ref": name}} for name in resources}


def statement(sid: str, effect: str, principal: Any, action: Any, resource: Any, **condition: Any) -> dict[str, Any]:
    made = {"Sid": sid, "Effect": effect, "Principal": principal, "Action": action, "Resource": resource}
    return {**made, "Condition": condition} if condition else made


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def role(name: str, *, service: str, statements: list[dict[str, Any]]) -> dict[str, Any]:
    """An `AWS::IAM::Role` that a service assumes."""
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": name,
            "AssumeRolePolicyDocument": policy(trust),
            "Policies": [{"PolicyName": "own", "PolicyDocument": policy(*statements)}],
        },
    }


def allow(action: Any, resource: Any = "*") -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def hire(world: World, account: str, name: str, *actions: str) -> str:
    """The ARN of a new role of an account, which people of the account may take and which may do this."""
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    iam = world.client("iam", account)
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(policy(trust)))
    own = json.dumps(policy(*(allow(action) for action in actions)))
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=own)
    return f"arn:aws:iam::{account}:role/{name}"
