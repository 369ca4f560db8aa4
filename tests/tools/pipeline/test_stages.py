"""The commands of the pipelines: which stacks a stage has, what is refused, what is protected."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tools.pipeline.__main__ import main
from tools.pipeline.stacks import STAGES, stacks_in, stacks_of

HOME = "LogArchive-ap-northeast-1"


class CloudFormation:
    """Deployed stacks of one place: a template and whether it is protected, by name."""

    def __init__(self, deployed: dict[str, Any]) -> None:
        self.deployed = deployed

    def get_template(self, *, StackName, TemplateStage):
        assert TemplateStage == "Original"
        if StackName not in self.deployed:
            told = {"Code": "ValidationError", "Message": f"Stack with id {StackName} does not exist"}
            raise ClientError({"Error": told}, "GetTemplate")
        return {"TemplateBody": self.deployed[StackName]["template"]}

    def describe_stacks(self, *, StackName):
        return {"Stacks": [{"EnableTerminationProtection": self.deployed[StackName]["protected"]}]}

    def update_termination_protection(self, *, StackName, EnableTerminationProtection):
        self.deployed[StackName]["protected"] = EnableTerminationProtection


@pytest.fixture
def aws(assembly):
    """What the example deploys, as it is deployed: clients by role and Region, and the roles that were taken."""
    places: dict[str, CloudFormation] = {}
    for stack in stacks_of(assembly.directory):
        template = json.loads(stack.template.read_text())
        place = places.setdefault(f"{stack.account}/{stack.region}", CloudFormation({}))
        place.deployed[stack.name] = {"template": template, "protected": False}
    taken = []

    def client_of(role, region):
        taken.append(role)
        return places[f"{role.split(':')[4]}/{region}"]

    return client_of, places, taken


@pytest.fixture
def run(assembly, aws, tmp_path):
    """A command for the example's assembly; the gate leaves its templates in a scratch folder."""

    def of(*arguments):
        more = ["--assembly", str(assembly.directory), "--output", str(tmp_path / "gate")]
        return main([*arguments, *more], client_of=aws[0])

    return of


def test_every_stack_with_an_address_belongs_to_one_stage(assembly):
    stacks = stacks_of(assembly.directory)
    staged = [stack.id for stage in STAGES for stack in stacks_in(stage, stacks)]
    assert sorted(staged) == sorted(stack.id for stack in stacks)
    assert [stack.id for stack in stacks if stack.stage == ""] == []


def test_the_home_archive_comes_first_and_the_others_with_the_hub(assembly):
    stacks = stacks_of(assembly.directory)
    named = {stage: [stack.id for stack in stacks_in(stage, stacks)] for stage in STAGES}
    assert named["archive"] == [HOME]
    assert named["hub"] == ["AccessHub", "LogArchive-us-east-1"]
    assert named["query"] == ["Query", "WorkSpacesPrefixLists-ap-northeast-1", "WorkSpacesNetwork"]
    assert len(named["members"]) == 3 * 6


def test_a_stack_comes_after_those_that_it_depends_on(assembly):
    order = [stack.id for stack in stacks_of(assembly.directory)]
    artifacts = assembly.manifest["artifacts"]
    early = [
        (name, other)
        for name in order
        for other in artifacts[name].get("dependencies", [])
        if other in order and order.index(other) > order.index(name)
    ]
    assert early == []


def test_names_are_printed_for_the_cdk(run, capsys):
    assert run("names", "hub") == 0
    assert capsys.readouterr().out == "AccessHub LogArchive-us-east-1\n"


def test_a_stage_that_waits_for_the_key_has_no_names_and_says_why(variant, capsys):
    folder = str(variant("everything").directory)
    assert main(["names", "hub", "--assembly", folder]) == 0
    told = capsys.readouterr()
    assert told.out == "\n"
    assert "AccessHub: archive.key_id is not set" in told.err
    assert main(["names", "archive", "--assembly", folder]) == 0
    assert capsys.readouterr().out == f"{HOME}\n"


def test_what_is_deployed_as_it_shall_be_passes_the_gate_by_the_lookup_role(run, aws, capsys):
    assert run("gate", "all") == 0
    assert "No difference" in capsys.readouterr().out
    assert {role.split("/")[1].rsplit("-role-", 1)[0] for role in aws[2]} == {"cdk-hnb659fds-lookup"}


def test_what_is_not_deployed_yet_passes_the_gate(run, aws, capsys):
    del aws[1]["111111111111/ap-northeast-1"].deployed["evidence-log-archive"]
    assert run("gate", "archive") == 0
    assert f"+ {HOME} (added)" in capsys.readouterr().out


def test_a_deployed_bucket_that_would_be_replaced_is_refused_by_name_and_passes_once_accepted(run, aws, capsys):
    deployed = aws[1]["111111111111/ap-northeast-1"].deployed["evidence-log-archive"]
    resources = deployed["template"]["Resources"]
    bucket = next(name for name in sorted(resources) if resources[name]["Type"] == "AWS::S3::Bucket")
    resources[bucket]["Properties"]["BucketName"] = "as-it-was-called"
    assert run("gate", "archive") == 3
    assert f"refused: {HOME}.template.json: {bucket} (AWS::S3::Bucket) must be replaced" in capsys.readouterr().err
    assert run("gate", "hub") == 0
    assert run("gate", "archive", "--accept", f"Other/Thing {HOME}/{bucket}") == 0


@pytest.mark.parametrize("code", ["AccessDenied", "ValidationError"])
def test_another_error_of_cloudformation_is_not_taken_for_a_missing_stack(assembly, code):
    class Refusing:
        def get_template(self, **_arguments):
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "GetTemplate")

    with pytest.raises(ClientError):
        main(["gate", "archive", "--assembly", str(assembly.directory)], client_of=lambda _role, _region: Refusing())


def test_what_the_app_protects_is_protected_and_the_rest_is_left(run, aws, assembly):
    protected = {
        (artifact["environment"].removeprefix("aws://"), artifact["properties"]["stackName"])
        for artifact in assembly.manifest["artifacts"].values()
        if artifact.get("properties", {}).get("terminationProtection")
    }
    assert run("check", "all") == 1
    assert run("protect", "all") == 0
    assert run("check", "all") == 0
    found = {
        (place, name) for place, client in aws[1].items() for name, it in client.deployed.items() if it["protected"]
    }
    assert found == protected
    assert protected


def test_no_assembly_is_told(tmp_path, capsys):
    assert main(["names", "hub", "--assembly", str(tmp_path)]) == 2
    assert "is no cloud assembly" in capsys.readouterr().err
