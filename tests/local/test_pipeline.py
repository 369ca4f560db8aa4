"""The pipelines' gate and protection work against CloudFormation as the embedded AWS answers."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.local.world import World
from tools.pipeline.__main__ import main

STACK, REGION = "evidence-log-archive", "us-east-1"


@pytest.fixture
def assembly(world: World, tmp_path: Any) -> Any:
    """An assembly of one protected stack with one bucket, and a way to write it anew."""

    def write(bucket_name: str) -> None:
        bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain", "Properties": {"BucketName": bucket_name}}
        (tmp_path / "Stack.template.json").write_text(json.dumps({"Resources": {"Bucket": bucket}}))
        properties = {"templateFile": "Stack.template.json", "stackName": STACK, "terminationProtection": True}
        environment = f"aws://{world.archive}/{REGION}"
        stack = {"type": "aws:cloudformation:stack", "environment": environment, "properties": properties}
        (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {f"LogArchive-{REGION}": stack}}))

    write(f"as-it-is-called-{world.archive}")
    return tmp_path, write


def _run(world: World, folder: Any, *arguments: str) -> int:
    more = ["--assembly", str(folder), "--output", str(folder / "gate")]
    return main([*arguments, *more], client_of=lambda _role, _region: world.client("cloudformation", world.archive))


def test_the_gate_lets_pass_what_is_new_or_the_same_and_refuses_a_replaced_bucket(world, assembly, capsys):
    folder, write = assembly
    assert _run(world, folder, "gate", "archive") == 0
    assert f"+ LogArchive-{REGION} (added)" in capsys.readouterr().out
    cloudformation = world.client("cloudformation", world.archive)
    cloudformation.create_stack(StackName=STACK, TemplateBody=(folder / "Stack.template.json").read_text())
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 0.1})
    assert _run(world, folder, "gate", "archive") == 0
    assert "No difference" in capsys.readouterr().out
    write(f"as-it-shall-be-called-{world.archive}")
    assert _run(world, folder, "gate", "archive") == 3
    assert "Bucket (AWS::S3::Bucket) must be replaced (BucketName)" in capsys.readouterr().err


def test_a_deployed_stack_is_protected_from_deletion(world, assembly):
    folder, _ = assembly
    cloudformation = world.client("cloudformation", world.archive)
    cloudformation.create_stack(StackName=STACK, TemplateBody=(folder / "Stack.template.json").read_text())
    cloudformation.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 0.1})
    assert _run(world, folder, "check", "archive") == 1
    assert _run(world, folder, "protect", "archive") == 0
    assert _run(world, folder, "check", "archive") == 0
    with pytest.raises(cloudformation.exceptions.ClientError, match="TerminationProtection"):
        cloudformation.delete_stack(StackName=STACK)
