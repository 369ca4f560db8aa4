"""What the function may do that writes the report page, and who reads it; written apart from the policies."""

from __future__ import annotations

from typing import Final

from stacks.settings import Settings
from tools.prove import permits as pages
from tools.prove.permits import Permit
from tools.prove.policies import UNLEARNT_KEY_ID, Policy

ATHENA = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html"
GLUE = "https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html"
RESULTS = "https://docs.aws.amazon.com/athena/latest/ug/querying.html"
OBJECTS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"
LOGS = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"

ROLE: Final = "evidence-report"
USE_KEY: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def report_roles(settings: Settings) -> list[str]:
    """The function's role, where there is somebody for whom it writes."""
    return [ROLE] if settings.query.auditors else []


def reads_pages(policy: Policy, settings: Settings) -> list[Permit]:
    """What an auditor's role does with pages."""
    derived = _derived(policy, settings)
    ours = {"aws:ResourceAccount": (settings.archive.account,)}
    return [
        Permit(
            actions=("s3:ListBucket",),
            resources=(derived,),
            when=ours | {"s3:prefix": ("reports/*",)},
            source=OBJECTS,
        ),
        Permit(
            actions=("s3:GetObject", "s3:GetObjectVersion"),
            resources=(f"{derived}/reports/*",),
            when=ours,
            source=OBJECTS,
        ),
    ]


def report_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """What the function's role does; none for other roles."""
    archive, home = settings.archive.account, settings.regions.home
    if policy.owner != archive or policy.subject.split("/")[-1] not in report_roles(settings):
        return []
    partition, suffix = policy.place.partition, policy.place.dns_suffix
    here = f"{home}:{archive}"
    derived, logs = _derived(policy, settings), f"arn:{partition}:s3:::evidence-logs-{archive}-*"
    ours = {"aws:ResourceAccount": (archive,)}
    key_id = settings.archive.key_id or UNLEARNT_KEY_ID
    key, key_everywhere = (f"arn:{partition}:kms:{region}:{archive}:key/{key_id}" for region in (home, "*"))
    via_logs = {"kms:ViaService": (f"logs.{home}.{suffix}",)}
    groups = {"kms:EncryptionContext:aws:logs:arn": (f"arn:{partition}:logs:*:{archive}:log-group:/evidence/*",)}
    return [
        Permit(actions=("s3:GetBucketLocation", "s3:ListBucket"), resources=(logs,), when=ours, source=OBJECTS),
        Permit(actions=("s3:GetObject",), resources=(f"{logs}/*",), when=ours, source=OBJECTS),
        Permit(
            actions=("kms:Decrypt",),
            resources=(key_everywhere,),
            when={"kms:ViaService": (f"s3.*.{suffix}",)},
            source=pages.KMS_VIA_S3,
        ),
        Permit(
            actions=(
                "athena:GetQueryExecution",
                "athena:GetQueryResults",
                "athena:StartQueryExecution",
                "athena:StopQueryExecution",
            ),
            resources=(f"arn:{partition}:athena:{here}:workgroup/evidence-report",),
            source=ATHENA,
        ),
        Permit(
            actions=(
                "glue:BatchGetPartition",
                "glue:GetDatabase",
                "glue:GetDatabases",
                "glue:GetPartition",
                "glue:GetPartitions",
                "glue:GetTable",
                "glue:GetTables",
            ),
            resources=tuple(
                f"arn:{partition}:glue:{here}:{part}"
                for part in ("catalog", "database/default", "database/evidence", "table/evidence/*")
            ),
            source=GLUE,
        ),
        Permit(actions=("s3:GetBucketLocation",), resources=(derived,), when=ours, source=RESULTS),
        Permit(
            actions=("s3:AbortMultipartUpload", "s3:GetObject", "s3:ListMultipartUploadParts", "s3:PutObject"),
            resources=(f"{derived}/athena-results/report/*",),
            when=ours,
            source=RESULTS,
        ),
        Permit(actions=("s3:PutObject",), resources=(f"{derived}/reports/*",), when=ours, source=OBJECTS),
        Permit(
            actions=("kms:GenerateDataKey",),
            resources=(key,),
            when={"kms:ViaService": (f"s3.{home}.{suffix}",)},
            source=pages.KMS_VIA_S3,
        ),
        Permit(
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(f"arn:{partition}:logs:*:{archive}:log-group:/evidence/report:log-stream:*",),
            source=LOGS,
        ),
        Permit(actions=USE_KEY, resources=(key,), when=via_logs | groups, source=pages.LOGS_KEY),
        Permit(actions=("kms:DescribeKey",), resources=(key,), when=via_logs, source=pages.LOGS_KEY),
    ]


def _derived(policy: Policy, settings: Settings) -> str:
    return f"arn:{policy.place.partition}:s3:::evidence-derived-{settings.archive.account}-{settings.regions.home}"
