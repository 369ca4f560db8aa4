"""The names that both sides of an account boundary must agree on, and nothing else.

Bucket policies, Firehose prefixes, CloudTrail settings and the embedded run import them from here.
Nothing is looked up: every name follows from an account id, a Region and the constants below, and
every function accepts CDK tokens in their place. Standard library only.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

NAME_PREFIX: Final = "evidence"


class BucketKind(StrEnum):
    """What an archive bucket holds; part of its name."""

    LOGS = "logs"
    RECORDINGS = "recordings"
    ACCESS_LOGS = "access-logs"
    DERIVED = "derived"


def bucket_name(kind: BucketKind, *, account: str, region: str) -> str:
    """``evidence-logs-111111111111-eu-west-1``: unique on Earth because the account id is in it."""
    return f"{NAME_PREFIX}-{kind.value}-{account}-{region}"


# --- Evidence key ---------------------------------------------------------------------------------

KEY_ID_PARAMETER: Final = "ArchiveKeyId"
KEY_ID_PATTERN: Final = "^mrk-[0-9a-f]{32}$"
"""Multi-Region key ids start with ``mrk-``; replicas keep the id of their primary.
https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html"""

RECORDING_KEY_TAG: Final = ("SystemsManagerJustInTimeNodeAccessManaged", "true")
"""Without this tag AWS's managed policies refuse the key to RDP recording.
https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-rdp-recording.html"""


def key_arn(*, partition: str, region: str, account: str, key_id: str) -> str:
    """The evidence key of a Region: the id is the same everywhere, the Region is not."""
    return f"arn:{partition}:kms:{region}:{account}:key/{key_id}"


# --- Names of StackSets, in the management account -------------------------------------------------

MEMBER_ACCOUNT_STACK_SET: Final = f"{NAME_PREFIX}-member-account"
MEMBER_SIGN_IN_STACK_SET: Final = f"{NAME_PREFIX}-member-sign-in"
MEMBER_REGION_WITHOUT_RECORDING_STACK_SET: Final = f"{NAME_PREFIX}-member-region-without-recording"
MEMBER_REGION_STACK_SET: Final = f"{NAME_PREFIX}-member-region"
MEMBER_STACK_SETS: Final = (
    MEMBER_ACCOUNT_STACK_SET,
    MEMBER_SIGN_IN_STACK_SET,
    MEMBER_REGION_WITHOUT_RECORDING_STACK_SET,
    MEMBER_REGION_STACK_SET,
)
"""In this order they are deployed: what an account has once holds the roles of the others, and a Region that becomes
governed first loses the rules of its sign-ins."""


def enforcement_stack_set(mode: str) -> str:
    """The StackSet that lets the guard act where it is told to: ``revoke`` or ``restore``."""
    return f"{NAME_PREFIX}-member-enforcement-{mode}"


def canary_stack_set(name: str) -> str:
    """The StackSet that carries the same to the units that take every change first."""
    return f"{name}-canary"


# --- Names in member accounts ---------------------------------------------------------------------

DELIVERY_ROLE: Final = f"{NAME_PREFIX}-delivery"
"""Data Firehose acts as this role of the member; the archive's policies admit it by name."""
SUBSCRIPTION_ROLE: Final = f"{NAME_PREFIX}-log-subscription"
"""CloudWatch Logs acts as this role to put session records into the delivery stream."""
TRAIL_LOGS_ROLE: Final = f"{NAME_PREFIX}-trail-logs"
"""CloudTrail acts as this role to write to its log group."""
ARCHIVE_TRAIL_LOGS_ROLE: Final = f"{NAME_PREFIX}-archive-trail-logs"
ORGANIZATION_TRAIL_LOGS_ROLE: Final = f"{NAME_PREFIX}-organization-trail-logs"
"""The same for the two trails that exist once; apart, because both accounts are members as well."""
SESSION_PREFERENCES_ROLE: Final = f"{NAME_PREFIX}-session-preferences"
"""The custom resource that writes the session preferences document."""
TRAIL_CHECK_ROLE: Final = f"{NAME_PREFIX}-trail-check"
"""The custom resource that verifies an existing trail."""
FORWARD_ROLE: Final = f"{NAME_PREFIX}-event-forward"
"""EventBridge acts as this role of the member to put events on the hub's bus; the bus admits it by name."""
HUB_READ_ROLE: Final = f"{NAME_PREFIX}-hub-read"
"""The one role of a member that the hub takes, to ask whose WorkSpace it is."""
GUARD_MEMBER_ROLE: Final = f"{NAME_PREFIX}-security-groups"
"""The one role of a member that the hub's guard takes, to read its security groups."""
GUARD_ENFORCEMENT_POLICY: Final = f"{NAME_PREFIX}-security-group-enforcement"
"""The managed policy that lets this role change groups, in the accounts where the guard acts."""
HOST_POLICY: Final = f"{NAME_PREFIX}-session-host"
"""The managed policy that an instance needs to be reached and to log its sessions."""
HOST_MANAGEMENT_ROLE: Final = f"{NAME_PREFIX}-host-management"
"""The role that Default Host Management Configuration gives to instances without a profile."""

