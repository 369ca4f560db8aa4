"""A CodePipeline for those inside AWS: lints, tests and synthesizes once, then deploys stage by stage, approved."""

from __future__ import annotations

from typing import Final, cast

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import pipelines
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.pipeline_artifacts import PipelineArtifacts
from constructs_lib.policies.deployment import Kind, act_as_cdk
from stacks.pipeline_settings import CodePipelineSource
from stacks.pipeline_stages import EvidenceStage, StagePlan, stage_plans
from stacks.security_groups import SecurityGroups
from stacks.settings import Settings

PIPELINE_NAME: Final = "evidence"
COMMAND: Final = "python -m tools.pipeline"
RUNTIMES: Final = {"phases": {"install": {"runtime-versions": {"python": "3.12", "nodejs": "22"}}}}


class PipelineStack(cdk.Stack):
    """The pipeline of the archive account; it changes itself first, then the archive, the hub, queries, the roll-out.

    Before each stage a gate ends the run when evidence that is deployed would be replaced or deleted, and a person
    approves; after it, the stacks are protected from deletion, which CDK Pipelines leaves undone.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        approved: SecurityGroups,
        source: CodePipelineSource,
    ) -> None:
        account, home = settings.archive.account, settings.regions.home
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-pipeline",
            description="Evidence of who was on which machine: the pipeline that deploys it",
            env=cdk.Environment(account=account, region=home),
            termination_protection=True,
        )
        self._organization_id = settings.organization.id
        self._code = pipelines.CodePipelineSource.connection(
            source.repository, source.branch, connection_arn=source.connection_arn
        )
        key = kms.Key(
            self,
            "ArtifactKey",
            description="Encrypts what the pipeline's steps hand on",
            enable_key_rotation=True,
            pending_window=cdk.Duration.days(30),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        artifacts: s3.IBucket = PipelineArtifacts(
            self, "Artifacts", bucket_name=layout.pipeline_bucket(account=account, region=home), key=key
        ).bucket
        elsewhere: dict[str, s3.IBucket] = {
            region: s3.Bucket.from_bucket_name(
                self, f"Artifacts-{region}", layout.pipeline_bucket(account=account, region=region)
            )
            for region in settings.regions.governed
            if region != home
        }
        pipeline = pipelines.CodePipeline(
            self,
            "Pipeline",
            pipeline_name=PIPELINE_NAME,
            synth=self._synth(source.settings_file),
            artifact_bucket=None if elsewhere else artifacts,
            cross_region_replication_buckets={home: artifacts, **elsewhere} if elsewhere else None,
            cross_account_keys=True,
            enable_key_rotation=True,
            publish_assets_in_parallel=False,
            code_build_defaults=pipelines.CodeBuildOptions(
                build_environment=codebuild.BuildEnvironment(
                    build_image=codebuild.LinuxBuildImage.AMAZON_LINUX_2023_5,
                    compute_type=codebuild.ComputeType.LARGE,
                ),
                partial_build_spec=codebuild.BuildSpec.from_object(RUNTIMES),
            ),
        )
        self._built = pipeline.cloud_assembly_file_set
        for plan in stage_plans(settings, source):
            stage = EvidenceStage(self, plan.id, plan=plan, settings=settings, approved=approved)
            gate = self._step("Refuse", plan, role="lookup", commands=[f"{COMMAND} gate all --assembly {{assembly}}"])
            approval = pipelines.ManualApprovalStep(
                f"Approve{plan.id}", comment="The log of the step before shows every difference to what is deployed."
            )
            approval.add_step_dependency(gate)
            commands = [f"{COMMAND} {verb} all --assembly {{assembly}}" for verb in ("protect", "check")]
            protection = self._step("Protect", plan, role="deploy", commands=commands)
            pipeline.add_stage(stage, pre=[gate, approval], post=[protection])
        _quieten_cfn_lint(pipeline)

    def _synth(self, settings_file: str) -> pipelines.ShellStep:
        return pipelines.ShellStep(
            "Synth",
            input=self._code,
            env={"CONFIG": settings_file},
            commands=[
                'make lint CONFIG="$CONFIG"',
                "make test",
                'make synth CONFIG="$CONFIG" ARGS=--ignore-errors',
            ],
            primary_output_directory="cdk.out",
        )

    def _step(self, verb: str, plan: StagePlan, *, role: Kind, commands: list[str]) -> pipelines.CodeBuildStep:
        """A step that has code and assembly, and calls CloudFormation as one kind of role of ``cdk bootstrap``."""
        assembly = f"cdk.out/assembly-{self.node.id}-{plan.id}"
        # Made anew in each step: a virtual environment does not survive being handed on.
        return pipelines.CodeBuildStep(
            f"{verb}{plan.id}",
            input=self._code,
            additional_inputs={"cdk.out": self._built},
            install_commands=["make setup", ". .venv/bin/activate"],
            commands=[command.format(assembly=assembly) for command in commands],
            role_policy_statements=[
                iam.PolicyStatement.from_json(act_as_cdk(role, account="*", organization_id=self._organization_id))
            ],
        )


def _quieten_cfn_lint(pipeline: pipelines.CodePipeline) -> None:
    """cfn-lint takes advice on the style of a join within an action's configuration for an error in the action."""
    pipeline.build_pipeline()
    resource = cast(cdk.CfnResource, pipeline.pipeline.node.default_child)
    resource.add_metadata("cfn-lint", {"config": {"ignore_checks": ["E3703"]}})
