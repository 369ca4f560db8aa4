"""Everything an organization decides, read from one TOML file into frozen, typed models."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, StringConstraints

from constructs_lib.archive_layout import (
    AUDITOR_ROLE,
    CHECK_ROLE,
    EVIDENCE_READER_ROLES,
    KEY_ID_PATTERN,
    REPORT_ROLE,
    query_role,
)
from stacks.access_settings import Access
from stacks.guard_settings import SecurityGroupGuard
from stacks.guardrail_settings import Guardrails
from stacks.pipeline_settings import Pipeline
from stacks.query_settings import Query
from stacks.regions import PARTITION_OF_REGION
from stacks.section import AccountId, RoleArn, Section

LOG_RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545),
    *(731, 1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
"""What CloudWatch Logs accepts.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""


def _known_region(region: str) -> str:
    if region not in PARTITION_OF_REGION:
        raise ValueError("is not an AWS Region this product knows (stacks/regions.py)")
    return region


def _accepted_by_logs(days: int) -> int:
    if days not in LOG_RETENTION_DAYS:
        raise ValueError(f"CloudWatch Logs keeps {', '.join(map(str, LOG_RETENTION_DAYS))} days, nothing between")
    return days


def _role_form(name: str) -> str:
    plain = name.replace("{account}", "0" * 12).replace("{region}", "ap-northeast-1")
    if not re.fullmatch(r"[\w+=,.@-]{1,64}", plain):
        raise ValueError("must be an IAM role name; {account} and {region} may stand in it, wildcards may not")
    return name


Region = Annotated[str, AfterValidator(_known_region), Field(json_schema_extra={"enum": list(PARTITION_OF_REGION)})]
RoleName = Annotated[str, StringConstraints(pattern=r"^[\w+=,.@-]{1,64}$"), Field(description="An IAM role name.")]
RoleForm = Annotated[str, AfterValidator(_role_form)]
KmsKeyArn = Annotated[str, StringConstraints(pattern=r"^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+$")]
Days = Annotated[int, Field(ge=1, le=36500)]
LogDays = Annotated[int, AfterValidator(_accepted_by_logs), Field(json_schema_extra={"enum": list(LOG_RETENTION_DAYS)})]


class Organization(Section):
    """The AWS Organization whose accounts send evidence."""

    id: Annotated[str, StringConstraints(pattern=r"^o-[a-z0-9]{10,32}$")]
    root_id: Annotated[str, StringConstraints(pattern=r"^r-[0-9a-z]{4,32}$")]
    management_account: AccountId


class Regions(Section):
    """Where the product runs."""

    home: Region
    governed: tuple[Region, ...] = Field(min_length=1)
    sign_in: tuple[Region, ...] = ("us-east-1", "us-east-2", "eu-north-1", "ap-southeast-2")


class Archive(Section):
    """The log-archive account and how long it keeps what."""

    account: AccountId
    key_id: Annotated[str, StringConstraints(pattern=KEY_ID_PATTERN)] | None = None
    retention_days: Days = 2557
    glacier_after_days: Annotated[int, Field(ge=0, le=36500)] = 90
    lock_days: Days | None = None
    auditors: tuple[RoleArn, ...] = ()
    cloudformation_execution_roles: Annotated[tuple[RoleForm, ...], Field(min_length=1)] = (
        "cdk-hnb659fds-cfn-exec-role-{account}-{region}",
    )

    def execution_roles(self, region: str) -> list[str]:
        """The names of the only roles that may change policies in a Region of the archive."""
        return [
            form.replace("{account}", self.account).replace("{region}", region)
            for form in self.cloudformation_execution_roles
        ]


class Members(Section):
    """The accounts that send evidence."""

    direct: tuple[AccountId, ...] = ()
    host_roles: tuple[RoleName, ...] = ()
    default_host_management: bool = False


class SessionManager(Section):
    """Session Manager preferences of every member Region.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html
    """

    idle_timeout_minutes: Annotated[int, Field(ge=1, le=60)] = 20
    max_duration_minutes: Annotated[int, Field(ge=1, le=1440)] = 60
    log_retention_days: LogDays = 14
    fail_closed: bool = True
    log_key: Literal["archive", "account"] = "archive"
    document: Literal["upsert", "declarative"] = "upsert"
    run_as_user: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,31}$")] | None = None
    linux_shell_profile: Annotated[str, StringConstraints(max_length=2000)] | None = None
    windows_shell_profile: Annotated[str, StringConstraints(max_length=2000)] | None = None
    channel_key_arn: KmsKeyArn | None = None


class Recording(Section):
    """RDP recordings by SSM GuiConnect."""

    enabled: bool = True
    except_regions: tuple[Region, ...] = ()


class Trail(Section):
    """Who makes the CloudTrail trail."""

    mode: Literal["member", "organization", "existing"] = "member"
    log_retention_days: LogDays = 14


class Settings(Section):
    """The whole file."""

    organization: Organization
    regions: Regions
    archive: Archive
    members: Members = Members()
    session_manager: SessionManager = SessionManager()
    recording: Recording = Recording()
    trail: Trail = Trail()
    access: Access = Access()
    security_groups: SecurityGroupGuard = SecurityGroupGuard()
    query: Query = Query()
    guardrails: Guardrails = Guardrails()
    pipeline: Pipeline = Pipeline()

    @property
    def evidence_readers(self) -> list[str]:
        """The names of the only roles that read evidence: of auditors, and of the functions that ask.

        One notices what is missing; where somebody asks in Athena, another writes the report page for them.
        """
        there = {
            AUDITOR_ROLE: bool(self.archive.auditors),
            CHECK_ROLE: True,
            REPORT_ROLE: bool(self.query.auditors),
        }
        return [*(role for role in EVIDENCE_READER_ROLES if there[role]), *map(query_role, self.query.auditors)]

    @property
    def evidence_accounts(self) -> list[str]:
        """The accounts whose transcripts and trail files a query finds."""
        known = {self.archive.account, self.organization.management_account, *self.members.direct, *self.query.accounts}
        return sorted(known)

    def records_in(self, region: str) -> bool:
        """Whether RDP connections of a governed Region are recorded."""
        return self.recording.enabled and region not in self.recording.except_regions
