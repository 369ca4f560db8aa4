"""Who deploys: roles that named jobs alone take, and a pipeline that deploys the same stacks, gated and approved."""

from __future__ import annotations

import copy
import inspect
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest

import tests.test_invariants as invariants
from stacks.pipeline_acknowledgements import pipeline_acknowledgements
from stacks.pipeline_stages import stage_plans
from stacks.security_groups import NOTHING_APPROVED
from tests.assembly import Assembly, flat, listed, resources, settings_with, synthesize
from tests.test_cdk_nag import findings
from tools.prove.policies import load_policies

GITHUB = {
    "repository": "example/access-evidence",
    "environments": ["evidence-archive", "evidence-hub"],
    "in_management_account": True,
}
SOURCE = {
    "repository": "example/access-evidence",
    "connection_arn": "arn:aws:codeconnections:ap-northeast-1:111111111111:connection/"
    "00000000-0000-0000-0000-000000000000",
    "settings_file": "config/mine.toml",
    "deploys_rollout": True,
}
BOTH = {"pipeline__github": GITHUB, "pipeline__codepipeline": SOURCE, "trail__mode": "organization"}
OURS = ("DeployRole", "Pipeline")

pytestmark = pytest.mark.xdist_group("pipelines")


@pytest.fixture(scope="module")
def whole(example, tmp_path_factory) -> Assembly:
    """Everything, with both kinds of pipeline."""
    return synthesize(settings_with(example, **BOTH), tmp_path_factory.mktemp("pipelines"))


@pytest.fixture(scope="module")
def ours(whole) -> Assembly:
    """The stacks of who deploys alone."""
    return _only(whole, lambda name: name.startswith(OURS))


def _only(assembly: Assembly, wanted) -> Assembly:
    part = Assembly(assembly.directory)
    part.__dict__["templates"] = {name: value for name, value in assembly.templates.items() if wanted(name)}
    return part


def _stages(template) -> dict[str, list[str]]:
    (pipeline,) = (resource for _, resource in resources(template, "AWS::CodePipeline::Pipeline"))
    return {
        stage["Name"]: [action["Name"] for action in sorted(stage["Actions"], key=lambda action: action["RunOrder"])]
        for stage in pipeline["Properties"]["Stages"]
    }


def _role(template) -> dict[str, Any]:
    ((_, role),) = resources(template, "AWS::IAM::Role")
    return dict(flat(role["Properties"]))


def test_nothing_deploys_unless_the_settings_say_so(assembly):
    assert [name for name in assembly.templates if name.startswith(OURS)] == []


# --- GitHub Actions -------------------------------------------------------------------------------


def test_only_jobs_of_the_named_environments_take_the_role(ours):
    for name in ("DeployRole", "DeployRoleManagement"):
        (statement,) = _role(ours.templates[name])["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
        assert statement["Principal"]["Federated"].endswith(":oidc-provider/token.actions.githubusercontent.com")
        assert statement["Condition"] == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": [
                    "repo:example/access-evidence:environment:evidence-archive",
                    "repo:example/access-evidence:environment:evidence-hub",
                ],
            }
        }


