"""Who sends evidence: for each writer what it may do with the bucket and what with the key, side by side.

A writer puts objects and nothing else; none of them reads.
"""

from __future__ import annotations

from dataclasses import dataclass

from constructs_lib import archive_layout as layout
from constructs_lib.policies.evidence_key import KEY
from constructs_lib.policies.statement import ANYONE, Conditions, Statement, account_root, allow, service


@dataclass(frozen=True)
class Writer:
    """The sentences that admit one kind of evidence, to paste into the bucket's and the key's policy.

    Args:
        bucket: Sentences of the bucket's policy.
        key: Sentences of the key's policy.
        roles: ARN patterns of the roles that put objects; none where an AWS service does.
        objects: ARN patterns of the objects that these roles put.
        confined_by: The Sid of the Deny that keeps these roles from every other object of the bucket; where there are
            roles, each writer of a bucket needs its own.
    """

    bucket: tuple[Statement, ...]
    key: tuple[Statement, ...]
    roles: tuple[str, ...] = ()
    objects: tuple[str, ...] = ()
    confined_by: str = ""


def member_trails(organization_id: str, *, partition: str, bucket_arn: str) -> Writer:
    """CloudTrail, for the trail of fixed name in any account of the organization.

    CloudTrail itself appends ``AWSLogs/<account>/`` to the prefix, and no prefix may hold ``AWSLogs/``, so a trail
    cannot write under another account. Whether CloudTrail sends ``aws:SourceOrgID`` to KMS is not documented; the key
    is pinned by the trail's name instead, and by the organization where the key is sent.
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    trail_arn = f"arn:{partition}:cloudtrail:*:*:trail/{layout.MEMBER_TRAIL}"
    return _trail(
        "MemberTrails",
        organization_id,
        trail_arn=trail_arn,
        bucket_arn=bucket_arn,
        objects=[f"{bucket_arn}/{layout.trail_files_of('*')}*"],
    )


def organization_trail(
    organization_id: str, *, partition: str, bucket_arn: str, region: str, management_account: str
) -> Writer:
    """CloudTrail, for the one organization trail of the management account.

    CreateTrail tests both paths: the management account's and the organization's.
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    return _trail(
        "OrganizationTrail",
        organization_id,
        trail_arn=f"arn:{partition}:cloudtrail:{region}:{management_account}:trail/{layout.ORGANIZATION_TRAIL}",
        bucket_arn=bucket_arn,
        objects=[
            f"{bucket_arn}/{layout.trail_files_of(management_account)}*",
            f"{bucket_arn}/{layout.trail_files_of(organization_id)}*",
        ],
    )


def archive_trail(organization_id: str, *, partition: str, bucket_arn: str, region: str, account: str) -> Writer:
    """CloudTrail, for the archive's own trail that records who touches evidence."""
    return _trail(
        "ArchiveTrail",
        organization_id,
        trail_arn=f"arn:{partition}:cloudtrail:{region}:{account}:trail/{layout.ARCHIVE_TRAIL}",
        bucket_arn=bucket_arn,
        objects=[f"{bucket_arn}/{layout.trail_files_of(account)}*"],
    )


def _trail(name: str, organization_id: str, *, trail_arn: str, bucket_arn: str, objects: list[str]) -> Writer:
    principal = service("cloudtrail.amazonaws.com")
    from_trail: Conditions = {
        "StringEquals": {"aws:SourceOrgID": organization_id},
        "ArnLike": {"aws:SourceArn": trail_arn},
    }
    # The one sanctioned IfExists: the key's presence is documented for the bucket, not for KMS.
    from_trail_to_key: Conditions = {
        "StringEqualsIfExists": {"aws:SourceOrgID": organization_id},
        "ArnLike": {"aws:SourceArn": trail_arn},
    }
    return Writer(
        bucket=(
            allow(
                f"{name}ReadBucketAcl",
                principal=principal,
                actions=["s3:GetBucketAcl"],
                resources=[bucket_arn],
                # AWS's own policies pin the organization on PutObject alone.
                # https://docs.aws.amazon.com/controltower/latest/userguide/logging-s3-audit-bucket.html
                conditions={"ArnLike": {"aws:SourceArn": trail_arn}},
            ),
            allow(
                f"{name}WriteOwnFiles",
                principal=principal,
                actions=["s3:PutObject"],
                resources=objects,
                conditions=from_trail,
            ),
        ),
        key=(
            allow(
                f"{name}Encrypt",
                principal=principal,
                actions=["kms:GenerateDataKey*"],
                resources=KEY,
                conditions={
                    **from_trail_to_key,
                    "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": trail_arn},
                },
            ),
            allow(
                f"{name}CheckKey",
                principal=principal,
                actions=["kms:Decrypt", "kms:DescribeKey"],
                resources=KEY,
                conditions=from_trail_to_key,
            ),
        ),
    )


