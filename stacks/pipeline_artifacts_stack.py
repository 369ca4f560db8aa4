"""What the pipeline needs in another Region of the archive account: a bucket that it copies templates to."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.pipeline_artifacts import PipelineArtifacts
from stacks.settings import Settings


class PipelineArtifactsStack(cdk.Stack):
    """The pipeline's bucket in a Region other than its own; only this account reads it."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, region: str) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-pipeline-artifacts",
            description="Evidence of who was on which machine: what the pipeline deploys here",
            env=cdk.Environment(account=settings.archive.account, region=region),
            termination_protection=True,
        )
        name = layout.pipeline_bucket(account=settings.archive.account, region=region)
        PipelineArtifacts(self, "Artifacts", bucket_name=name)
