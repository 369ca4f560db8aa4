"""RDP connections through Systems Manager are recorded."""

from __future__ import annotations

from aws_cdk import aws_ssmguiconnect as guiconnect
from constructs import Construct

from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference


class SessionRecordings(Construct):
    """Sends every RDP recording of this account and Region to the archive's recording bucket.

    There is one preference per account and Region, it takes no key prefix, and its key must lie in the Region of the
    machines. The resource type is missing in some Regions; CloudFormation refuses a template that names it there, even
    under a condition, so leave this construct out of their template.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-rdp-recording.html
    """

    def __init__(self, scope: Construct, construct_id: str, *, archive: ArchiveReference) -> None:
        super().__init__(scope, construct_id)
        bucket = guiconnect.CfnPreferences.S3BucketProperty(
            bucket_name=archive.bucket_name(BucketKind.RECORDINGS), bucket_owner=archive.account
        )
        self.resource = guiconnect.CfnPreferences(
            self,
            "Preferences",
            connection_recording_preferences=guiconnect.CfnPreferences.ConnectionRecordingPreferencesProperty(
                kms_key_arn=archive.key_arn,
                recording_destinations=guiconnect.CfnPreferences.RecordingDestinationsProperty(s3_buckets=[bucket]),
            ),
        )