SESSION_DOCUMENT: Final = "SSM-SessionManagerRunShell"
"""Session Manager reads the account's preferences from the document of this name.
https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-schema.html"""

LOG_GROUP_PREFIX: Final = f"/{NAME_PREFIX}/"
"""The evidence key serves CloudWatch Logs for groups under this prefix alone."""
SESSION_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}session-manager"
DELIVERY_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}delivery-errors"
TRAIL_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}cloudtrail"
SESSION_PREFERENCES_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}session-preferences"
TRAIL_CHECK_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}trail-check"
WORKSPACES_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}workspaces-access"

TRANSCRIPT_STREAM: Final = f"{NAME_PREFIX}-transcripts"
"""The delivery stream of a member Region."""

# --- Trails ---------------------------------------------------------------------------------------

MEMBER_TRAIL: Final = f"{NAME_PREFIX}-management-events"
ORGANIZATION_TRAIL: Final = f"{NAME_PREFIX}-organization"
ARCHIVE_TRAIL: Final = f"{NAME_PREFIX}-archive-access"
"""Records who reads, deletes or relabels evidence: data events on the archive's own buckets."""
ARCHIVE_TRAIL_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}archive-access"
ORGANIZATION_TRAIL_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}organization-trail"

# --- Access hub -----------------------------------------------------------------------------------

HUB_BUS: Final = f"{NAME_PREFIX}-hub"
HUB_ARCHIVE: Final = f"{NAME_PREFIX}-hub"
"""What came onto the bus, kept to be replayed."""
HUB_QUEUE: Final = f"{NAME_PREFIX}-access-events"
HUB_DEAD_LETTERS: Final = f"{HUB_QUEUE}-dead-letters"
"""Events that the handler could not handle."""
HUB_UNDELIVERED: Final = f"{HUB_QUEUE}-undelivered"
"""Events that EventBridge could not bring into the queue."""
FORWARDING_DEAD_LETTERS: Final = f"{NAME_PREFIX}-forwarding-dead-letters"
"""Events that a member could not bring onto the hub's bus."""
RECORDING_DEAD_LETTERS: Final = f"{FORWARDING_DEAD_LETTERS}-of-recordings"
"""The same of the archive's own rule, beside the archive account's queue as a member."""
HEARTBEAT_MINUTES: Final = 15
"""How often every account and Region says that it is there, and how often silence is looked for."""
ALERTS_TOPIC: Final = f"{NAME_PREFIX}-alerts"
STATE_TABLE: Final = f"{NAME_PREFIX}-access-state"
ROSTER_TABLE: Final = f"{NAME_PREFIX}-roster"
ACCESS_EVENT_STREAM: Final = f"{NAME_PREFIX}-access-events"
OPERATIONS_KEY_ALIAS: Final = f"alias/{NAME_PREFIX}-operations"
HUB_ALARM_PREFIX: Final = f"{NAME_PREFIX}-hub-"

ACCESS_EVENTS_FUNCTION: Final = f"{NAME_PREFIX}-access-events"
ROSTER_CHECK_FUNCTION: Final = f"{NAME_PREFIX}-roster-check"
ACCESS_EVENTS_ROLE: Final = f"{NAME_PREFIX}-access-events"
ROSTER_CHECK_ROLE: Final = f"{NAME_PREFIX}-roster-check"
ACCESS_DELIVERY_ROLE: Final = f"{NAME_PREFIX}-access-delivery"
"""Data Firehose acts as this role to write access events into the log bucket."""
RECORDING_NOTICE_ROLE: Final = f"{NAME_PREFIX}-recording-notices"
"""EventBridge acts as this role of the archive to tell the hub that a recording has arrived."""
ACCESS_EVENTS_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}access-events"
ROSTER_CHECK_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}roster-check"
ACCESS_DELIVERY_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}access-delivery-errors"

