"""The one value that deployment learns: the id of the evidence key."""

from __future__ import annotations

import aws_cdk as cdk

from constructs_lib.archive_layout import KEY_ID_PARAMETER, KEY_ID_PATTERN
from stacks.settings import Settings


def archive_key_id(stack: cdk.Stack, settings: Settings) -> str:
    """The template parameter ``ArchiveKeyId``, which defaults to ``archive.key_id`` of the settings.

    A stack that needs the id while the settings have none is marked with an error: it can neither be synthesized nor
    deployed, while the home archive, which makes the key, can.
    """
    if settings.archive.key_id is None:
        cdk.Annotations.of(stack).add_error(
            "archive.key_id is not set. Deploy the log archive of the home Region first and copy its output "
            f"{KEY_ID_PARAMETER} into the settings."
        )
    return cdk.CfnParameter(
        stack,
        KEY_ID_PARAMETER,
        type="String",
        description="Id of the evidence key, the same in every Region; an output of the home log archive",
        allowed_pattern=KEY_ID_PATTERN,
        default=settings.archive.key_id,
    ).value_as_string
