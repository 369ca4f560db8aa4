"""The role by which GitHub Actions deploys, and the identity provider that it trusts."""

from __future__ import annotations

from typing import Final, Literal

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.policies.deployment import AUDIENCE, GITHUB_ISSUER, act_as_cdk, github_jobs_take_role
from constructs_lib.policies.statement import document
from constructs_lib.pseudo_parameters import ACCOUNT_ID
from constructs_lib.service_role import ServiceRole
from stacks.pipeline_settings import GitHub
from stacks.settings import Settings

Reach = Literal["organization", "own account"]
STACK_NAME: Final = "evidence-deploy-role"


class DeployRoleStack(cdk.Stack):
    """A role without keys: jobs of named environments take it, and it takes the roles of ``cdk bootstrap`` alone.

    Args:
        github: Whose jobs.
        account: Where the role stands.
        reach: Whether it deploys in its own account alone, or in all of the organization that trust it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        github: GitHub,
        account: str,
        reach: Reach,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=STACK_NAME,
            description="Evidence of who was on which machine: the role by which GitHub Actions deploys it",
            env=cdk.Environment(account=account, region=settings.regions.home),
            termination_protection=True,
        )
        taken = github_jobs_take_role(repository=github.repository, environments=github.environments)
        role = ServiceRole(
            self,
            "Deploy",
            role_name=layout.DEPLOY_ROLE,
            trust=document([taken]),
            statements=[
                act_as_cdk(
                    "deploy",
                    "file-publishing",
                    "lookup",
                    account=ACCOUNT_ID if reach == "own account" else "*",
                    organization_id=settings.organization.id,
                )
            ],
        )
        if github.creates_provider:
            # Without thumbprints: IAM knows GitHub's certificate authority.
            provider = iam.CfnOIDCProvider(self, "GitHub", url=f"https://{GITHUB_ISSUER}", client_id_list=[AUDIENCE])
            role.resource.add_resource_dependency(provider)
        cdk.CfnOutput(self, "DeployRoleArn", value=role.arn, description="What the workflow calls EVIDENCE_DEPLOY_ROLE")
