"""What the management account attaches to the organization: the guardrails that the settings ask for."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_organizations as organizations
from constructs import Construct

from constructs_lib.guardrail import Guardrail, Kind
from constructs_lib.policies.organization_access import organization_access
from stacks.guardrail_documents import guardrail_documents
from stacks.regions import PARTITION_OF_REGION
from stacks.settings import Settings

STACK_NAME: Final = "evidence-guardrails"
_ABOUT: Final[dict[str, tuple[str, Kind, str]]] = {
    "archive": (
        "Archive",
        "SERVICE_CONTROL_POLICY",
        "Buckets and key of the evidence stay as they were deployed; nobody removes evidence",
    ),
    "members": (
        "Members",
        "SERVICE_CONTROL_POLICY",
        "What collects and sends evidence stays as it was deployed; no account leaves the organization",
    ),
    "sessions": (
        "Sessions",
        "SERVICE_CONTROL_POLICY",
        "Sessions on machines are those that are logged or recorded",
    ),
    "perimeter": (
        "Perimeter",
        "RESOURCE_CONTROL_POLICY",
        "Buckets and keys answer to the organization, and to services that act for it",
    ),
}


class GuardrailsStack(cdk.Stack):
    """Service and resource control policies, and what the archive account may read of the organization.

    Organizations is one service for all Regions, and CloudFormation has its types in each; so the stack stands in the
    home Region, where the management account is bootstrapped.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        home, organization = settings.regions.home, settings.organization
        super().__init__(
            scope,
            construct_id,
            stack_name=STACK_NAME,
            description="Evidence of who was on which machine: what nobody in the organization may undo",
            env=cdk.Environment(account=organization.management_account, region=home),
            termination_protection=True,
        )
        documents = guardrail_documents(settings, partition=cdk.Aws.PARTITION)
        attached: list[Guardrail] = []
        for name, targets in settings.guardrails.targets.items():
            guardrail_id, kind, description = _ABOUT[name]
            guardrail = Guardrail(
                self,
                guardrail_id,
                policy_name=f"evidence-{name}",
                kind=kind,
                description=description,
                content=documents[name],
                partition=PARTITION_OF_REGION[home],
                targets=targets,
                after=attached[-1:],
            )
            attached.append(guardrail)
        if settings.guardrails.read_organization:
            content = organization_access(
                partition=cdk.Aws.PARTITION,
                organization_id=organization.id,
                management=organization.management_account,
                archive=settings.archive.account,
            )
            organizations.CfnResourcePolicy(self, "OrganizationAccess", content=content)
