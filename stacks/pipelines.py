"""The stacks of who deploys: none by default, since a person can."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk

from stacks.deploy_role_stack import DeployRoleStack
from stacks.pipeline_artifacts_stack import PipelineArtifactsStack
from stacks.pipeline_stack import PipelineStack
from stacks.security_groups import SecurityGroups
from stacks.settings import Settings

DEPLOY_ROLE: Final = "DeployRole"
DEPLOY_ROLE_OF_MANAGEMENT: Final = "DeployRoleManagement"
PIPELINE: Final = "Pipeline"


def add_pipelines(app: cdk.App, settings: Settings, approved: SecurityGroups) -> None:
    """Add the roles for GitHub Actions, and the CodePipeline, that the settings ask for."""
    github, source = settings.pipeline.github, settings.pipeline.codepipeline
    if github is not None:
        account = settings.archive.account
        DeployRoleStack(app, DEPLOY_ROLE, settings=settings, github=github, account=account, reach="organization")
        if github.in_management_account:
            management = settings.organization.management_account
            DeployRoleStack(
                app,
                DEPLOY_ROLE_OF_MANAGEMENT,
                settings=settings,
                github=github,
                account=management,
                reach="own account",
            )
    if source is not None:
        pipeline = PipelineStack(app, PIPELINE, settings=settings, approved=approved, source=source)
        for region in settings.regions.governed:
            if region != settings.regions.home:
                artifacts = PipelineArtifactsStack(app, f"PipelineArtifacts-{region}", settings=settings, region=region)
                pipeline.add_stack_dependency(artifacts)
