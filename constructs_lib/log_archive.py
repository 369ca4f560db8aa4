"""The archive of one Region: its key, its buckets, and who may do what with them."""

from __future__ import annotations

from collections.abc import Sequence

from constructs import Construct

from constructs_lib.archive_layout import (
    CHECK,
    CHECK_ROLE,
    COMPACTED_PREFIX,
    COMPACTION,
    COMPACTION_ROLE,
    NETWORK_ROLE,
    REPORT,
    REPORT_ROLE,
    REPORTS_PREFIX,
    BucketKind,
    athena_results,
    query_role,
)
from constructs_lib.archive_reference import ArchivePlace
from constructs_lib.endpoints import via
from constructs_lib.evidence_bucket import EvidenceBucket, Retention
from constructs_lib.evidence_key import EvidenceKey
from constructs_lib.policies import asking_function, compaction, evidence_bucket, evidence_key, network, query, report
from constructs_lib.policies.statement import Statement
from constructs_lib.policies.writers import Writer, access_logs
from constructs_lib.pseudo_parameters import PARTITION


class LogArchive(Construct):
    """A locked bucket for logs and one for recordings, under one key, that admit named writers and readers alone.

    Args:
        organization_id: ``o-…``; nobody outside it reaches the archive.
        archive: Where the archive is; its names follow from it.
        retention: How long evidence stays, in both buckets.
        execution_roles: Names of the only roles that may change policies: CloudFormation's, two while one replaces the
            other.
        reader_roles: Names of the only roles that read evidence; without one nobody reads.
        replication_roles: Names of the roles that make replicas of the key in other Regions.
        log_writers: Who sends to the log bucket.
        recording_writers: Who sends to the recording bucket; their bucket has no lock, because it is not known
            whether recordings are uploaded with the checksum that a lock demands.
        key_users: Further sentences of the key policy, for instance for the members' log groups.
        tells_of_recordings: Whether the recording bucket tells EventBridge of each object.
        derived_retention: How long what is computed from evidence stays, in a bucket of its own; by default there is no
            such bucket.
        query_auditors: Names of the auditors who ask in Athena; their results lie in the derived bucket, each out of
            the others' sight. Their roles are among the ``reader_roles``. For them, and only if there is one, a
            function writes the report page.
        is_checked: Whether a function asks there what is missing; its results lie beside the auditors', and its role is
            among the ``reader_roles``.
        keeps_allow_lists: Whether a function writes there what clients of WorkSpaces must reach; else nobody does.
        primary_key_arn: Makes the key a replica of this one; by default the key is the primary.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        organization_id: str,
        archive: ArchivePlace,
        retention: Retention,
        execution_roles: Sequence[str],
        reader_roles: Sequence[str] = (),
        replication_roles: Sequence[str] = (),
        log_writers: Sequence[Writer],
        recording_writers: Sequence[Writer],
        key_users: Sequence[Statement] = (),
        tells_of_recordings: bool = False,
        derived_retention: Retention | None = None,
        query_auditors: Sequence[str] = (),
        is_checked: bool = False,
        is_compacted: bool = False,
        keeps_allow_lists: bool = False,
        primary_key_arn: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self._organization_id = organization_id
        self._archive = archive
        self._execution_role_arns = self._role_arns(execution_roles)
        self._reader_role_arns = self._role_arns(reader_roles)
        self._query_auditors = query_auditors
        self._query_role_arns = self._role_arns([query_role(name) for name in query_auditors])
        self._report_role_arn = self._role_arns([REPORT_ROLE])[0] if query_auditors else None
        self._check_role_arn = self._role_arns([CHECK_ROLE])[0] if is_checked else None
        self._compaction_role_arn = self._role_arns([COMPACTION_ROLE])[0] if is_compacted else None
        self._network_role_arn = self._role_arns([NETWORK_ROLE])[0] if keeps_allow_lists else None
        self.key = EvidenceKey(
            self,
            "Key",
            primary_key_arn=primary_key_arn,
            statements=[
                *self._who_holds_the_key(replication_roles),
                *self._who_encrypts_results(),
                *(statement for writer in (*log_writers, *recording_writers) for statement in writer.key),
                *key_users,
            ],
        )
        derived = [] if derived_retention is None else [BucketKind.DERIVED]
        self.access_logs = self._access_log_bucket(retention, [BucketKind.LOGS, BucketKind.RECORDINGS, *derived])
        self.logs = self._evidence_bucket("Logs", BucketKind.LOGS, retention, log_writers, object_lock=True)
        self.recordings = self._evidence_bucket(
            "Recordings",
            BucketKind.RECORDINGS,
            retention,
            recording_writers,
            object_lock=False,
            tells=tells_of_recordings,
        )
        self.derived = None if derived_retention is None else self._derived_bucket(derived_retention)

    def _derived_bucket(self, retention: Retention) -> EvidenceBucket:
        """A bucket for what is computed from evidence; it can be computed again, so it is neither locked nor kept."""
        arn = self._archive.bucket_arn(BucketKind.DERIVED)
        bucket = EvidenceBucket(
            self,
            "Derived",
            bucket_name=self._archive.bucket_name(BucketKind.DERIVED),
            statements=[
                *self._guards(arn),
                *self._who_sees_results(arn),
                *self._who_sees_reports(arn),
                network.deny_allow_lists_by_others(bucket_arn=arn, role_arn=self._network_role_arn),
            ],
            retention=retention,
            key_arn=self.key.key_arn,
            access_log_bucket=self.access_logs.bucket_name,
        )
        bucket.wait_for(self.access_logs)
        return bucket

    def _role_arns(self, names: Sequence[str]) -> list[str]:
        return [f"arn:{PARTITION}:iam::{self._archive.account}:role/{name}" for name in names]

    def _who_holds_the_key(self, replication_roles: Sequence[str]) -> list[Statement]:
        place = {"partition": PARTITION, "account": self._archive.account}
        statements = [
            *evidence_key.perimeter(self._organization_id),
            evidence_key.deployment_administers_key(**place, execution_role_arns=self._execution_role_arns),
            evidence_key.account_reads_metadata(**place),
        ]
        if self._reader_role_arns:
            via_s3 = via("s3", self._archive.region)
            statements.append(
                evidence_key.readers_decrypt(**place, reader_role_arns=self._reader_role_arns, via_s3=via_s3)
            )
        if replication_roles:
            arns = self._role_arns(replication_roles)
            statements.append(evidence_key.deployments_replicate_key(**place, execution_role_arns=arns))
        return statements

    def _who_encrypts_results(self) -> list[Statement]:
        place = {
            "partition": PARTITION,
            "account": self._archive.account,
            "via_s3": via("s3", self._archive.region),
            "bucket_arn": self._archive.bucket_arn(BucketKind.DERIVED),
        }
        sentences = []
        if self._query_role_arns:
            sentences.append(evidence_key.auditors_encrypt_results(**place, auditor_role_arns=self._query_role_arns))
        for sid, name, role_arn, more in (
            ("CheckEncryptsResults", CHECK, self._check_role_arn, []),
            ("CompactionEncryptsParquet", COMPACTION, self._compaction_role_arn, [COMPACTED_PREFIX]),
            ("ReportEncryptsPages", REPORT, self._report_role_arn, [REPORTS_PREFIX]),
        ):
            if role_arn is not None:
                prefixes = [athena_results(name), *more]
                sentences.append(asking_function.encrypts_results(sid, **place, role_arn=role_arn, prefixes=prefixes))
        return sentences

    def _who_sees_results(self, bucket_arn: str) -> list[Statement]:
        owners = dict(zip(self._query_auditors, self._query_role_arns, strict=True))
        functions = {
            CHECK: self._check_role_arn,
            COMPACTION: self._compaction_role_arn,
            REPORT: self._report_role_arn,
        }
        owners |= {name: arn for name, arn in functions.items() if arn is not None}
        return [
            query.deny_results_except_auditors(bucket_arn=bucket_arn, auditor_role_arns=list(owners.values())),
            *(
                query.deny_results_to_others(bucket_arn=bucket_arn, name=name, role_arn=arn)
                for name, arn in owners.items()
            ),
            compaction.deny_parquet_by_others(bucket_arn=bucket_arn, role_arn=self._compaction_role_arn),
        ]

    def _who_sees_reports(self, bucket_arn: str) -> list[Statement]:
        return [
            report.deny_reports_except_auditors(bucket_arn=bucket_arn, auditor_role_arns=self._query_role_arns),
            report.deny_reports_by_others(bucket_arn=bucket_arn, role_arn=self._report_role_arn),
        ]

    def _guards(self, bucket_arn: str) -> list[Statement]:
        return [
            *evidence_bucket.perimeter(self._organization_id, bucket_arn=bucket_arn),
            evidence_bucket.deny_configuration_changes(
                bucket_arn=bucket_arn, execution_role_arns=self._execution_role_arns
            ),
        ]

    def _access_log_bucket(self, retention: Retention, logged: Sequence[BucketKind]) -> EvidenceBucket:
        """Where S3 logs access to the other buckets; S3 refuses SSE-KMS and Object Lock for such a bucket."""
        arn = self._archive.bucket_arn(BucketKind.ACCESS_LOGS)
        logged_bucket_arns = [self._archive.bucket_arn(kind) for kind in logged]
        return EvidenceBucket(
            self,
            "AccessLogs",
            bucket_name=self._archive.bucket_name(BucketKind.ACCESS_LOGS),
            statements=[
                *self._guards(arn),
                evidence_bucket.deny_removal(bucket_arn=arn),
                access_logs(bucket_arn=arn, account=self._archive.account, logged_bucket_arns=logged_bucket_arns),
            ],
            retention=Retention(days=retention.days, glacier_after_days=retention.glacier_after_days),
        )

    def _evidence_bucket(
        self,
        construct_id: str,
        kind: BucketKind,
        retention: Retention,
        writers: Sequence[Writer],
        *,
        object_lock: bool,
        tells: bool = False,
    ) -> EvidenceBucket:
        arn = self._archive.bucket_arn(kind)
        bucket = EvidenceBucket(
            self,
            construct_id,
            bucket_name=self._archive.bucket_name(kind),
            statements=[
                *self._guards(arn),
                evidence_bucket.deny_removal(bucket_arn=arn),
                evidence_bucket.deny_reads_except(bucket_arn=arn, reader_role_arns=self._reader_role_arns),
                *_writes_by_hand(arn, writers),
                *(statement for writer in writers for statement in writer.bucket),
            ],
            retention=retention,
            object_lock=object_lock,
            key_arn=self.key.key_arn,
            access_log_bucket=self.access_logs.bucket_name,
            tells_of_objects=tells,
        )
        bucket.wait_for(self.access_logs)
        return bucket


def _writes_by_hand(bucket_arn: str, writers: Sequence[Writer]) -> list[Statement]:
    """What keeps everybody from writing but AWS services and the writers' roles, and these within their prefixes."""
    by_roles = [writer for writer in writers if writer.roles]
    roles = [role for writer in by_roles for role in writer.roles]
    return [
        evidence_bucket.deny_writes_except(bucket_arn=bucket_arn, writer_role_arns=roles),
        *(
            evidence_bucket.deny_writes_elsewhere(
                writer.confined_by, writer_role_arns=writer.roles, objects=writer.objects
            )
            for writer in by_roles
        ),
    ]
