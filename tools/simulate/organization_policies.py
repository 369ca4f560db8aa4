"""Sample policies of an organization, to show that the archive needs none of them and works with all of them.

The product does not deploy these documents; the roll-out brings its own. Here they serve two statements: what the
resource policies promise holds without them, and they break no writer, reader or deployment of the archive.

Service control policies bind the users, roles and root users of members, not services and not the management
account. Resource control policies bind whoever calls on a resource of a member.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html
"""

from __future__ import annotations

from typing import Any

from tools.simulate.world import World

Document = dict[str, Any]


def service_control_policies(world: World) -> dict[str, Document]:
    """Everything is allowed, but that nobody save the deployment changes what guards the archive, the root neither."""
    return {"FullAWSAccess": _full_access(), "ArchiveProtection": _archive_protection(world)}


def resource_control_policies(world: World) -> dict[str, Document]:
    """Nobody from outside, and no service acting for outsiders, touches buckets and keys of the organization."""
    return {"OrganizationPerimeter": _organization_perimeter(world)}


def _full_access() -> Document:
    return _document({"Sid": "FullAWSAccess", "Effect": "Allow", "Action": "*", "Resource": "*"})


def _archive_protection(world: World) -> Document:
    buckets = f"arn:{world.partition}:s3:::evidence-*-{world.archive}-*"
    keys = f"arn:{world.partition}:kms:*:{world.archive}:key/*"
    deployment = [
        world.role_arn(world.archive, name) for region in world.regions for name in world.execution_roles(region)
    ]
    return _document(
        {
            "Sid": "OnlyDeploymentGuardsArchive",
            "Effect": "Deny",
            "Action": [
                "kms:PutKeyPolicy",
                "s3:DeleteBucketPolicy",
                "s3:PutBucketAcl",
                "s3:PutBucketLogging",
                "s3:PutBucketObjectLockConfiguration",
                "s3:PutBucketPolicy",
                "s3:PutBucketPublicAccessBlock",
                "s3:PutBucketVersioning",
                "s3:PutEncryptionConfiguration",
                "s3:PutLifecycleConfiguration",
                "s3:PutReplicationConfiguration",
            ],
            "Resource": [buckets, keys],
            "Condition": {"ArnNotEquals": {"aws:PrincipalArn": deployment}},
        },
        {
            "Sid": "NobodyRemovesEvidence",
            "Effect": "Deny",
            "Action": [
                "kms:DisableKey",
                "kms:ScheduleKeyDeletion",
                "s3:BypassGovernanceRetention",
                "s3:DeleteBucket",
                "s3:DeleteObjectVersion",
                "s3:PutObjectRetention",
            ],
            "Resource": [buckets, f"{buckets}/*", keys],
        },
    )


def _organization_perimeter(world: World) -> Document:
    """After AWS's own examples: https://github.com/aws-samples/data-perimeter-policy-examples."""
    everything = {"Effect": "Deny", "Principal": "*", "Action": ["kms:*", "s3:*"], "Resource": "*"}
    return _document(
        {
            "Sid": "EnforceOrganizationIdentities",
            **everything,
            "Condition": {
                "StringNotEqualsIfExists": {"aws:PrincipalOrgID": world.organization},
                "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
            },
        },
        {
            "Sid": "EnforceConfusedDeputyProtection",
            **everything,
            "Condition": {
                "StringNotEqualsIfExists": {"aws:SourceOrgID": world.organization},
                "Null": {"aws:SourceAccount": "false"},
                "Bool": {"aws:PrincipalIsAWSService": "true"},
            },
        },
    )


def _document(*statements: dict[str, Any]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
