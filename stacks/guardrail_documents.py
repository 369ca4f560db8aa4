"""The guardrails as the settings shape them; the stack deploys these, and the simulation attaches the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from constructs_lib.guardrail import LARGEST, size_of
from constructs_lib.policies.deployment import QUALIFIER
from constructs_lib.policies.guardrails import (
    STACK_SETS_ROLE,
    archive_guardrail,
    member_guardrail,
    perimeter_guardrail,
)
from constructs_lib.policies.session_guardrail import session_guardrail
from constructs_lib.policies.statement import Document
from stacks.settings import Settings

_LONGEST_PARTITION: Final = "aws-us-gov"
_CDK_EXECUTION: Final = f"cdk-{QUALIFIER}-cfn-exec-role-*"
_CDK_DEPLOY: Final = f"cdk-{QUALIFIER}-deploy-role-*"


def guardrail_documents(settings: Settings, *, partition: str) -> Mapping[str, Document]:
    """The document of every guardrail, attached or not, by the name of its list of targets.

    Args:
        settings: Whose archive, Regions and roles they speak of.
        partition: For instance ``aws``, or the token that stands for it.
    """
    calling = _CDK_DEPLOY if _by_cdk(settings) else f"{settings.archive.account}:{_CDK_DEPLOY}"
    return {
        "archive": _archive(settings, partition),
        "members": member_guardrail(
            partition=partition, deployment_roles=_deployment_roles(settings), calling_roles=[calling]
        ),
        "sessions": session_guardrail(partition=partition, documents=settings.guardrails.session_documents),
        "perimeter": perimeter_guardrail(settings.organization.id),
    }


def _archive(settings: Settings, partition: str) -> Document:
    """Each execution role by name, or, where there are more Regions than fit, one pattern for all Regions."""

    def made(regions: Sequence[str], where: str) -> Document:
        names = dict.fromkeys(name for region in regions for name in settings.archive.execution_roles(region))
        return archive_guardrail(
            partition=where,
            account=settings.archive.account,
            execution_role_arns=[f"arn:{where}:iam::{settings.archive.account}:role/{name}" for name in names],
            key_id=settings.archive.key_id or "*",
        )

    regions = settings.regions.governed
    fits = size_of(made(regions, _LONGEST_PARTITION), _LONGEST_PARTITION) <= LARGEST
    return made(regions if fits else ("*",), partition)


def _by_cdk(settings: Settings) -> bool:
    """Whether ``cdk deploy`` reaches members other than the archive account."""
    return any(account != settings.archive.account for account in settings.members.direct)


def _deployment_roles(settings: Settings) -> list[str]:
    """As whom CloudFormation deploys: StackSets anywhere, the CDK where it deploys, and whom the settings add.

    Where StackSets alone reach the members, no role of the CDK is excepted there, so that nobody in a member can have
    one change things by a stack of his own.
    """
    forms = settings.archive.cloudformation_execution_roles
    names = [form.replace("{account}", "*").replace("{region}", "*") for form in forms]
    of_members = [_CDK_EXECUTION] if _by_cdk(settings) else []
    of_archive = [
        f"{settings.archive.account}:{name}"
        for name in names
        if not of_members or not name.startswith(_CDK_EXECUTION.removesuffix("*"))
    ]
    return [STACK_SETS_ROLE, *of_members, *of_archive, *settings.guardrails.deployment_roles]
