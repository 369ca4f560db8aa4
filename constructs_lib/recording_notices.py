"""Tells the hub of each recording that arrives, and at home of changes to what answers of evidence."""

from __future__ import annotations

from collections.abc import Mapping

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchivePlace
from constructs_lib.event_forwarding import EventForwarding
from constructs_lib.event_patterns import Pattern, stored_recording


class RecordingNotices(Construct):
    """The rule that forwards what S3 says of the recording bucket of a Region.

    Args:
        archive: Where the bucket is.
        hub_bus_arn: Where notices go.
        role_arn: The role as which they go there.
        more_patterns: What else is forwarded: the end of a rule's name, and its pattern.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        archive: ArchivePlace,
        hub_bus_arn: str,
        role_arn: str,
        more_patterns: Mapping[str, Pattern] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        EventForwarding(
            self,
            "Events",
            hub_bus_arn=hub_bus_arn,
            role_arn=role_arn,
            patterns={
                "stored-recordings": stored_recording(archive.bucket_name(BucketKind.RECORDINGS)),
                **(more_patterns or {}),
            },
            dead_letters=layout.RECORDING_DEAD_LETTERS,
            heartbeat=False,
        )
