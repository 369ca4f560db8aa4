"""A function that asks for evidence on a schedule: its workgroup, its role, its alarms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.endpoints import via
from constructs_lib.hub.function import HubFunction
from constructs_lib.hub.function_alarms import watch_function
from constructs_lib.hub.schedule import call_on_schedule
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import asking_function, auditor, compaction, query
from constructs_lib.policies.statement import Statement
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.query.workgroup import evidence_workgroup

TIMEOUT_SECONDS: Final = 900
"""Three questions of up to 250 seconds each."""


class AskingFunction(Construct):
    """Asks in a workgroup of its own, reads evidence through it, and keeps the results out of everybody's sight.

    Args:
        name: Function, role, schedule, workgroup, log group and results are called by it.
        package: The folder under ``lambda_src``.
        description: What the function does.
        purpose: What its workgroup is for.
        home: The archive of the home Region, where queries run and results lie.
        everywhere: The archive of all Regions, whose evidence is read.
        scan_limit_bytes: A query that would read more ends.
        statements: What else its role may do.
        environment: What the handler reads beside the workgroup and the database.
        more_files: Files beside the handler, by name.
        schedule: When it is called: an expression of EventBridge.
        missed_after_hours: It stands still when it was not called for so long.
        topic_arn: Where its alarms go.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        package: str,
        description: str,
        purpose: str,
        home: ArchiveReference,
        everywhere: ArchiveReference,
        scan_limit_bytes: int,
        statements: Sequence[Statement],
        environment: Mapping[str, str],
        more_files: Mapping[str, str],
        schedule: str,
        missed_after_hours: int,
        topic_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        derived, logs = home.bucket_arn(BucketKind.DERIVED), everywhere.bucket_arn(BucketKind.LOGS)
        place = {"partition": PARTITION, "region": home.region, "account": ACCOUNT_ID}
        workgroup = evidence_workgroup(
            self, name=name, description=purpose, home=home, scan_limit_bytes=scan_limit_bytes
        )
        self.function = HubFunction(
            self,
            "Function",
            package=package,
            name=layout.asking_role(name),
            description=description,
            role_name=layout.asking_role(name),
            log_group_name=layout.asking_log_group(name),
            log_key_use=LogKeyUse.of_archive(home),
            statements=[
                asking_function.lists_evidence(bucket_arn=logs, account=ACCOUNT_ID),
                asking_function.gets_evidence(bucket_arn=logs, account=ACCOUNT_ID),
                auditor.decrypts_evidence(key_arn=everywhere.key_arn, via_s3=via("s3", everywhere.region)),
                asking_function.asks(**place, name=name),
                query.reads_catalog(**place),
                query.locates_results(bucket_arn=derived, account=ACCOUNT_ID),
                query.keeps_own_results(bucket_arn=derived, account=ACCOUNT_ID, name=name),
                query.encrypts_results(key_arn=home.key_arn, via_s3=via("s3", home.region)),
                compaction.lists_parquet(bucket_arn=derived, account=ACCOUNT_ID),
                compaction.reads_parquet(bucket_arn=derived, account=ACCOUNT_ID),
                *statements,
            ],
            environment={
                "ATHENA_WORKGROUP": layout.query_workgroup(name),
                "EVIDENCE_DATABASE": layout.EVIDENCE_DATABASE,
                **environment,
            },
            timeout_seconds=TIMEOUT_SECONDS,
            concurrency=1,
            more_files=more_files,
        )
        self.function.resource.add_resource_dependency(workgroup)
        call_on_schedule(self, self.function, name=self.function.name, expression=schedule)
        watch_function(self, self.function, name=name, missed_after_hours=missed_after_hours, topic_arn=topic_arn)
