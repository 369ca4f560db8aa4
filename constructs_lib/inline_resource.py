"""A custom resource whose code travels inside the template, so that a member account needs no assets."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.evidence_log_group import EvidenceLogGroup

SOURCES: Final = Path(__file__).parent.parent / "lambda_src"
RUNTIME: Final = "python3.13"
TIMEOUT_SECONDS: Final = 60
ANSWER_WITHIN_SECONDS: Final = 300
"""CloudFormation waits longer than the function runs: its clock starts before the function's."""
LOG_RETENTION_DAYS: Final = 30


class InlineResource(Construct):
    """One function of ``lambda_src/<package>/index.py`` and the custom resource that calls it.

    CloudFormation calls the function once per change and waits for its answer, so it takes neither a dead-letter
    queue nor reserved concurrency; the latter would fail in a new account, whose limit leaves nothing to reserve.

    Args:
        package: The folder under ``lambda_src``; its ``index.py`` may import the ``cfnresponse`` module that
            CloudFormation puts beside inline code.
            https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-lambda-function-code-cfnresponsemodule.html
        role_arn: The function's role.
        resource_type: ``Custom::…``.
        properties: What the function reads; CloudFormation turns every value into a string.
        log_group_name: The function's log group.
        log_key_arn: The key of that group.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        package: str,
        description: str,
        role_arn: str,
        resource_type: str,
        properties: Mapping[str, Any],
        log_group_name: str,
        log_key_arn: str,
    ) -> None:
        super().__init__(scope, construct_id)
        log_group = EvidenceLogGroup(
            self, "Log", name=log_group_name, retention_days=LOG_RETENTION_DAYS, key_arn=log_key_arn
        )
        # Untyped, because the typed Lambda module loads EC2 with it, an eighth of the whole synthesis.
        function = cdk.CfnResource(
            self,
            "Function",
            type="AWS::Lambda::Function",
            properties={
                "Description": description,
                "Architectures": ["arm64"],
                "Runtime": RUNTIME,
                "Handler": "index.handler",
                "Code": {"ZipFile": (SOURCES / package / "index.py").read_text(encoding="utf-8")},
                "Role": role_arn,
                "Timeout": TIMEOUT_SECONDS,
                "LoggingConfig": {"LogFormat": "JSON", "LogGroup": log_group.name},
            },
        )
        function.add_resource_dependency(log_group.resource)
        self.resource = cdk.CfnResource(
            self,
            "Resource",
            type=resource_type,
            properties={
                "ServiceToken": function.get_att("Arn").to_string(),
                "ServiceTimeout": str(ANSWER_WITHIN_SECONDS),
                **properties,
            },
        )
