"""The log archive of one governed Region."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchivePlace
from constructs_lib.endpoints import via
from constructs_lib.evidence_auditor import EvidenceAuditor
from constructs_lib.evidence_bucket import Retention
from constructs_lib.evidence_trail import EvidenceTrail
from constructs_lib.log_archive import LogArchive
from constructs_lib.log_key import LogKeyUse
from constructs_lib.recording_notices import RecordingNotices
from constructs_lib.service_role import role_arn
from stacks.archive_admissions import key_users, log_writers, recording_writers
from stacks.archive_key import archive_key_id
from stacks.member_settings import archive_in, hub_bus_arn_of
from stacks.settings import Settings

DERIVED_RETENTION = Retention(days=400)
ARCHIVE_TRAIL_LOG_DAYS = 365


class LogArchiveStack(cdk.Stack):
    """Key, log bucket and recording bucket of a Region; at home also the archive's own trail and the auditor."""

    def __init__(self, scope: Construct, construct_id: str, *, settings: Settings, region: str) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name="evidence-log-archive",
            description="Evidence of who was on which machine: the archive of one Region",
            env=cdk.Environment(account=settings.archive.account, region=region),
            termination_protection=True,
        )
        home = region == settings.regions.home
        archive = ArchivePlace(account=settings.archive.account, region=region)
        other_regions = [other for other in settings.regions.governed if home and other != region]
        log_archive = LogArchive(
            self,
            "Archive",
            organization_id=settings.organization.id,
            archive=archive,
            retention=Retention(
                days=settings.archive.retention_days,
                glacier_after_days=settings.archive.glacier_after_days,
                lock_days=settings.archive.lock_days,
            ),
            execution_roles=settings.archive.execution_roles(region),
            reader_roles=settings.evidence_readers,
            replication_roles=[role for other in other_regions for role in settings.archive.execution_roles(other)],
            log_writers=log_writers(settings, archive, home=home),
            recording_writers=recording_writers(settings, archive),
            key_users=key_users(settings, archive, home=home),
            tells_of_recordings=True,
            derived_retention=DERIVED_RETENTION if home else None,
            query_auditors=list(settings.query.auditors) if home else (),
            is_checked=home,
            is_compacted=home,
            keeps_allow_lists=home and bool(settings.workspaces_network.regions),
            primary_key_arn=None
            if home
            else archive_in(settings, archive_key_id(self, settings), settings.regions.home).key_arn,
        )
        if home:
            self._add_what_exists_once(settings, log_archive)
        else:
            # At home the access hub has this rule, because the bus comes after the archive there.
            notices = RecordingNotices(
                self,
                "RecordingNotices",
                archive=archive,
                hub_bus_arn=hub_bus_arn_of(settings),
                role_arn=role_arn(layout.RECORDING_NOTICE_ROLE),
            )
            notices.node.add_dependency(log_archive)

    def _add_what_exists_once(self, settings: Settings, log_archive: LogArchive) -> None:
        key_id = log_archive.key.key_id
        home = archive_in(settings, key_id, settings.regions.home)
        everywhere = archive_in(settings, key_id, "*")
        trail = EvidenceTrail(
            self,
            "Trail",
            trail_name=layout.ARCHIVE_TRAIL,
            archive=home,
            log_group_name=layout.ARCHIVE_TRAIL_LOG_GROUP,
            log_retention_days=ARCHIVE_TRAIL_LOG_DAYS,
            log_key_arn=home.key_arn,
            log_key_use=LogKeyUse.of_archive(home),
            role_name=layout.ARCHIVE_TRAIL_LOGS_ROLE,
            data_events_of=_bucket_arns(settings),
            outlives_stack=True,
        )
        trail.resource.add_resource_dependency(log_archive.logs.policy)
        if settings.archive.auditors:
            EvidenceAuditor(
                self,
                "Auditor",
                organization_id=settings.organization.id,
                trusted_role_arns=settings.archive.auditors,
                bucket_arns=[everywhere.bucket_arn(kind) for kind in (BucketKind.LOGS, BucketKind.RECORDINGS)],
                key_arn=everywhere.key_arn,
                via_s3=via("s3", everywhere.region),
            )
        cdk.CfnOutput(
            self,
            layout.KEY_ID_PARAMETER,
            value=key_id,
            description="Copy into archive.key_id of the settings; every other stack needs it",
        )


def _bucket_arns(settings: Settings) -> list[str]:
    """Every bucket of the archive: derived data lies at home alone."""
    places = [ArchivePlace(settings.archive.account, region) for region in settings.regions.governed]
    return [
        place.bucket_arn(kind)
        for place in places
        for kind in BucketKind
        if kind is not BucketKind.DERIVED or place.region == settings.regions.home
    ]
