"""What cdk-nag finds in the stacks of who deploys, and why it stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from constructs_lib import archive_layout as layout
from stacks.settings import Settings

GRANTED: Final = (
    *("s3:Abort*", "s3:DeleteObject*", "s3:GetBucket*", "s3:GetObject*", "s3:List*"),
    *("kms:GenerateDataKey*", "kms:ReEncrypt*"),
)
NO_ACCESS_LOGS: Final = (
    "Code and templates, no evidence; the access-log bucket of the archive takes the logs of evidence alone."
)


def pipeline_acknowledgements(settings: Settings, *, projects: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Rule ids and the reason why each finding stays.

    Args:
        settings: What the stacks are made of.
        projects: The logical ids of the CodeBuild projects, one for each step.
    """
    account, home = settings.archive.account, settings.regions.home
    if settings.pipeline.github is not None:
        yield from _roles(settings, in_management_account=settings.pipeline.github.in_management_account)
    if settings.pipeline.codepipeline is None:
        return
    yield "AwsSolutions-S1", NO_ACCESS_LOGS
    yield "NIST.800.53.R5-S3BucketLoggingEnabled", NO_ACCESS_LOGS
    grants = "CDK Pipelines grants whole families of calls, on the bucket of artifacts and its key alone."
    for action in GRANTED:
        yield f"AwsSolutions-IAM5[Action::{action}]", grants
    artifacts = "The objects of the bucket of artifacts, which each step reads and writes."
    yield "AwsSolutions-IAM5[Resource::<ArtifactsBucket88671897.Arn>/*]", artifacts
    for region in settings.regions.governed:
        if region != home:
            bucket = layout.pipeline_bucket(account=account, region=region)
            yield f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::{bucket}/*]", artifacts
    yield (
        f"AwsSolutions-IAM5[Resource::arn:*:iam::{account}:role/*]",
        "The step that changes the pipeline; CDK Pipelines binds it to the tag of the roles that cdk bootstrap made.",
    )
    yield (
        "AwsSolutions-IAM5[Resource::*]",
        "The role of steps that publish assets: CDK Pipelines lets it start and stop builds, and nothing else so.",
    )
    for kind in ("deploy", "lookup", "file-publishing"):
        yield from _any_account(kind)
    logs = f"arn:<AWS::Partition>:logs:{home}:{account}:log-group:/aws/codebuild/"
    reports = f"arn:<AWS::Partition>:codebuild:{home}:{account}:report-group/"
    shared = "All steps that publish assets share one role, which names their logs and reports by the start alone."
    yield f"AwsSolutions-IAM5[Resource::{logs}*]", shared
    yield f"AwsSolutions-IAM5[Resource::{reports}*]", shared
    for project in projects:
        own = "The log streams and reports of one step; CodeBuild chooses their names."
        yield f"AwsSolutions-IAM5[Resource::{logs}<{project}>:*]", own
        yield f"AwsSolutions-IAM5[Resource::{reports}<{project}>-*]", own


def _roles(settings: Settings, *, in_management_account: bool) -> Iterator[tuple[str, str]]:
    for kind in ("deploy", "file-publishing", "lookup"):
        yield from _any_account(kind)
        if in_management_account:
            yield (
                f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::<AWS::AccountId>:role/"
                f"cdk-hnb659fds-{kind}-role-<AWS::AccountId>-*]",
                "The role of cdk bootstrap in each Region of the own account.",
            )


def _any_account(kind: str) -> Iterator[tuple[str, str]]:
    yield (
        f"AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:iam::*:role/cdk-hnb659fds-{kind}-role-*-*]",
        "Accounts come and go; bound to the organization, and to accounts that trust this one.",
    )
