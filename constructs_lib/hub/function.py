"""A function of the hub: one package of ``lambda_src``, a role of its own, a log group, a share of the concurrency."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.evidence_log_group import EvidenceLogGroup
from constructs_lib.inline_resource import RUNTIME, SOURCES
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import member
from constructs_lib.policies.statement import Statement
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.service_role import ServiceRole

LOG_RETENTION_DAYS: Final = 90
MEMORY_MEBIBYTES: Final = 512
"""Lambda gives computing power in proportion to memory, and importing boto3 is most of a cold start.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html"""


class HubFunction(Construct):
    """A package of ``lambda_src`` that runs as a role of its own and logs JSON into a group of its own.

    Args:
        package: The folder under ``lambda_src``; its ``handler.handle`` is called.
        name: The function's name.
        description: What it does.
        role_name: The role's name.
        log_group_name: The log group's name.
        log_key_use: The key of that group.
        statements: What else the role may do.
        environment: What the handler reads.
        timeout_seconds: When Lambda ends it.
        concurrency: How many run at once, at most; so many are set aside for it, so the account's limit must leave 100
            more. https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
        more_files: Further files beside the handler, by name.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        package: str,
        name: str,
        description: str,
        role_name: str,
        log_group_name: str,
        log_key_use: LogKeyUse,
        statements: Sequence[Statement],
        environment: Mapping[str, str],
        timeout_seconds: int,
        concurrency: int,
        more_files: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.name = name
        log_group = EvidenceLogGroup(
            self, "Log", name=log_group_name, retention_days=LOG_RETENTION_DAYS, key_arn=log_key_use.key_arn
        )
        role = ServiceRole(
            self,
            "Role",
            role_name=role_name,
            trust=member.function_trust(),
            statements=[
                *statements,
                member.function_writes_own_logs(partition=PARTITION, account=ACCOUNT_ID, log_group=log_group_name),
                *log_key_use.statements(),
            ],
        )
        code = self._code(package, more_files or {})
        self.resource = cdk.CfnResource(
            self,
            "Function",
            type="AWS::Lambda::Function",
            properties={
                "FunctionName": name,
                "Description": description,
                "Architectures": ["arm64"],
                "Runtime": RUNTIME,
                "Handler": f"{package}.handler.handle",
                "Code": {"S3Bucket": code.bucket_name, "S3Key": code.object_key},
                "Role": role.arn,
                "Timeout": timeout_seconds,
                "MemorySize": MEMORY_MEBIBYTES,
                "ReservedConcurrentExecutions": concurrency,
                "Environment": {"Variables": dict(environment)},
                "LoggingConfig": {"LogFormat": "JSON", "LogGroup": log_group_name},
            },
        )
        self.resource.add_resource_dependency(log_group.resource)
        self.arn = self.resource.get_att("Arn").to_string()

    def _code(self, package: str, more_files: Mapping[str, str]) -> cdk.FileAssetLocation:
        """The sources and what belongs beside them, and no caches: the template changes only when they do.

        Staged and added by themselves, because the asset class of the CDK loads the L2 bucket for its interface.
        """
        with tempfile.TemporaryDirectory() as folder:
            target = Path(folder) / package
            shutil.copytree(SOURCES / package, target, ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
            for file, content in more_files.items():
                (target / file).write_text(content, encoding="utf-8")
            staged = cdk.AssetStaging(self, "Code", source_path=folder)
        stack = cdk.Stack.of(self)
        return stack.synthesizer.add_file_asset(
            file_name=staged.relative_staged_path(stack),
            source_hash=staged.asset_hash,
            packaging=cdk.FileAssetPackaging.ZIP_DIRECTORY,
        )
