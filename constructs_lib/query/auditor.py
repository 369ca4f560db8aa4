"""An auditor's place to ask in: role, workgroup, named queries, results."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.endpoints import via
from constructs_lib.policies import auditor, compaction, query, report
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.query.schema import Question
from constructs_lib.query.workgroup import evidence_workgroup
from constructs_lib.service_role import ServiceRole


class QueryAuditor(Construct):
    """A role that reads all evidence, asks in a workgroup of its own, and keeps its answers to itself.

    Args:
        name: Of the auditor: a person, or a team that shares what it asks. Role, workgroup and prefix follow from it.
        organization_id: Nobody outside it takes the role.
        trusted_role_arn: Who may take it; wildcards are allowed in the role's name, not in its account.
        home: The archive of the home Region, where queries run and results lie.
        everywhere: The archive of all Regions, whose evidence is read.
        scan_limit_bytes: A query that would read more ends. At least 10 MB.
        questions: The named queries of the workgroup.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: str,
        organization_id: str,
        trusted_role_arn: str,
        home: ArchiveReference,
        everywhere: ArchiveReference,
        scan_limit_bytes: int,
        questions: Sequence[Question],
    ) -> None:
        super().__init__(scope, construct_id)
        results = home.bucket_arn(BucketKind.DERIVED)
        evidence = [everywhere.bucket_arn(kind) for kind in (BucketKind.LOGS, BucketKind.RECORDINGS)]
        place = {"partition": PARTITION, "region": home.region, "account": ACCOUNT_ID}
        ServiceRole(
            self,
            "Role",
            role_name=layout.query_role(name),
            trust=auditor.auditor_trust(organization_id, partition=PARTITION, role_arns=[trusted_role_arn]),
            statements=[
                auditor.lists_evidence(bucket_arns=evidence, account=ACCOUNT_ID),
                auditor.gets_evidence(bucket_arns=evidence, account=ACCOUNT_ID),
                auditor.decrypts_evidence(key_arn=everywhere.key_arn, via_s3=via("s3", everywhere.region)),
                query.asks_in_workgroup(**place, name=name),
                query.lists_workgroups(),
                query.looks_up_tables(**place),
                query.reads_catalog(**place),
                query.locates_results(bucket_arn=results, account=ACCOUNT_ID),
                query.lists_own_results(bucket_arn=results, account=ACCOUNT_ID, name=name),
                query.keeps_own_results(bucket_arn=results, account=ACCOUNT_ID, name=name),
                compaction.lists_parquet(bucket_arn=results, account=ACCOUNT_ID),
                compaction.reads_parquet(bucket_arn=results, account=ACCOUNT_ID),
                report.lists_reports(bucket_arn=results, account=ACCOUNT_ID),
                report.reads_reports(bucket_arn=results, account=ACCOUNT_ID),
                query.encrypts_results(key_arn=home.key_arn, via_s3=via("s3", home.region)),
            ],
        )
        workgroup = evidence_workgroup(
            self,
            name=name,
            description=f"Evidence of who was on which machine, asked by {name}",
            home=home,
            scan_limit_bytes=scan_limit_bytes,
        )
        for question in questions:
            named = cdk.CfnResource(
                self,
                "".join(part.capitalize() for part in question.name.split("-")),
                type="AWS::Athena::NamedQuery",
                properties={
                    "Name": question.name,
                    "Description": question.about,
                    "Database": layout.EVIDENCE_DATABASE,
                    "QueryString": question.text,
                    "WorkGroup": layout.query_workgroup(name),
                },
            )
            named.add_resource_dependency(workgroup)
