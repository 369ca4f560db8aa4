"""Reads the stacks of a cloud assembly, and says which stage of a pipeline deploys which."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

STAGES: Final = ("archive", "hub", "query", "members", "rollout")
"""In this order, somebody approving between: each needs the one before."""
_STAGE_OF: Final = {
    "AccessHub": "hub",
    "Query": "query",
    "Member": "members",
    "Rollout": "rollout",
    "Guardrails": "rollout",
}
"""The stage of a stack by how its id begins."""
ALL: Final = "all"
"""Every stack of an assembly, where each stage has one of its own."""
_PARTITION = "${AWS::Partition}"


@dataclass(frozen=True, slots=True)
class Stack:
    """One stack of an assembly: what it is called, where it stands, by which roles it is read and deployed."""

    id: str
    name: str
    account: str
    region: str
    template: Path
    lookup_role: str
    deploy_role: str
    protected: bool
    waits_for: str

    @property
    def stage(self) -> str:
        """The stage that deploys it."""
        for prefix, stage in _STAGE_OF.items():
            if self.id.startswith(prefix):
                return stage
        return "archive" if self.id.startswith("LogArchive-") else ""


def stacks_of(assembly: Path, *, partition: str = "aws") -> list[Stack]:
    """Every stack of an assembly with an address, each after those that it depends on.

    Raises:
        OSError: There is no assembly.
    """
    artifacts = json.loads((assembly / "manifest.json").read_text("utf-8"))["artifacts"]
    found = {
        name: _stack(name, artifact, assembly, partition)
        for name, artifact in artifacts.items()
        if artifact["type"] == "aws:cloudformation:stack" and "unknown" not in artifact["environment"]
    }
    return [found[name] for name in _in_order(artifacts) if name in found]


def stacks_in(stage: str, stacks: Sequence[Stack]) -> list[Stack]:
    """The stacks of one stage.

    The home Region's archive comes first, the others with the hub, whose bus they need.
    """
    if stage == ALL:
        return list(stacks)
    archives = [stack for stack in stacks if stack.stage == "archive"]
    if stage == "archive":
        return archives[:1]
    own = [stack for stack in stacks if stack.stage == stage]
    return [*own, *archives[1:]] if stage == "hub" else own


def _stack(name: str, artifact: dict[str, Any], assembly: Path, partition: str) -> Stack:
    properties = artifact["properties"]
    account, region = artifact["environment"].removeprefix("aws://").split("/")
    return Stack(
        id=name,
        name=properties.get("stackName", name),
        account=account,
        region=region,
        template=assembly / properties["templateFile"],
        lookup_role=properties.get("lookupRole", {}).get("arn", "").replace(_PARTITION, partition),
        deploy_role=properties.get("assumeRoleArn", "").replace(_PARTITION, partition),
        protected=bool(properties.get("terminationProtection")),
        waits_for=_error(assembly, artifact),
    )


def _error(assembly: Path, artifact: dict[str, Any]) -> str:
    """Why the CLI would refuse the stack; empty where it would not."""
    file = artifact.get("additionalMetadataFile")
    if file is None:
        return ""
    entries = json.loads((assembly / file).read_text("utf-8"))
    errors = [item["data"] for entry in entries.values() for item in entry if item["type"] == "aws:cdk:error"]
    return "; ".join(errors)


def _in_order(artifacts: dict[str, Any]) -> list[str]:
    done: dict[str, None] = {}

    def visit(name: str) -> None:
        if name in done or name not in artifacts:
            return
        for other in artifacts[name].get("dependencies", []):
            visit(other)
        done[name] = None

    for name in artifacts:
        visit(name)
    return list(done)
