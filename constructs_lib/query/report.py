"""The function that writes the report page for auditors, every day."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.endpoints import via
from constructs_lib.hub.function import HubFunction
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import auditor, query, report
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.query.workgroup import evidence_workgroup

TEMPLATE: Final = Path(__file__).parent.parent.parent / "report" / "template.html"
TIMEOUT_SECONDS: Final = 900
"""Three questions of up to 250 seconds each."""
HOUR_SECONDS: Final = 3600
MISSED_AFTER_HOURS: Final = 26
"""A day, and what a metric's hours and a schedule's do not begin together."""


class EvidenceReport(Construct):
    """Asks Athena for the last days, fills the page that is built beforehand, and puts it where auditors read it.

    Args:
        home: The archive of the home Region, where queries run and pages lie.
        everywhere: The archive of all Regions, whose evidence is read.
        days: How many days a page shows.
        hour: When it is written, in UTC.
        scan_limit_bytes: A query that would read more ends.
        topic_arn: Where its alarms go.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        home: ArchiveReference,
        everywhere: ArchiveReference,
        days: int,
        hour: int,
        scan_limit_bytes: int,
        topic_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        derived, logs = home.bucket_arn(BucketKind.DERIVED), everywhere.bucket_arn(BucketKind.LOGS)
        place = {"partition": PARTITION, "region": home.region, "account": ACCOUNT_ID}
        workgroup = evidence_workgroup(
            self,
            name=layout.REPORT,
            description="Evidence of who was on which machine, asked for the report page",
            home=home,
            scan_limit_bytes=scan_limit_bytes,
        )
        self.function = HubFunction(
            self,
            "Page",
            package="report_page",
            name=layout.REPORT_FUNCTION,
            description="Writes the page that shows auditors who was on which machine in the last days",
            role_name=layout.REPORT_ROLE,
            log_group_name=layout.REPORT_LOG_GROUP,
            log_key_use=LogKeyUse.of_archive(home),
            statements=[
                report.lists_evidence(bucket_arn=logs, account=ACCOUNT_ID),
                report.gets_evidence(bucket_arn=logs, account=ACCOUNT_ID),
                auditor.decrypts_evidence(key_arn=everywhere.key_arn, via_s3=via("s3", everywhere.region)),
                report.asks(**place),
                query.reads_catalog(**place),
                query.locates_results(bucket_arn=derived, account=ACCOUNT_ID),
                query.keeps_own_results(bucket_arn=derived, account=ACCOUNT_ID, name=layout.REPORT),
                report.writes_reports(bucket_arn=derived, account=ACCOUNT_ID),
                query.encrypts_results(key_arn=home.key_arn, via_s3=via("s3", home.region)),
            ],
            environment={
                "ARCHIVE_NAME": home.account,
                "ATHENA_WORKGROUP": layout.query_workgroup(layout.REPORT),
                "EVIDENCE_DATABASE": layout.EVIDENCE_DATABASE,
                "REPORTS_PREFIX": layout.REPORTS_PREFIX,
                "REPORT_BUCKET": home.bucket_name(BucketKind.DERIVED),
                "REPORT_DAYS": str(days),
            },
            timeout_seconds=TIMEOUT_SECONDS,
            concurrency=1,
            more_files={"template.html": TEMPLATE.read_text(encoding="utf-8")},
        )
        self.function.resource.add_resource_dependency(workgroup)
        self._schedule(hour)
        self._topic_arn = topic_arn
        for metric in ("Errors", "Throttles"):
            self._alarm(metric.lower(), "The function {} fails or is held back; its log group says why", metric)
        self._alarm(
            "stands-still",
            "The function {} was not called for a day: its schedule or its permission does not work",
            "Invocations",
            Threshold=1,
            ComparisonOperator="LessThanThreshold",
            Period=HOUR_SECONDS,
            EvaluationPeriods=MISSED_AFTER_HOURS,
            TreatMissingData="breaching",
        )

    def _schedule(self, hour: int) -> None:
        rule = cdk.CfnResource(
            self,
            "Schedule",
            type="AWS::Events::Rule",
            properties={
                "Name": layout.REPORT_SCHEDULE,
                "State": "ENABLED",
                "ScheduleExpression": f"cron(0 {hour} * * ? *)",
                "Targets": [{"Id": "Report", "Arn": self.function.arn}],
            },
        )
        cdk.CfnResource(
            self,
            "Permission",
            type="AWS::Lambda::Permission",
            properties={
                "Action": "lambda:InvokeFunction",
                "FunctionName": self.function.resource.ref,
                "Principal": "events.amazonaws.com",
                "SourceArn": rule.get_att("Arn").to_string(),
            },
        )

    def _alarm(self, name: str, description: str, metric: str, **changes: Any) -> None:
        """An alarm whose name begins as those of the hub do, from which the topic takes messages."""
        cdk.CfnResource(
            self,
            "".join(word.capitalize() for word in name.split("-")),
            type="AWS::CloudWatch::Alarm",
            properties={
                "AlarmName": f"{layout.HUB_ALARM_PREFIX}{layout.REPORT}-{name}",
                "AlarmDescription": description.format(self.function.name),
                "Namespace": "AWS/Lambda",
                "MetricName": metric,
                "Dimensions": [{"Name": "FunctionName", "Value": self.function.name}],
                "Statistic": "Sum",
                "Period": 300,
                "EvaluationPeriods": 1,
                "Threshold": 0,
                "ComparisonOperator": "GreaterThanThreshold",
                "TreatMissingData": "notBreaching",
                "AlarmActions": [self._topic_arn],
                "OKActions": [self._topic_arn],
                **changes,
            },
        )
