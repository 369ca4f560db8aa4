"""Protects deployed stacks from deletion, where the app says so: CDK Pipelines and plain CloudFormation do not."""

from __future__ import annotations

from collections.abc import Iterable

from tools.pipeline.clients import ClientOf
from tools.pipeline.stacks import Stack


def protect(stacks: Iterable[Stack], *, client_of: ClientOf) -> list[str]:
    """Switches termination protection on, and says for which stacks it was off."""
    bare = unprotected(stacks, client_of=client_of)
    for stack in bare:
        client = client_of(stack.deploy_role, stack.region)
        client.update_termination_protection(StackName=stack.name, EnableTerminationProtection=True)
    return [stack.id for stack in bare]


def unprotected(stacks: Iterable[Stack], *, client_of: ClientOf) -> list[Stack]:
    """The deployed stacks that could be deleted although the app protects them."""
    return [stack for stack in stacks if stack.protected and not _is_protected(stack, client_of)]


def _is_protected(stack: Stack, client_of: ClientOf) -> bool:
    client = client_of(stack.deploy_role, stack.region)
    (described,) = client.describe_stacks(StackName=stack.name)["Stacks"]
    return bool(described["EnableTerminationProtection"])
