"""What remains possible, so that nobody relies on what is not there: the residuals of docs/security.md, as requests.

The simulator does not know that S3 lets the root user of a bucket's account read, replace and delete the bucket's
policy whatever that policy says, while organization policies can deny it. Such requests are asked without the bucket's
policy. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html

Left out, because neither a policy nor the simulator decides it: lifecycle expiry, the lock of a version in COMPLIANCE
mode, the use of a grant that exists, and the management account, which no service control policy binds.
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import administrator, delivery_role, root, service, trail
from tools.simulate.requests import EITHER, OVERRULED, OVERRULED_ATTACHED, Requester, Rule, each
from tools.simulate.world import GETS, OUTSIDER, World


def rules(world: World) -> list[Rule]:
    """Each is allowed, and where an organization policy ends it, that is said too."""
    member_trails = world.settings.trail.mode == "member"
    name = layout.MEMBER_TRAIL if member_trails else layout.ARCHIVE_TRAIL
    home = world.bucket(BucketKind.LOGS, world.home)
    unannounced = [trail(world, OUTSIDER, name, sent=False)] if member_trails else []
    half_announced: list[Requester] = (
        [
            service(
                "cloudtrail.amazonaws.com", account=OUTSIDER, source_arn=world.trail_arn(OUTSIDER, layout.MEMBER_TRAIL)
            )
        ]
        if member_trails
        else []
    )
    encrypting = world.key(world.home, context={"aws:cloudtrail:arn": world.trail_arn(OUTSIDER, name)})
    open_buckets = world.objects([BucketKind.ACCESS_LOGS, BucketKind.DERIVED], "a")
    residuals = [
        Rule(
            sentence="Remains: the root user of the archive account replaces or deletes a bucket policy.",
            allowed=True,
            cases=each([root(world, world.archive)], world.buckets()),
            actions=("s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy"),
            circumstances=(OVERRULED,),
        ),
        Rule(
            sentence="A service control policy ends that.",
            allowed=False,
            cases=each([root(world, world.archive)], world.buckets()),
            actions=("s3:DeleteBucketPolicy", "s3:PutBucketPolicy"),
            circumstances=(OVERRULED_ATTACHED,),
        ),
        Rule(
            sentence="Remains: administrators of the archive account read and write access logs and derived data.",
            allowed=True,
            cases=each([administrator(world, world.archive)], open_buckets),
            actions=(*GETS, "s3:PutObject"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Remains: administrators of the archive account delete derived data, which is no evidence.",
            allowed=True,
            cases=each([administrator(world, world.archive)], world.objects([BucketKind.DERIVED], "a")),
            actions=("s3:DeleteObject",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Remains: administrators of the archive account see which evidence there is.",
            allowed=True,
            cases=each([administrator(world, world.archive)], world.buckets(BucketKind.LOGS, BucketKind.RECORDINGS)),
            actions=("s3:ListBucket", "s3:GetBucketPolicy"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Remains: whoever takes the delivery role of a member adds objects under its own prefixes.",
            allowed=True,
            cases=[
                (
                    delivery_role(world, account).as_administrator(),
                    world.thing(bucket, f"transcripts/account={account}/invented.json.gz"),
                )
                for account in world.accounts
                for bucket in world.buckets(BucketKind.LOGS)
            ],
            actions=("s3:PutObject",),
            circumstances=EITHER,
        ),
    ]
    if not member_trails:
        return residuals
    return [
        *residuals,
        Rule(
            sentence="Remains: CloudTrail encrypts for an outside trail of the fixed name, should it name nobody.",
            allowed=True,
            cases=each([*unannounced, *half_announced], [encrypting]),
            actions=("kms:GenerateDataKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Remains: CloudTrail checks the bucket for an outside trail of that name, should it name nobody.",
            allowed=True,
            cases=each([*unannounced, *half_announced], [home]),
            actions=("s3:GetBucketAcl",),
            circumstances=EITHER,
        ),
    ]
