"""What the stages of a CodePipeline deploy: the very stacks that ``cdk deploy`` does, under the same names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import aws_cdk as cdk
from constructs import Construct

from stacks.access_hub_stack import AccessHubStack
from stacks.guardrails_stack import GuardrailsStack
from stacks.log_archive_stack import LogArchiveStack
from stacks.pipeline_settings import CodePipelineSource
from stacks.query_stack import QueryStack
from stacks.rollout_stack import RolloutStack
from stacks.security_groups import SecurityGroups
from stacks.settings import Settings


@dataclass(frozen=True, slots=True)
class StagePlan:
    """One stage: its id and what it adds."""

    id: str
    add: Callable[[Construct, Settings, SecurityGroups], None]


def _archive(scope: Construct, settings: Settings, _approved: SecurityGroups) -> None:
    home = settings.regions.home
    LogArchiveStack(scope, f"LogArchive-{home}", settings=settings, region=home)


def _hub(scope: Construct, settings: Settings, approved: SecurityGroups) -> None:
    hub = AccessHubStack(scope, "AccessHub", settings=settings, approved=approved)
    for region in settings.regions.governed:
        if region != settings.regions.home:
            archive = LogArchiveStack(scope, f"LogArchive-{region}", settings=settings, region=region)
            archive.add_stack_dependency(hub)


def _query(scope: Construct, settings: Settings, _approved: SecurityGroups) -> None:
    QueryStack(scope, "Query", settings=settings)


def _rollout(scope: Construct, settings: Settings, _approved: SecurityGroups) -> None:
    if settings.trail.mode == "organization":
        RolloutStack(scope, "Rollout", settings=settings)
    if settings.guardrails.enabled:
        GuardrailsStack(scope, "Guardrails", settings=settings)


FIRST: Final = StagePlan("Archive", _archive)
"""All that can be deployed while nobody knows the id of the evidence key."""


def stage_plans(settings: Settings, source: CodePipelineSource) -> list[StagePlan]:
    """The stages in their order; the first alone until ``archive.key_id`` is known."""
    if settings.archive.key_id is None:
        return [FIRST]
    plans = [FIRST, StagePlan("Hub", _hub), StagePlan("Query", _query)]
    if source.deploys_rollout and (settings.trail.mode == "organization" or settings.guardrails.enabled):
        plans.append(StagePlan("Rollout", _rollout))
    return plans


class EvidenceStage(cdk.Stage):
    """The stacks of one stage."""

    def __init__(
        self, scope: Construct, construct_id: str, *, plan: StagePlan, settings: Settings, approved: SecurityGroups
    ) -> None:
        super().__init__(scope, construct_id)
        plan.add(self, settings, approved)
