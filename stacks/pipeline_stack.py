"""A CodePipeline for those inside AWS: lints, tests and synthesizes once, then deploys stage by stage, approved."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_s3 as s3
from aws_cdk import pipelines
from constructs import Construct

from constructs_lib.policies.deployment import deploy_as_cdk
from stacks.pipeline_settings import CodePipelineSource
from stacks.pipeline_stages import EvidenceStage, StagePlan, stage_plans
from stacks.security_groups import SecurityGroups
from stacks.settings import Settings

PIPELINE_NAME: Final = "evidence"
KEPT_DAYS: Final = 90
RUNTIMES: Final = {"phases": {"install": {"runtime-versions": {"python": "3.13", "nodejs": "24"}}}}


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
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-pipeline",
            description="Evidence of who was on which machine: the pipeline that deploys it",
            env=cdk.Environment(account=settings.archive.account, region=settings.regions.home),
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
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        pipeline = pipelines.CodePipeline(
            self,
            "Pipeline",
            pipeline_name=PIPELINE_NAME,
            synth=self._synth(source.settings_file),
            artifact_bucket=_artifacts(self, key),
            cross_account_keys=True,
            enable_key_rotation=True,
            publish_assets_in_parallel=False,
            code_build_defaults=pipelines.CodeBuildOptions(
                build_environment=codebuild.BuildEnvironment(
                    build_image=codebuild.LinuxArmBuildImage.AMAZON_LINUX_2023_STANDARD_3_0,
                    compute_type=codebuild.ComputeType.LARGE,
                ),
                partial_build_spec=codebuild.BuildSpec.from_object(RUNTIMES),
            ),
        )
        self._built = pipeline.cloud_assembly_file_set
        for plan in stage_plans(settings):
            stage = EvidenceStage(self, plan.id, plan=plan, settings=settings, approved=approved)
            gate = self._step("Refuse", plan, commands=["python -m tools.pipeline gate {stage} --assembly {assembly}"])
            approval = pipelines.ManualApprovalStep(
                f"Approve{plan.id}", comment="The log of the step before shows every difference to what is deployed."
            )
            approval.add_step_dependency(gate)
            command = "python -m tools.pipeline {} {{stage}} --assembly {{assembly}}"
            protection = self._step("Protect", plan, commands=[command.format("protect"), command.format("check")])
            pipeline.add_stage(stage, pre=[gate, approval], post=[protection])

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

    def _step(self, verb: str, plan: StagePlan, *, commands: list[str]) -> pipelines.CodeBuildStep:
        """A step that reads the code and the assembly, and calls CloudFormation as the roles of ``cdk bootstrap``."""
        assembly = f"cdk.out/assembly-{self.node.id}-{plan.id}"
        # Made anew in each step: a virtual environment does not survive being handed on.
        return pipelines.CodeBuildStep(
            f"{verb}{plan.id}",
            input=self._code,
            additional_inputs={"cdk.out": self._built},
            install_commands=["make setup", ". .venv/bin/activate"],
            commands=[command.format(stage=plan.command, assembly=assembly) for command in commands],
            role_policy_statements=[
                iam.PolicyStatement.from_json(deploy_as_cdk(account="*", organization_id=self._organization_id))
            ],
        )


def _artifacts(scope: Construct, key: kms.IKey) -> s3.Bucket:
    """What steps hand on: code and templates, no evidence."""
    return s3.Bucket(
        scope,
        "Artifacts",
        encryption=s3.BucketEncryption.KMS,
        encryption_key=key,
        bucket_key_enabled=True,
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        enforce_ssl=True,
        versioned=True,
        object_ownership=s3.ObjectOwnership.BUCKET_OWNER_ENFORCED,
        lifecycle_rules=[
            s3.LifecycleRule(
                id="Expire",
                expiration=cdk.Duration.days(KEPT_DAYS),
                noncurrent_version_expiration=cdk.Duration.days(KEPT_DAYS),
                abort_incomplete_multipart_upload_after=cdk.Duration.days(7),
            )
        ],
        removal_policy=cdk.RemovalPolicy.RETAIN,
    )
