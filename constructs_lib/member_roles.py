"""The roles of a member account that its Regions share."""

from __future__ import annotations

from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.archive_reference import ArchiveReference
from constructs_lib.endpoints import via
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import forwarding, member
from constructs_lib.policies.statement import document
from constructs_lib.pseudo_parameters import ACCOUNT_ID, PARTITION
from constructs_lib.service_role import ServiceRole


class TranscriptRoles(Construct):
    """Who fills the delivery streams of the account and who carries transcripts to the archive.

    Args:
        archive: The archive of every Region where the account has a delivery stream.
        log_key_use: What writing to the log group of delivery errors needs.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, archive: ArchiveReference, log_key_use: LogKeyUse
    ) -> None:
        super().__init__(scope, construct_id)
        place = {"partition": PARTITION, "account": ACCOUNT_ID}
        bucket = {"bucket_arn": archive.bucket_arn(BucketKind.LOGS), "archive_account": archive.account}
        self.delivery = ServiceRole(
            self,
            "Delivery",
            role_name=layout.DELIVERY_ROLE,
            trust=member.delivery_trust(),
            statements=[
                member.writes_own_transcripts(**bucket, account=ACCOUNT_ID),
                member.locates_bucket(**bucket),
                member.lists_own_transcripts(**bucket, account=ACCOUNT_ID),
                member.encrypts_transcripts(key_arn=archive.key_arn, via_s3=via("s3", archive.region)),
                member.reports_delivery_errors(**place),
                *log_key_use.statements(),
            ],
        )
        self.subscription = ServiceRole(
            self,
            "Subscription",
            role_name=layout.SUBSCRIPTION_ROLE,
            trust=member.subscription_trust(**place),
            statements=[member.puts_into_delivery_stream(**place)],
        )


class SessionPreferencesRole(Construct):
    """The role of the function that writes the session preferences document in each Region.

    Args:
        log_key_use: What writing to the function's log group needs.
    """

    def __init__(self, scope: Construct, construct_id: str, *, log_key_use: LogKeyUse) -> None:
        super().__init__(scope, construct_id)
        place = {"partition": PARTITION, "account": ACCOUNT_ID}
        self.role = ServiceRole(
            self,
            "Role",
            role_name=layout.SESSION_PREFERENCES_ROLE,
            trust=member.function_trust(),
            statements=[
                member.manages_session_document(**place),
                member.function_writes_own_logs(**place, log_group=layout.SESSION_PREFERENCES_LOG_GROUP),
                *log_key_use.statements(),
            ],
        )


class AccessHubRoles(Construct):
    """As whom the account's rules forward events, and as whom the hub asks back.

    Args:
        hub_bus_arn: The one bus on which events are put.
        archive_account: The account of the hub.
    """

    def __init__(self, scope: Construct, construct_id: str, *, hub_bus_arn: str, archive_account: str) -> None:
        super().__init__(scope, construct_id)
        self.forward = ServiceRole(
            self,
            "Forward",
            role_name=layout.FORWARD_ROLE,
            trust=forwarding.forward_trust(partition=PARTITION, account=ACCOUNT_ID),
            statements=[forwarding.forwards_events(hub_bus_arn=hub_bus_arn)],
        )
        self.read = ServiceRole(
            self,
            "HubRead",
            role_name=layout.HUB_READ_ROLE,
            trust=forwarding.hub_read_trust(partition=PARTITION, archive_account=archive_account),
            statements=[forwarding.describes_workspaces()],
        )
        self.security_groups = ServiceRole(
            self,
            "SecurityGroups",
            role_name=layout.GUARD_MEMBER_ROLE,
            trust=forwarding.guard_trust(partition=PARTITION, archive_account=archive_account),
            statements=[
                forwarding.describes_security_groups(),
                forwarding.reads_prefix_lists(partition=PARTITION),
            ],
        )


class SecurityGroupEnforcement(Construct):
    """Lets the guard's role of the account change security groups, beside what it reads; the role must be there.

    Args:
        restores: Whether it also puts back what a baseline demands, or only takes out what nobody approved.
    """

    def __init__(self, scope: Construct, construct_id: str, *, restores: bool) -> None:
        super().__init__(scope, construct_id)
        place = {"partition": PARTITION, "account": ACCOUNT_ID}
        sentences = [forwarding.revokes_rules(**place)]
        if restores:
            sentences.append(forwarding.restores_rules(**place))
        iam.CfnManagedPolicy(
            self,
            "Policy",
            managed_policy_name=layout.GUARD_ENFORCEMENT_POLICY,
            description="What the security-group guard of the access hub may change in this account",
            policy_document=document(sentences),
            roles=[layout.GUARD_MEMBER_ROLE],
        )
