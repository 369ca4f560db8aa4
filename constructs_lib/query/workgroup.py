"""A place to ask in, whose rules hold for whoever asks."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference

ENGINE: Final = "Athena engine version 3"


def evidence_workgroup(
    scope: Construct, *, name: str, description: str, home: ArchiveReference, scan_limit_bytes: int
) -> cdk.CfnResource:
    """A workgroup: what it says holds, whatever whoever asks would rather have.

    Args:
        scope: Of an auditor, or of a function that asks.
        name: Its name follows from it, and the prefix of its results.
        description: What it is for.
        home: The archive of the home Region.
        scan_limit_bytes: A query that would read more ends.
    """
    return cdk.CfnResource(
        scope,
        "Workgroup",
        type="AWS::Athena::WorkGroup",
        properties={
            "Name": layout.query_workgroup(name),
            "Description": description,
            "State": "ENABLED",
            # Without it a workgroup in which anything was ever asked cannot be taken away with its auditor.
            "RecursiveDeleteOption": True,
            "WorkGroupConfiguration": {
                "EnforceWorkGroupConfiguration": True,
                "BytesScannedCutoffPerQuery": scan_limit_bytes,
                "EngineVersion": {"SelectedEngineVersion": ENGINE},
                "PublishCloudWatchMetricsEnabled": True,
                "RequesterPaysEnabled": False,
                "ResultConfiguration": {
                    "OutputLocation": f"s3://{home.bucket_name(BucketKind.DERIVED)}/{layout.athena_results(name)}",
                    "EncryptionConfiguration": {"EncryptionOption": "SSE_KMS", "KmsKey": home.key_arn},
                    "ExpectedBucketOwner": home.account,
                },
            },
        },
    )
