"""Whoever is outside the organization, or signs nothing, reaches nothing; two layers refuse it, each alone.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_data-perimeters.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
"""

from __future__ import annotations

from tools.simulate.requesters import anonymous, outsiders, service
from tools.simulate.requests import TWO_LAYERS, Rule, each
from tools.simulate.world import (
    GETS,
    KEY_ADMINISTRATION,
    KEY_DESTRUCTION,
    KEY_USE,
    OUTSIDE_ORGANIZATION,
    OUTSIDER,
    World,
)

_SERVICES = (
    "cloudtrail.amazonaws.com",
    "config.amazonaws.com",
    "delivery.logs.amazonaws.com",
    "logging.s3.amazonaws.com",
    "ssm-guiconnect.amazonaws.com",
)


def rules(world: World) -> list[Rule]:
    """Strangers, with every right that their own account can give them."""
    strangers = [*outsiders(world), anonymous()]
    services = [service(name, account=OUTSIDER, organization=OUTSIDE_ORGANIZATION) for name in _SERVICES]
    things = [world.thing(bucket, f"transcripts/account={OUTSIDER}/a") for bucket in world.buckets()]
    return [
        Rule(
            sentence="Nobody from outside reads, writes or deletes an object, and no anonymous caller does.",
            allowed=False,
            cases=each(strangers, things),
            actions=(*GETS, "s3:PutObject", "s3:DeleteObject"),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="Nobody from outside lists, inspects or changes a bucket, and no anonymous caller does.",
            allowed=False,
            cases=each(strangers, world.buckets()),
            actions=("s3:ListBucket", "s3:GetBucketAcl", "s3:PutBucketPolicy"),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="Nobody from outside uses, administers or destroys the key, and no anonymous caller does.",
            allowed=False,
            cases=each(strangers, world.keys()),
            actions=(
                *KEY_USE[:3],
                *KEY_ADMINISTRATION[3:4],
                *KEY_DESTRUCTION[1:2],
                "kms:CreateGrant",
                "kms:DescribeKey",
            ),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="No service touches an object for another organization.",
            allowed=False,
            cases=each(services, things),
            actions=("s3:GetObject", "s3:PutObject"),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="No service touches a bucket for another organization.",
            allowed=False,
            cases=each(services, world.buckets()),
            actions=("s3:GetBucketAcl", "s3:ListBucket"),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="No service uses the key for another organization.",
            allowed=False,
            cases=each(
                [
                    *services,
                    *(service(world.service("logs", world.home), account=OUTSIDER, organization=OUTSIDE_ORGANIZATION),),
                ],
                world.keys(),
            ),
            actions=("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
            circumstances=TWO_LAYERS,
        ),
    ]
