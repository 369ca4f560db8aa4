"""The query layer: what the archive holds as tables and views, and a place for each auditor to ask in."""

from __future__ import annotations

from functools import partial

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.pseudo_parameters import PARTITION
from constructs_lib.query.auditor import QueryAuditor
from constructs_lib.query.catalog import EvidenceCatalog
from constructs_lib.query.compaction import EvidenceCompaction
from constructs_lib.query.evidence_check import Delivered, EvidenceCheck
from constructs_lib.query.report import EvidenceReport
from constructs_lib.query.schema import read_schema
from stacks.archive_key import archive_key_id
from stacks.log_archive_stack import DERIVED_RETENTION
from stacks.member_settings import archive_in
from stacks.settings import Settings

GIGABYTE = 1_000_000_000
ASKED = ("connections-without-recording", "recordings-nobody-started", "sessions-without-evidence")
"""What the check of the evidence asks."""


class QueryStack(cdk.Stack):
    """Catalog, the functions that notice what is missing and write Parquet; each auditor's role, workgroup and named
    queries, and their daily page. At home in the archive.
    """

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings) -> None:
        region = settings.regions.home
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-query",
            description="Evidence of who was on which machine: asked in Athena",
            env=cdk.Environment(account=settings.archive.account, region=region),
        )
        schema = read_schema(places_of(settings))
        EvidenceCatalog(self, "Catalog", schema=schema)
        key_id = archive_key_id(self, settings)
        home, everywhere = archive_in(settings, key_id, region), archive_in(settings, key_id, "*")
        scan_limit = settings.query.scan_limit_gb * GIGABYTE
        topic_arn = f"arn:{PARTITION}:sns:{region}:{settings.archive.account}:{layout.ALERTS_TOPIC}"
        EvidenceCheck(
            self,
            "Check",
            home=home,
            everywhere=everywhere,
            delivered=delivered(settings),
            questions={question.name: question.text for question in schema.questions if question.name in ASKED},
            grace_minutes=settings.query.grace_minutes,
            scan_limit_bytes=scan_limit,
            topic_arn=topic_arn,
        )
        EvidenceCompaction(
            self,
            "Compaction",
            home=home,
            everywhere=everywhere,
            after_days=settings.query.compaction_after_days,
            days=settings.query.compaction_days,
            kept_days=DERIVED_RETENTION.days,
            scan_limit_bytes=scan_limit,
            topic_arn=topic_arn,
        )
        auditors = Construct(self, "Auditors")
        for name, trusted_role_arn in settings.query.auditors.items():
            QueryAuditor(
                auditors,
                name.capitalize(),
                name=name,
                organization_id=settings.organization.id,
                trusted_role_arn=trusted_role_arn,
                home=home,
                everywhere=everywhere,
                scan_limit_bytes=scan_limit,
                questions=schema.questions,
            )
        if settings.query.auditors:
            EvidenceReport(
                self,
                "Report",
                home=home,
                everywhere=everywhere,
                days=settings.query.report_days,
                hour=settings.query.report_hour,
                scan_limit_bytes=scan_limit,
                topic_arn=topic_arn,
            )


def places_of(settings: Settings) -> dict[str, str]:
    """What stands in the tables for the organization's own places.

    A trail of an account records every Region; the Regions listed are those where people work or sign in.
    """
    account, days = settings.archive.account, days_back(settings)
    organization_trail = settings.trail.mode == "organization"
    logs = layout.bucket_name(BucketKind.LOGS, account=account, region="{}")
    return {
        "home_log_bucket": logs.format(settings.regions.home),
        "derived_bucket": layout.bucket_name(BucketKind.DERIVED, account=account, region=settings.regions.home),
        "log_bucket_of_region": logs.format("${region}"),
        "accounts": ",".join(settings.evidence_accounts),
        "regions": ",".join(settings.regions.governed),
        "trail_regions": ",".join(trail_regions(settings)),
        "organization_folder": f"{settings.organization.id}/" if organization_trail else "",
        "first_day": f"NOW-{days}DAYS",
        "first_trail_day": f"NOW-{days}DAYS",
    }


def delivered(settings: Settings) -> Delivered:
    """Where evidence of the organization must arrive."""
    organization = f"{settings.organization.id}/" if settings.trail.mode == "organization" else ""
    bucket = partial(layout.bucket_name, BucketKind.LOGS, account=settings.archive.account)
    return Delivered(
        home_bucket=bucket(region=settings.regions.home),
        home_region=settings.regions.home,
        log_buckets={region: bucket(region=region) for region in settings.regions.governed},
        transcripts_prefix=layout.TRANSCRIPTS_PREFIX,
        trail_prefix="" if settings.trail.mode == "existing" else f"{layout.CLOUDTRAIL_PREFIX}/AWSLogs/{organization}",
        trail_regions=trail_regions(settings),
        days=days_back(settings),
    )


def days_back(settings: Settings) -> int:
    """How far back tables look."""
    return settings.query.days or settings.archive.retention_days


def trail_regions(settings: Settings) -> tuple[str, ...]:
    """The Regions whose trail files are looked for, each once."""
    return tuple(dict.fromkeys((*settings.regions.governed, *settings.regions.sign_in)))