def member_deliveries(organization_id: str, *, partition: str, bucket_arn: str, via_s3: str) -> Writer:
    """Data Firehose, as the delivery role of a member, under that member's own prefixes.

    ``s3:PutObjectAcl`` is needed because Firehose sends ``bucket-owner-full-control``; with ACLs disabled it changes
    nothing. ``kms:Decrypt`` is what a multipart upload and bucket keys ask of a writer; it gets no objects to decrypt.
    Listing is bound to the own prefixes, so that no member sees another's file names.
    https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html#cross-account-delivery-s3
    """
    own = "${aws:PrincipalAccount}"
    prefixes = [layout.transcripts_of(own), layout.errors_of("transcripts", own)]
    delivery_roles = f"arn:{partition}:iam::*:role/{layout.DELIVERY_ROLE}"
    by_delivery_role: Conditions = {
        "StringEquals": {"aws:PrincipalOrgID": organization_id},
        "ArnLike": {"aws:PrincipalArn": delivery_roles},
    }
    return Writer(
        roles=(delivery_roles,),
        confined_by="DenyWritesOutsideOwnPrefixes",
        objects=tuple(f"{bucket_arn}/{prefix}*" for prefix in prefixes),
        bucket=(
            allow(
                "DeliveryRolesWriteOwnTranscripts",
                principal=ANYONE,
                actions=["s3:AbortMultipartUpload", "s3:PutObject", "s3:PutObjectAcl"],
                resources=[f"{bucket_arn}/{prefix}*" for prefix in prefixes],
                conditions=by_delivery_role,
            ),
            allow(
                "DeliveryRolesLocateBucket",
                principal=ANYONE,
                actions=["s3:GetBucketLocation"],
                resources=[bucket_arn],
                conditions=by_delivery_role,
            ),
            allow(
                "DeliveryRolesListOwnTranscripts",
                principal=ANYONE,
                actions=["s3:ListBucket"],
                resources=[bucket_arn],
                conditions={**by_delivery_role, "StringLike": {"s3:prefix": [f"{prefix}*" for prefix in prefixes]}},
            ),
        ),
        key=(
            allow(
                "DeliveryRolesEncrypt",
                principal=ANYONE,
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=KEY,
                conditions={
                    "StringEquals": {"aws:PrincipalOrgID": organization_id, "kms:ViaService": via_s3},
                    "ArnLike": {"aws:PrincipalArn": delivery_roles},
                    # With bucket keys the context is the bucket, without them the object.
                    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
                    "StringLike": {
                        "kms:EncryptionContext:aws:s3:arn": [
                            bucket_arn,
                            *(f"{bucket_arn}/{prefix}*" for prefix in prefixes),
                        ]
                    },
                },
            ),
        ),
    )


def access_events(*, partition: str, bucket_arn: str, account: str, via_s3: str) -> Writer:
    """Data Firehose, as a role of the archive account, with what the access hub has judged.

    Inside one account the role's own policy is what lets it write; the bucket's sentences keep all others out.
    """
    role = f"arn:{partition}:iam::{account}:role/{layout.ACCESS_DELIVERY_ROLE}"
    objects = tuple(
        f"{bucket_arn}/{prefix}*"
        for prefix in (layout.ACCESS_EVENTS_PREFIX, layout.errors_of("access-events", account))
    )
    return Writer(
        roles=(role,),
        objects=objects,
        confined_by="DenyAccessDeliveryElsewhere",
        bucket=(),
        key=(
            allow(
                "AccessDeliveryEncrypts",
                principal=account_root(partition=partition, account=account),
                actions=["kms:Decrypt", "kms:GenerateDataKey"],
                resources=KEY,
                conditions={
                    "ArnEquals": {"aws:PrincipalArn": role},
                    "StringEquals": {"kms:ViaService": via_s3},
                    "StringLike": {"kms:EncryptionContext:aws:s3:arn": [bucket_arn, *objects]},
                },
            ),
        ),
    )


def session_recordings(organization_id: str, *, bucket_arn: str, via_s3: str, via_guiconnect: str) -> Writer:
    """SSM GuiConnect, for RDP connections of the organization; the bucket is its own, since it takes no prefix.

    The connecting user's grant on the key is bound to GuiConnect and to calls that AWS itself forwards; without that,
    any member administrator could hand the key to anybody.
    https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-rdp-recording.html
    """
    principal = service("ssm-guiconnect.amazonaws.com")
    return Writer(
        bucket=(
            allow(
                "GuiConnectWritesRecordings",
                principal=principal,
                actions=["s3:PutObject"],
                resources=[f"{bucket_arn}/*"],
                conditions={"StringEquals": {"aws:SourceOrgID": organization_id}},
            ),
        ),
        key=(
            allow(
                "GuiConnectEncryptsRecordings",
                principal=principal,
                actions=["kms:GenerateDataKey*"],
                resources=KEY,
                conditions={"StringEquals": {"aws:SourceOrgID": organization_id, "kms:ViaService": via_s3}},
            ),
            allow(
                "MembersGrantToGuiConnect",
                principal=ANYONE,
                actions=["kms:CreateGrant"],
                resources=KEY,
                conditions={
                    "StringEquals": {"aws:PrincipalOrgID": organization_id, "kms:ViaService": via_guiconnect},
                    "Bool": {"aws:ViaAWSService": "true"},
                },
            ),
        ),
    )


def access_logs(*, bucket_arn: str, account: str, logged_bucket_arns: list[str]) -> Statement:
    """S3 writes the access logs of the archive's own buckets.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    """
    return allow(
        "S3WritesAccessLogs",
        principal=service("logging.s3.amazonaws.com"),
        actions=["s3:PutObject"],
        resources=[f"{bucket_arn}/*"],
        conditions={
            "StringEquals": {"aws:SourceAccount": account},
            "ArnEquals": {"aws:SourceArn": logged_bucket_arns},
        },
    )
