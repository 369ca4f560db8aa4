"""Whom the settings admit to the archive of a Region: writers of its buckets and users of its key."""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchivePlace
from constructs_lib.endpoints import via
from constructs_lib.policies import evidence_key, writers
from constructs_lib.policies.statement import Statement
from constructs_lib.policies.writers import Writer
from constructs_lib.pseudo_parameters import PARTITION
from stacks.settings import Settings


def log_writers(settings: Settings, archive: ArchivePlace, *, home: bool) -> list[Writer]:
    """Members deliver transcripts in every Region; trails and the access hub to the home Region alone."""
    organization, partition = settings.organization, PARTITION
    bucket_arn = archive.bucket_arn(BucketKind.LOGS)
    admitted = [
        writers.member_deliveries(
            organization.id, partition=partition, bucket_arn=bucket_arn, via_s3=via("s3", archive.region)
        )
    ]
    if not home:
        return admitted
    admitted.append(
        writers.access_events(
            partition=partition, bucket_arn=bucket_arn, account=archive.account, via_s3=via("s3", archive.region)
        )
    )
    admitted.append(
        writers.archive_trail(
            organization.id,
            partition=partition,
            bucket_arn=bucket_arn,
            region=archive.region,
            account=archive.account,
        )
    )
    if settings.trail.mode == "member":
        admitted.append(writers.member_trails(organization.id, partition=partition, bucket_arn=bucket_arn))
    if settings.trail.mode == "organization":
        admitted.append(
            writers.organization_trail(
                organization.id,
                partition=partition,
                bucket_arn=bucket_arn,
                region=archive.region,
                management_account=organization.management_account,
            )
        )
    return admitted


def recording_writers(settings: Settings, archive: ArchivePlace) -> list[Writer]:
    """SSM GuiConnect, in the Regions where connections are recorded."""
    if not settings.records_in(archive.region):
        return []
    return [
        writers.session_recordings(
            settings.organization.id,
            bucket_arn=archive.bucket_arn(BucketKind.RECORDINGS),
            via_s3=via("s3", archive.region),
            via_guiconnect=via("ssm-guiconnect", archive.region),
        )
    ]


def key_users(settings: Settings, archive: ArchivePlace, *, home: bool) -> list[Statement]:
    """CloudWatch Logs: for the archive's own groups at home, and for the members' where the settings say so."""
    organization_id, partition, region = settings.organization.id, PARTITION, archive.region
    via_logs = via("logs", region)
    sentences = []
    if home:
        place = {"partition": partition, "region": region, "account": archive.account}
        asking = [layout.CHECK, layout.COMPACTION, *([layout.REPORT] if settings.query.auditors else [])]
        groups = [layout.ARCHIVE_TRAIL_LOG_GROUP, *map(layout.asking_log_group, asking)]
        groups += [layout.NETWORK_LOG_GROUP] if settings.workspaces_network.regions else []
        sentences += [
            evidence_key.logs_encrypts_archive_groups(**place, logs=via_logs, groups=groups),
            evidence_key.archive_uses_key_for_own_groups(**place, via_logs=via_logs, groups=groups),
        ]
    if settings.session_manager.log_key == "archive":
        sentences += [
            evidence_key.logs_encrypts_member_groups(
                organization_id,
                partition=partition,
                logs=via_logs,
                region=region,
                group_prefix=layout.LOG_GROUP_PREFIX,
            ),
            evidence_key.members_use_key_for_own_groups(
                organization_id,
                partition=partition,
                via_logs=via_logs,
                region=region,
                group_prefix=layout.LOG_GROUP_PREFIX,
            ),
            evidence_key.members_describe_key(organization_id, via_logs=via_logs),
        ]
    return sentences
