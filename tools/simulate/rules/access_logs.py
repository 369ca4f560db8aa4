"""S3's server access logs of the archive's own buckets.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
"""

from __future__ import annotations

from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import service
from tools.simulate.requests import DENIES_LOST, EITHER, PLAIN, TWO_LAYERS, Requester, Rule, each
from tools.simulate.world import OUTSIDE_ORGANIZATION, OUTSIDER, World

_LOGGING = "logging.s3.amazonaws.com"


def _for(world: World, source_arn: str, *, account: str | None = None, organization: str | None = None) -> Requester:
    return service(
        _LOGGING,
        account=account or world.archive,
        organization=world.organization if organization is None else organization,
        source_arn=source_arn,
    )


def rules(world: World) -> list[Rule]:
    """Who writes access logs."""
    stranger = f"arn:{world.partition}:s3:::a-bucket"
    logged = (BucketKind.LOGS, BucketKind.RECORDINGS)
    own = [_for(world, bucket.arn) for bucket in world.buckets(*logged)]
    return [
        Rule(
            sentence="S3 writes the access logs of the log and recording buckets, each into the bucket of its Region.",
            allowed=True,
            cases=[
                (
                    _for(world, world.bucket_arn(kind, region)),
                    world.thing(world.bucket(BucketKind.ACCESS_LOGS, region), "a"),
                )
                for region in world.regions
                for kind in logged
            ],
            actions=("s3:PutObject",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="S3 writes no access logs of other buckets, of the archive account neither.",
            allowed=False,
            cases=each(
                [
                    _for(world, stranger),
                    _for(world, stranger, account=world.members[0]),
                    *(_for(world, bucket.arn, account=world.members[0]) for bucket in world.buckets(*logged)),
                ],
                world.objects([BucketKind.ACCESS_LOGS], "a"),
            ),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="S3 writes no access logs for another organization.",
            allowed=False,
            cases=each(
                [_for(world, stranger, account=OUTSIDER, organization=OUTSIDE_ORGANIZATION)],
                world.objects([BucketKind.ACCESS_LOGS], "a"),
            ),
            actions=("s3:PutObject",),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="S3's logging writes nothing among the evidence.",
            allowed=False,
            cases=each(own, world.objects([BucketKind.LOGS, BucketKind.RECORDINGS, BucketKind.DERIVED], "a")),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="S3's logging puts access logs and does nothing else with them.",
            allowed=False,
            cases=each(own, world.objects([BucketKind.ACCESS_LOGS], "a")),
            actions=("s3:DeleteObject", "s3:GetObject", "s3:PutObjectAcl"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
    ]