GUARD_FUNCTION: Final = f"{NAME_PREFIX}-security-group-guard"
"""Judges what security groups let through."""
GUARD_ROLE: Final = f"{NAME_PREFIX}-security-group-guard"
GUARD_QUEUE: Final = f"{NAME_PREFIX}-security-groups"
"""Calls that change or attach security groups."""
GUARD_DEAD_LETTERS: Final = f"{GUARD_QUEUE}-dead-letters"
SWEEP_QUEUE: Final = f"{NAME_PREFIX}-security-group-sweep"
"""Places whose groups are all judged, one message each."""
SWEEP_DEAD_LETTERS: Final = f"{SWEEP_QUEUE}-dead-letters"
GUARD_TABLE: Final = f"{NAME_PREFIX}-security-group-state"
"""Which differences are open, and how far a sweep has come."""
GUARD_LOG_GROUP: Final = f"{LOG_GROUP_PREFIX}security-group-guard"


def bus_arn(*, partition: str, region: str, account: str) -> str:
    """The hub's bus."""
    return f"arn:{partition}:events:{region}:{account}:event-bus/{HUB_BUS}"


# --- Readers --------------------------------------------------------------------------------------

DEPLOY_ROLE: Final = f"{NAME_PREFIX}-deploy"
"""Deploys through the roles of ``cdk bootstrap``; a pipeline outside AWS takes it."""
AUDITOR_ROLE: Final = f"{NAME_PREFIX}-auditor"
CHECK: Final = "check"
"""What the function that notices what is missing is called among those who ask."""
REPORT: Final = "report"
"""What the function that writes the report page is called among them."""
NO_AUDITOR_NAMES: Final = frozenset({CHECK, REPORT})
"""What no auditor may be called, because a function that asks is."""


def asking_role(name: str) -> str:
    """The role as which a function asks; the function itself and its schedule bear the same name."""
    return f"{NAME_PREFIX}-{name}"


CHECK_ROLE: Final = asking_role(CHECK)
REPORT_ROLE: Final = asking_role(REPORT)
EVIDENCE_READER_ROLES: Final = (AUDITOR_ROLE, CHECK_ROLE, REPORT_ROLE)
"""The roles of the archive account that may both get evidence and decrypt it; with those of the auditors that the
settings name for queries (`query_role`), the list is closed."""
EVIDENCE_DATABASE: Final = NAME_PREFIX
"""The Glue database of tables and views."""


def pipeline_bucket(*, account: str, region: str) -> str:
    """The bucket of a CodePipeline's artifacts; no evidence comes there."""
    return f"{NAME_PREFIX}-pipeline-{account}-{region}"


def query_role(auditor: str) -> str:
    """The role as which one auditor asks; it reads evidence too."""
    return f"{AUDITOR_ROLE}-{auditor}"


def query_workgroup(auditor: str) -> str:
    """The Athena workgroup of one auditor, or of a function that asks."""
    return f"{NAME_PREFIX}-{auditor}"


CHECK_TABLE: Final = f"{NAME_PREFIX}-missing"
"""What the check of the evidence has told, and what it has read."""


def asking_log_group(name: str) -> str:
    """The log group of a function that asks."""
    return f"{LOG_GROUP_PREFIX}{name}"


# --- Layout of the log bucket ---------------------------------------------------------------------

CLOUDTRAIL_PREFIX: Final = "cloudtrail"
"""``S3KeyPrefix`` of every trail; CloudTrail appends ``/AWSLogs/<account>/…`` itself."""


ACCESS_EVENTS_PREFIX: Final = "access-events/"
"""The judged records of the hub, one folder a day."""
TRANSCRIPTS_PREFIX: Final = "transcripts/"


def transcripts_prefix(*, account: str, region: str) -> str:
    """Where the session transcripts of one account and Region lie; Hive style, so Athena reads it unaided."""
    return f"{transcripts_of(account)}region={region}/"


def transcripts_of(account: str) -> str:
    """Every transcript of one account."""
    return f"{TRANSCRIPTS_PREFIX}account={account}/"


def errors_of(producer: str, account: str) -> str:
    """Where a producer of one account leaves what it could not deliver."""
    return f"errors/{producer}/account={account}/"


def trail_files_of(account: str) -> str:
    """Every trail file and digest of one account (or, for an organization trail, of one organization id)."""
    return f"{CLOUDTRAIL_PREFIX}/AWSLogs/{account}/"


# --- Layout of the derived bucket -----------------------------------------------------------------

ATHENA_RESULTS_PREFIX: Final = "athena-results/"


def athena_results(auditor: str) -> str:
    """Where the results of one auditor's queries lie."""
    return f"{ATHENA_RESULTS_PREFIX}{auditor}/"


REPORTS_PREFIX: Final = "reports/"
"""The report pages, in a folder for each day."""
