"""What the organization itself forbids, so that neither an administrator nor a root user of an account undoes it.

Service control policies bind the users, roles and root users of members, neither AWS services nor their
service-linked roles nor the management account. Resource control policies bind whoever calls on a resource of a member.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from constructs_lib.policies.evidence_bucket import CONFIGURATION_CHANGES, REMOVALS
from constructs_lib.policies.perimeter import deny_principals_outside_organization, deny_services_for_outsiders
from constructs_lib.policies.statement import (
    Conditions,
    Document,
    Statement,
    deny,
    document,
    of_accounts,
    of_resources,
)

STACK_SETS_ROLE: Final = "stacksets-exec-*"
"""CloudFormation StackSets deploys to an account of the organization as a role of this name, which it makes itself.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/stacksets-orgs-enable-trusted-access.html"""
CDK_ROLE: Final = "cdk-*-cfn-exec-role-*"
"""CloudFormation deploys as a role of this name where ``cdk bootstrap`` prepared the account."""
CDK_DEPLOY_ROLE: Final = "cdk-*-deploy-role-*"
"""Whoever deploys with the CDK calls CloudFormation as a role of this name.
https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html"""
DEPLOYMENT_ROLES: Final = (STACK_SETS_ROLE, CDK_ROLE)

_STACK_PREFIXES: Final = (layout.NAME_PREFIX, f"StackSet-{layout.NAME_PREFIX}")
_EVIDENCE: Final = (BucketKind.LOGS, BucketKind.RECORDINGS, BucketKind.ACCESS_LOGS)
_ROLE_CHANGES: Final = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)
_POLICY_CHANGES: Final = (
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:DeletePolicy",
    "iam:DeletePolicyVersion",
    "iam:SetDefaultPolicyVersion",
)


def archive_guardrail(
    *, partition: str, account: str, execution_role_arns: Sequence[str], key_id: str = "*"
) -> Document:
    """The service control policy of the archive account: what guards the evidence stays as it was deployed.

    It stands beside :func:`member_guardrail`, which guards trail and roles of the archive account too.

    Args:
        partition: For instance ``aws``.
        account: The archive account.
        execution_role_arns: The roles as which CloudFormation deploys the archive. Some 16 fit into one policy; for
            more Regions give one ARN with ``*`` for the Region.
        key_id: The evidence key; by default every key of the account.
    """
    buckets = f"arn:{partition}:s3:::{layout.NAME_PREFIX}-*-{account}-*"
    guarded = [f"arn:{partition}:s3:::{layout.bucket_name(kind, account=account, region='*')}" for kind in _EVIDENCE]
    key = layout.key_arn(partition=partition, region="*", account=account, key_id=key_id)
    return document(
        [
            deny_archive_configuration(bucket_arns=[buckets], execution_role_arns=execution_role_arns),
            deny_archive_removal(bucket_arns=guarded),
            deny_key_administration(key_arn=key, execution_role_arns=execution_role_arns),
            deny_key_destruction(key_arn=key),
        ]
    )


def member_guardrail(
    *,
    partition: str,
    deployment_roles: Sequence[str] = DEPLOYMENT_ROLES,
    calling_roles: Sequence[str] = (CDK_DEPLOY_ROLE,),
) -> Document:
    """The service control policy of every member: what collects and sends evidence stays as it was deployed.

    Args:
        partition: For instance ``aws``.
        deployment_roles: The roles as which CloudFormation deploys to members: a name stands for that role of any
            account, ``<account>:<name>`` for the one of an account; ``*`` stands for any text.
        calling_roles: Those that call CloudFormation, which then acts as one of the others.
    """
    roles = [role_arn(partition, name) for name in deployment_roles]
    return document(
        [
            deny_leaving_organization(),
            deny_stack_changes(
                partition=partition,
                deployment_role_arns=[*roles, *(role_arn(partition, name) for name in calling_roles)],
            ),
            deny_collection_changes(partition=partition, deployment_role_arns=roles),
            deny_role_changes(partition=partition, deployment_role_arns=roles),
            deny_role_use(partition=partition, deployment_role_arns=roles),
            deny_session_preferences_changes(partition=partition, deployment_role_arns=roles),
            deny_recording_preferences_changes(deployment_role_arns=roles),
        ]
    )


def perimeter_guardrail(organization_id: str) -> Document:
    """The resource control policy: buckets and keys answer to the organization, and to services that act for it.

    The sentences are those of the archive's own policies. AWS's sample asks for ``aws:SourceOrgID`` wherever
    ``aws:SourceAccount`` is sent; a service that sends the account alone would be stopped, CloudTrail and CloudWatch
    Logs at the key among them, if they do: AWS does not document it.
    https://github.com/aws-samples/data-perimeter-policy-examples
    """
    everything = {"actions": ["s3:*", "kms:*"], "resources": ["*"]}
    return document(
        [
            of_resources(deny_principals_outside_organization(organization_id, **everything)),
            of_resources(deny_services_for_outsiders(organization_id, **everything)),
        ]
    )


# --- The archive account --------------------------------------------------------------------------


def deny_archive_configuration(*, bucket_arns: Sequence[str], execution_role_arns: Sequence[str]) -> Statement:
    """Only CloudFormation changes policy, lifecycle, logging, encryption, versioning, lock or access of a bucket.

    The root user is bound too, whom S3 lets replace a bucket policy whatever that policy says.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html
    """
    return of_accounts(
        deny(
            "DenyArchiveConfiguration",
            actions=CONFIGURATION_CHANGES,
            resources=bucket_arns,
            conditions={"ArnNotEquals": {"aws:PrincipalArn": list(execution_role_arns)}},
        )
    )


def deny_archive_removal(*, bucket_arns: Sequence[str]) -> Statement:
    """Nobody at all, CloudFormation neither, removes, unlocks or relabels what the buckets hold.

    The patterns end with ``*``, so each stands for the objects as well.
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
    """
    return of_accounts(deny("DenyArchiveRemoval", actions=REMOVALS, resources=bucket_arns))


def deny_key_administration(*, key_arn: str, execution_role_arns: Sequence[str]) -> Statement:
    """Only CloudFormation changes the policy of the evidence key or its tags, without which RDP recording fails."""
    return of_accounts(
        deny(
            "DenyKeyAdministration",
            actions=["kms:PutKeyPolicy", "kms:TagResource", "kms:UntagResource", "kms:UpdateKeyDescription"],
            resources=[key_arn],
            conditions={"ArnNotEquals": {"aws:PrincipalArn": list(execution_role_arns)}},
        )
    )


def deny_key_destruction(*, key_arn: str) -> Statement:
    """Nobody at all, CloudFormation neither, disables the evidence key, stops its rotation or has it deleted."""
    return of_accounts(
        deny(
            "DenyKeyDestruction",
            actions=[
                "kms:DeleteImportedKeyMaterial",
                "kms:DisableKey",
                "kms:DisableKeyRotation",
                "kms:ScheduleKeyDeletion",
            ],
            resources=[key_arn],
        )
    )


# --- Members --------------------------------------------------------------------------------------


def deny_leaving_organization() -> Statement:
    """Nobody takes an account out of the organization, where no guardrail binds it; the management account does.

    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_leave-as-member.html
    """
    return of_accounts(deny("DenyLeavingOrganization", actions=["organizations:LeaveOrganization"], resources=["*"]))


def deny_stack_changes(*, partition: str, deployment_role_arns: Sequence[str]) -> Statement:
    """Nobody changes or deletes a stack of the product: CloudFormation would do it as the role that deployed the stack.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
    """
    return _save_deployment(
        "DenyStackChanges",
        actions=[
            "cloudformation:CreateChangeSet",
            "cloudformation:DeleteStack",
            "cloudformation:ExecuteChangeSet",
            "cloudformation:RollbackStack",
            "cloudformation:UpdateStack",
        ],
        resources=[f"arn:{partition}:cloudformation:*:*:stack/{prefix}-*" for prefix in _STACK_PREFIXES],
        roles=deployment_role_arns,
    )


def deny_collection_changes(*, partition: str, deployment_role_arns: Sequence[str]) -> Statement:
    """Nobody stops, changes, diverts or deletes what collects evidence: trails, event rules, functions, the delivery
    stream and log groups of the product.

    One sentence for all of them, since each repeats who is excepted, and a policy has room for few repetitions. An
    action concerns the resources of its own service alone. CloudFormation names functions after their stack, and a
    stack of a StackSet ``StackSet-<name of the set>-…``.
    """
    resources = [
        f"cloudtrail:*:*:trail/{layout.NAME_PREFIX}-*",
        f"events:*:*:rule/{layout.NAME_PREFIX}-*",
        f"firehose:*:*:deliverystream/{layout.TRANSCRIPT_STREAM}",
        *(f"lambda:*:*:function:{prefix}-*" for prefix in _STACK_PREFIXES),
        f"logs:*:*:log-group:{layout.LOG_GROUP_PREFIX}*",
    ]
    return _save_deployment(
        "DenyCollectionChanges",
        actions=[
            "cloudtrail:DeleteTrail",
            "cloudtrail:PutEventSelectors",
            "cloudtrail:PutInsightSelectors",
            "cloudtrail:StopLogging",
            "cloudtrail:UpdateTrail",
            "events:DeleteRule",
            "events:DisableRule",
            "events:EnableRule",
            "events:PutRule",
            "events:PutTargets",
            "events:RemoveTargets",
            "firehose:DeleteDeliveryStream",
            "firehose:StartDeliveryStreamEncryption",
            "firehose:StopDeliveryStreamEncryption",
            "firehose:UpdateDestination",
            "lambda:DeleteFunction",
            "lambda:PutFunctionConcurrency",
            "lambda:UpdateFunctionCode",
            "lambda:UpdateFunctionConfiguration",
            "logs:AssociateKmsKey",
            "logs:DeleteLogGroup",
            "logs:DeleteLogStream",
            "logs:DeleteRetentionPolicy",
            "logs:DeleteSubscriptionFilter",
            "logs:DisassociateKmsKey",
            "logs:PutDataProtectionPolicy",
            "logs:PutRetentionPolicy",
            "logs:PutSubscriptionFilter",
            "logs:PutTransformer",
        ],
        resources=[f"arn:{partition}:{rest}" for rest in resources],
        roles=deployment_role_arns,
    )


def deny_role_changes(*, partition: str, deployment_role_arns: Sequence[str]) -> Statement:
    """Nobody makes, changes or deletes a role or policy of the product, nor a role that bears the name of a deployment
    role, for which the other sentences make way.

    StackSets makes its roles through a service-linked role, which no service control policy binds. ``cdk bootstrap``
    acts as whoever runs it: bootstrap an account before this is attached to it.
    """
    own = [f"arn:{partition}:iam::*:{form}/{layout.NAME_PREFIX}-*" for form in ("role", "policy")]
    return _save_deployment(
        "DenyRoleChanges",
        actions=[*_ROLE_CHANGES, *_POLICY_CHANGES],
        resources=[*own, *deployment_role_arns],
        roles=deployment_role_arns,
    )


def deny_role_use(*, partition: str, deployment_role_arns: Sequence[str]) -> Statement:
    """Nobody hands a role of the product to a function, stream or trail of his own, and so acts as it."""
    return _save_deployment(
        "DenyRoleUse",
        actions=["iam:PassRole"],
        resources=[f"arn:{partition}:iam::*:role/{layout.NAME_PREFIX}-*"],
        roles=deployment_role_arns,
    )


def deny_session_preferences_changes(*, partition: str, deployment_role_arns: Sequence[str]) -> Statement:
    """Nobody changes the session preferences but the deployment and the function that writes them on its behalf."""
    writer = f"arn:{partition}:iam::*:role/{layout.SESSION_PREFERENCES_ROLE}"
    return _save_deployment(
        "DenySessionPreferencesChanges",
        actions=[
            "ssm:CreateDocument",
            "ssm:DeleteDocument",
            "ssm:UpdateDocument",
            "ssm:UpdateDocumentDefaultVersion",
        ],
        resources=[f"arn:{partition}:ssm:*:*:document/{layout.SESSION_DOCUMENT}"],
        roles=[*deployment_role_arns, writer],
    )


def deny_recording_preferences_changes(*, deployment_role_arns: Sequence[str]) -> Statement:
    """Nobody changes or deletes the preferences by which RDP connections are recorded; they have no ARN.

    https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanagerguiconnect.html
    """
    return _save_deployment(
        "DenyRecordingPreferencesChanges",
        actions=[
            "ssm-guiconnect:DeleteConnectionRecordingPreferences",
            "ssm-guiconnect:UpdateConnectionRecordingPreferences",
        ],
        resources=["*"],
        roles=deployment_role_arns,
    )


# --- Grammar --------------------------------------------------------------------------------------


def role_arn(partition: str, name: str) -> str:
    """The pattern of a role: ``<account>:<name>``, or a name, which stands for the role of any account."""
    account, colon, plain = name.rpartition(":")
    return f"arn:{partition}:iam::{account if colon else '*'}:role/{plain}"


def _save_deployment(sid: str, *, actions: Sequence[str], resources: Sequence[str], roles: Sequence[str]) -> Statement:
    conditions: Conditions = {"ArnNotLike": {"aws:PrincipalArn": list(roles)}}
    return of_accounts(deny(sid, actions=actions, resources=resources, conditions=conditions))