def test_the_role_becomes_roles_of_cdk_bootstrap_within_the_organization_and_nothing_else(ours):
    kinds = ("deploy", "file-publishing", "lookup")
    for name, account in (("DeployRole", "*"), ("DeployRoleManagement", "<AWS::AccountId>")):
        role = _role(ours.templates[name])
        ((policy,), managed) = role["Policies"], role.get("ManagedPolicyArns", [])
        (statement,) = policy["PolicyDocument"]["Statement"]
        assert managed == []
        assert statement["Action"] == "sts:AssumeRole"
        assert statement["Resource"] == [
            f"arn:<AWS::Partition>:iam::{account}:role/cdk-hnb659fds-{kind}-role-{account}-*" for kind in kinds
        ]
        assert statement["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "o-exampleorg1"}}


def test_each_role_stands_where_it_deploys(whole):
    environments = {
        name: artifact["environment"]
        for name, artifact in whole.manifest["artifacts"].items()
        if name in ("DeployRole", "DeployRoleManagement")
    }
    assert environments == {
        "DeployRole": "aws://111111111111/ap-northeast-1",
        "DeployRoleManagement": "aws://999999999999/ap-northeast-1",
    }


def test_an_account_with_an_identity_provider_gets_no_second_one(example, tmp_path, ours):
    settings = settings_with(example, pipeline__github=GITHUB | {"creates_provider": False})
    without = synthesize(settings, tmp_path).templates["DeployRole"]
    assert len(resources(ours.templates["DeployRole"], "AWS::IAM::OIDCProvider")) == 1
    assert resources(without, "AWS::IAM::OIDCProvider") == []


# --- CodePipeline ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["member", "organization"])
def test_guardrails_are_deployed_with_the_roll_out_whoever_makes_the_trail(mode, example, tmp_path):
    chosen = {**BOTH, "trail__mode": mode, "guardrails__members": ["r-ex4m"]}
    settings = settings_with(example, **chosen)
    assert settings.pipeline.codepipeline is not None
    last = stage_plans(settings, settings.pipeline.codepipeline)[-1]
    app = cdk.App(outdir=str(tmp_path))
    last.add(app, settings, NOTHING_APPROVED)
    assert last.id == "Rollout"
    names = sorted(child.node.id for child in app.node.children)
    assert names == (["Guardrails", "Rollout"] if mode == "organization" else ["Guardrails"])


def test_it_deploys_archive_hub_queries_and_roll_out_in_this_order_gated_approved_and_protected(ours):
    stages = _stages(ours.templates["Pipeline"])
    deploying = [name for name in stages if name not in ("Source", "Build", "UpdatePipeline", "Assets")]
    assert deploying == ["Archive", "Hub", "Query", "Rollout"]
    for name in deploying:
        actions = stages[name]
        assert actions[:2] == [f"Refuse{name}", f"Approve{name}"], actions
        assert actions[-1] == f"Protect{name}", actions
        assert all(action.endswith((".Prepare", ".Deploy")) for action in actions[2:-1]), actions


def test_it_lints_tests_and_synthesizes_once(ours):
    specs = [
        json.loads(project["Properties"]["Source"]["BuildSpec"])
        for _, project in resources(ours.templates["Pipeline"], "AWS::CodeBuild::Project")
        if project["Properties"]["Source"].get("BuildSpec", "").startswith("{")
    ]
    commands = [command for spec in specs for command in spec["phases"]["build"]["commands"]]
    assert [command for command in commands if command.startswith("make")] == [
        'make lint CONFIG="$CONFIG"',
        "make test",
        'make synth CONFIG="$CONFIG" ARGS=--ignore-errors',
    ]
    gates = [command.split()[3:5] for command in commands if "tools.pipeline" in command]
    assert sorted(gates) == sorted([["gate", "all"], ["protect", "all"], ["check", "all"]] * 4)


def test_the_gate_reads_and_cannot_deploy(ours):
    template = flat(ours.templates["Pipeline"])
    for verb, kind in (("Refuse", "lookup"), ("Protect", "deploy")):
        assumed = [
            listed(statement["Resource"])
            for name, policy in resources(template, "AWS::IAM::Policy")
            if f"{verb}Archive" in name
            for statement in policy["Properties"]["PolicyDocument"]["Statement"]
            if statement["Action"] == "sts:AssumeRole"
        ]
        assert assumed == [[f"arn:<AWS::Partition>:iam::*:role/cdk-hnb659fds-{kind}-role-*-*"]]


def test_it_deploys_the_very_templates_that_cdk_deploy_does(whole):
    deployed = {}
    for manifest_file in whole.directory.glob("assembly-Pipeline-*/manifest.json"):
        manifest = json.loads(manifest_file.read_text())
        for artifact in manifest["artifacts"].values():
            if artifact["type"] == "aws:cloudformation:stack":
                path = manifest_file.parent / artifact["properties"]["templateFile"]
                name = artifact["displayName"].rsplit("/", 1)[-1]
                deployed[name] = (artifact["properties"]["stackName"], json.loads(path.read_text()))
    expected = {"AccessHub", "LogArchive-ap-northeast-1", "LogArchive-us-east-1", "Query", "Rollout"}
    assert set(deployed) == expected
    for name, (stack_name, template) in deployed.items():
        assert stack_name == whole.manifest["artifacts"][name]["properties"]["stackName"]
        assert template == whole.templates[name], name


def test_until_the_key_is_known_it_deploys_the_archive_alone(example, tmp_path):
    settings = settings_with(example, pipeline__codepipeline=SOURCE, archive__key_id=None)
    template = synthesize(settings, tmp_path).templates["Pipeline"]
    assert list(_stages(template)) == ["Source", "Build", "UpdatePipeline", "Archive"]


# --- What holds for every stack -------------------------------------------------------------------

NOT_HERE = "No such resource here."
EXCEPTIONS = {
    "test_every_trail_logs": NOT_HERE,
    "test_every_trail_covers_all_regions_and_global_services": NOT_HERE,
    "test_every_trail_signs_its_files": NOT_HERE,
    "test_every_trail_is_encrypted_with_the_evidence_key": NOT_HERE,
    "test_every_trail_also_reaches_a_log_group": NOT_HERE,
    "test_the_archive_trail_its_group_and_its_role_outlive_their_stack": NOT_HERE,
    "test_only_a_deny_says_what_it_does_not_concern_and_only_of_resources": "Nothing here says it at all.",
    "test_every_bucket_but_the_target_of_access_logs_is_encrypted_with_the_evidence_key": (
        "The evidence key serves evidence alone; artifacts are code and templates, under a key of their own."
    ),
    "test_every_bucket_but_that_target_logs_access_to_it": "No evidence comes there (stacks.pipeline_acknowledgements)",
}
"""Invariants that do not concern the stacks of who deploys, with the reason; every other holds."""

CHECKS = {
    name: check
    for name, check in vars(invariants).items()
    if name.startswith("test_") and list(inspect.signature(check).parameters) == ["any_assembly"]
}


def _readable(template):
    """The template with the bucket's name for references to it, and Sids where the library writes none."""
    template = copy.deepcopy(template)
    names = {name: bucket["Properties"]["BucketName"] for name, bucket in resources(template, "AWS::S3::Bucket")}
    count = 0

    def walk(value):
        nonlocal count
        if isinstance(value, list):
            return [walk(item) for item in value]
        if not isinstance(value, dict):
            return value
        if set(value) == {"Ref"} and value["Ref"] in names:
            return names[value["Ref"]]
        made = {key: walk(item) for key, item in value.items()}
        if "Statement" in made and "Version" in made:
            for statement in made["Statement"]:
                count += 1
                statement.setdefault("Sid", f"OfTheLibrary{count}")
        return made

    return walk(template)


@pytest.fixture(scope="module")
def readable(ours) -> Assembly:
    """The stacks of who deploys, as the invariants read templates."""
    part = Assembly(ours.directory)
    part.__dict__["templates"] = {name: _readable(template) for name, template in ours.templates.items()}
    return part


@pytest.mark.parametrize("name", [name for name in CHECKS if name not in EXCEPTIONS])
def test_the_invariants_hold(readable, name):
    CHECKS[name](readable)


def test_no_exception_is_idle(readable):
    passing = []
    for name in EXCEPTIONS:
        try:
            CHECKS[name](readable)
        except AssertionError:
            continue
        passing.append(name)
    assert passing == []


def test_our_own_sentences_have_sids_and_arns_the_partition_token(ours):
    for name in ("DeployRole", "DeployRoleManagement"):
        text = json.dumps(flat(ours.templates[name]["Resources"]))
        assert '"arn:aws:' not in text, name
        assert text.count('"Effect"') == text.count('"Sid"'), name


def test_what_the_pipeline_keeps_outlives_it(ours):
    doomed = [
        place
        for of_type in ("AWS::S3::Bucket", "AWS::KMS::Key")
        for place, resource in ours.resources(of_type)
        if resource["DeletionPolicy"] != "Retain"
    ]
    assert doomed == []


def test_cdk_nag_finds_what_is_acknowledged_and_nothing_is_acknowledged_idly(tmp_path, example, ours):
    settings = settings_with(example, **BOTH)
    own = resources(ours.templates["Pipeline"], "AWS::CodeBuild::Project")
    projects = [name for name, _ in own if "AssetsFile" not in name]
    reasons = dict(pipeline_acknowledgements(settings, projects=projects))
    found = dict(findings(tmp_path, ours, settings, acknowledged=False))
    assert {rule: place for rule, place in found.items() if rule not in reasons and rule not in _COMMON} == {}
    assert sorted(set(reasons) - set(found)) == []
    assert [rule for rule, reason in reasons.items() if len(reason) < 20] == []


def test_cfn_lint_finds_no_error(ours):
    files = [str(ours.directory / f"{name}.template.json") for name in ours.templates]
    program = str(Path(sys.executable).parent / "cfn-lint")
    command = [program, "--non-zero-exit-code", "error", "--", *files]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_proofs_of_everything_else_can_be_had_beside_a_pipeline(example, whole):
    policies = load_policies(whole.directory, settings_with(example, **BOTH))
    assert {policy.place.template for policy in policies} >= {"AccessHub", "LogArchive-us-east-1", "Rollout"}


_COMMON = {
    "NIST.800.53.R5-IAMNoInlinePolicy",
    "NIST.800.53.R5-S3BucketReplicationEnabled",
    "NIST.800.53.R5-S3DefaultEncryptionKMS",
}
"""Acknowledged for every stack (stacks.acknowledgements)."""
