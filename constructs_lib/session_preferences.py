"""Session Manager preferences: every shell session is written down, or does not start."""

from __future__ import annotations

import json

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.inline_resource import InlineResource
from constructs_lib.session_rules import SessionRules, preferences_document


class SessionPreferences(Construct):
    """Writes the preferences over whatever is there, keeps that as a version, and puts it back on deletion.

    Args:
        rules: What sessions must obey.
        log_group_name: Where they are streamed.
        role_arn: Role of the function that writes the document.
        log_key_arn: Key of the function's own log group.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        rules: SessionRules,
        log_group_name: str,
        role_arn: str,
        log_key_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        self.resource: cdk.CfnResource = InlineResource(
            self,
            "Upsert",
            package="session_preferences",
            description="Writes the Session Manager preferences of this account and Region",
            role_arn=role_arn,
            resource_type="Custom::SessionPreferences",
            properties={"Content": json.dumps(preferences_document(rules, log_group_name=log_group_name))},
            log_group_name=layout.SESSION_PREFERENCES_LOG_GROUP,
            log_key_arn=log_key_arn,
        ).resource


class DeclaredSessionPreferences(Construct):
    """The preferences as a plain document resource; creation fails where the document exists already.

    It exists wherever somebody opened the Session Manager console page once.
    """

    def __init__(self, scope: Construct, construct_id: str, *, rules: SessionRules, log_group_name: str) -> None:
        super().__init__(scope, construct_id)
        content = preferences_document(rules, log_group_name=log_group_name)
        content["inputs"] = {"s3EncryptionEnabled": True, "runAsEnabled": False, **content["inputs"]}
        self.resource: cdk.CfnResource = ssm.CfnDocument(
            self,
            "Document",
            name=layout.SESSION_DOCUMENT,
            document_type="Session",
            document_format="JSON",
            update_method="NewVersion",
            content=content,
        )
