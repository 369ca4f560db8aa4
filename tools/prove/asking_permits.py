"""What functions may do that ask for evidence in Athena, and who reads pages; written apart from the policies."""

from __future__ import annotations

from typing import Final

from stacks.settings import Settings
from tools.prove import permits as pages
from tools.prove.permits import Permit
from tools.prove.policies import UNLEARNT_KEY_ID, Policy

ATHENA = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonathena.html"
GLUE = "https://docs.aws.amazon.com/athena/latest/ug/fine-grained-access-to-glue-resources.html"
UNLOAD = "https://docs.aws.amazon.com/athena/latest/ug/unload.html"
TABLES_OF_GLUE = "https://docs.aws.amazon.com/glue/latest/dg/glue-specifying-resource-arns.html"
RESULTS = "https://docs.aws.amazon.com/athena/latest/ug/querying.html"
OBJECTS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"
ITEMS = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html"
TABLES = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html"
LOGS = "https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html"

CHECK: Final = "evidence-check"
COMPACTION: Final = "evidence-compaction"
REPORT: Final = "evidence-report"
USE_KEY: Final = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def check_roles(_settings: Settings) -> list[str]:
    """The role that notices what is missing."""
    return [CHECK]


def compaction_roles(_settings: Settings) -> list[str]:
    """The role that writes Parquet."""
    return [COMPACTION]


def report_roles(settings: Settings) -> list[str]:
    """The role that writes the page, where there is somebody for whom it writes."""
    return [REPORT] if settings.query.auditors else []


def asking_functions(settings: Settings) -> list[str]:
    """The names of every role as which a function asks."""
    return [*check_roles(settings), *compaction_roles(settings), *report_roles(settings)]


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


def reads_catalog_and_keeps_results(policy: Policy, settings: Settings, name: str) -> list[Permit]:
    """What everybody does who asks, person or function."""
    archive, home = settings.archive.account, settings.regions.home
    partition, suffix = policy.place.partition, policy.place.dns_suffix
    here = f"{home}:{archive}"
    derived, ours = _derived(policy, settings), {"aws:ResourceAccount": (archive,)}
    key = f"arn:{partition}:kms:{here}:key/{settings.archive.key_id or UNLEARNT_KEY_ID}"
    return [
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
            resources=(f"{derived}/athena-results/{name}/*",),
            when=ours,
            source=RESULTS,
        ),
        Permit(
            actions=("kms:GenerateDataKey",),
            resources=(key,),
            when={"kms:ViaService": (f"s3.{home}.{suffix}",)},
            source=pages.KMS_VIA_S3,
        ),
        Permit(
            actions=("s3:ListBucket",),
            resources=(derived,),
            when=ours | {"s3:prefix": ("compacted/*",)},
            source=OBJECTS,
        ),
        Permit(actions=("s3:GetObject",), resources=(f"{derived}/compacted/*",), when=ours, source=OBJECTS),
    ]


def asking_function_permits(policy: Policy, settings: Settings) -> list[Permit]:
    """What the role of a function does; none for other roles."""
    name = policy.subject.split("/")[-1]
    if policy.owner != settings.archive.account or name not in asking_functions(settings):
        return []
    own = {CHECK: _checks, COMPACTION: _compacts, REPORT: _writes_pages}[name]
    return [*_asks(policy, settings, name.removeprefix("evidence-")), *own(policy, settings)]


def _writes_pages(policy: Policy, settings: Settings) -> list[Permit]:
    return [
        Permit(
            actions=("s3:PutObject",),
            resources=(f"{_derived(policy, settings)}/reports/*",),
            when={"aws:ResourceAccount": (settings.archive.account,)},
            source=OBJECTS,
        )
    ]


def _compacts(policy: Policy, settings: Settings) -> list[Permit]:
    """It writes Parquet, and says in the catalog where it lies and what is read from it."""
    archive, home = settings.archive.account, settings.regions.home
    glue = f"arn:{policy.place.partition}:glue:{home}:{archive}"

    def tables(*names: str) -> tuple[str, ...]:
        return (f"{glue}:catalog", f"{glue}:database/evidence", *(f"{glue}:table/evidence/{name}" for name in names))

    return [
        Permit(
            actions=("s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"),
            resources=(f"{_derived(policy, settings)}/compacted/*",),
            when={"aws:ResourceAccount": (archive,)},
            source=UNLOAD,
        ),
        Permit(
            actions=("glue:BatchUpdatePartition", "glue:CreatePartition"),
            resources=tables("compacted_access_events", "compacted_transcripts", "compacted_cloudtrail"),
            source=TABLES_OF_GLUE,
        ),
        Permit(
            actions=("glue:UpdateTable",),
            resources=tables("access_event_lines", "transcript_seconds", "cloudtrail_calls"),
            source=TABLES_OF_GLUE,
        ),
    ]


def _checks(policy: Policy, settings: Settings) -> list[Permit]:
    """It remembers gaps, reads the roster, and speaks on the bus."""
    place, archive, home = policy.place, settings.archive.account, settings.regions.home
    here = f"{home}:{archive}"
    table = f"arn:{place.partition}:dynamodb:{here}:table/"
    keys = (f"arn:{place.partition}:kms:{here}:key/*",)
    through: dict[str, tuple[str, ...]] = {"kms:ViaService": (f"dynamodb.{home}.{place.dns_suffix}",)}
    named: dict[str, tuple[str, ...]] = {
        "kms:EncryptionContext:aws:dynamodb:tableName": ("evidence-missing", "evidence-roster")
    }
    return [
        Permit(actions=("dynamodb:Scan",), resources=(f"{table}evidence-roster",), source=ITEMS),
        Permit(
            actions=("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"),
            resources=(f"{table}evidence-missing",),
            source=ITEMS,
        ),
        Permit(actions=USE_KEY, resources=keys, when=through | named, source=TABLES),
        Permit(actions=("kms:DescribeKey",), resources=keys, when=through, source=TABLES),
        Permit(
            actions=("events:PutEvents",),
            resources=(f"arn:{place.partition}:events:{here}:event-bus/evidence-hub",),
            when={"events:source": ("access-evidence.evidence",)},
            source=pages.BUS,
        ),
    ]


def _asks(policy: Policy, settings: Settings, name: str) -> list[Permit]:
    """What every function does that asks."""
    archive, home = settings.archive.account, settings.regions.home
    partition, suffix = policy.place.partition, policy.place.dns_suffix
    here = f"{home}:{archive}"
    logs = f"arn:{partition}:s3:::evidence-logs-{archive}-*"
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
            resources=(f"arn:{partition}:athena:{here}:workgroup/evidence-{name}",),
            source=ATHENA,
        ),
        *reads_catalog_and_keeps_results(policy, settings, name),
        Permit(
            actions=("logs:CreateLogStream", "logs:PutLogEvents"),
            resources=(f"arn:{partition}:logs:*:{archive}:log-group:/evidence/{name}:log-stream:*",),
            source=LOGS,
        ),
        Permit(actions=USE_KEY, resources=(key,), when=via_logs | groups, source=pages.LOGS_KEY),
        Permit(actions=("kms:DescribeKey",), resources=(key,), when=via_logs, source=pages.LOGS_KEY),
    ]


def _derived(policy: Policy, settings: Settings) -> str:
    return f"arn:{policy.place.partition}:s3:::evidence-derived-{settings.archive.account}-{settings.regions.home}"
