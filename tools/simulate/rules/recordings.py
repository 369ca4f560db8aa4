"""RDP recordings: SSM GuiConnect writes them, and a connecting user's grant on the key goes through GuiConnect.

https://docs.aws.amazon.com/systems-manager/latest/userguide/systems-manager-just-in-time-node-access-rdp-recording.html
"""

from __future__ import annotations

from constructs_lib.archive_layout import BucketKind
from tools.simulate.requesters import administrator, outsider, role, root, service
from tools.simulate.requests import DENIES_LOST, EITHER, PLAIN, TWO_LAYERS, WHATEVER_ALLOWS_IT, Rule, each
from tools.simulate.world import GETS, KEY_USE, OUTSIDE_ORGANIZATION, OUTSIDER, World

_GUICONNECT = "ssm-guiconnect.amazonaws.com"
_RECORDING = "0a1b2c3d-recording"


def rules(world: World) -> list[Rule]:
    """What GuiConnect does with bucket and key, where connections are recorded, and what nobody does."""
    inside = [service(_GUICONNECT, account=account, organization=world.organization) for account in world.accounts]
    outside = [service(_GUICONNECT, account=OUTSIDER, organization=OUTSIDE_ORGANIZATION)]
    silent = [service(_GUICONNECT, account=OUTSIDER), service(_GUICONNECT)]
    recordings = world.objects([BucketKind.RECORDINGS], _RECORDING)
    recorded = [
        world.thing(world.bucket(BucketKind.RECORDINGS, region), _RECORDING) for region in world.recording_regions
    ]
    unrecorded = [target for target in recordings if target not in recorded]
    through_s3 = [world.key(region, via=world.service("s3", region)) for region in world.recording_regions]
    connecting = [
        requester
        for account in world.accounts
        for requester in (administrator(world, account), role(world, account, "stacksets-exec-0123456789abcdef"))
    ]
    granting = [world.key(region, via=world.service("ssm-guiconnect", region)) for region in world.recording_regions]
    return [
        Rule(
            sentence="GuiConnect writes recordings for every account of the organization.",
            allowed=True,
            cases=each(inside, recorded),
            actions=("s3:PutObject",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="GuiConnect writes nothing where connections are not recorded, and nothing into other buckets.",
            allowed=False,
            cases=each(
                inside,
                unrecorded + world.objects([kind for kind in BucketKind if kind is not BucketKind.RECORDINGS], "a"),
            ),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="GuiConnect writes no recording for another organization.",
            allowed=False,
            cases=each(outside, recordings),
            actions=("s3:PutObject",),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="GuiConnect writes no recording where it does not say for which organization.",
            allowed=False,
            cases=each(silent, recordings),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="GuiConnect puts recordings and does nothing else with them.",
            allowed=False,
            cases=each(inside, recordings),
            actions=("s3:DeleteObject", "s3:GetObject", "s3:PutObjectAcl", "s3:PutObjectRetention"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="No service reads recordings, whatever else allows it.",
            allowed=False,
            cases=each(inside, recordings),
            actions=GETS,
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="Nobody but a service writes recordings, whatever else allows it.",
            allowed=False,
            cases=each(
                [
                    *(administrator(world, account) for account in world.accounts),
                    *(root(world, account) for account in world.accounts),
                    *(role(world, account, "evidence-delivery") for account in world.accounts),
                ],
                recordings,
            ),
            actions=("s3:PutObject", "s3:ReplicateObject"),
            circumstances=WHATEVER_ALLOWS_IT,
        ),
        Rule(
            sentence="No other service writes recordings, for accounts of the organization neither.",
            allowed=False,
            cases=each(
                [
                    service(name, account=world.members[0], organization=world.organization)
                    for name in ("cloudtrail.amazonaws.com", "firehose.amazonaws.com", "ssm.amazonaws.com")
                ],
                recordings,
            ),
            actions=("s3:PutObject",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="GuiConnect encrypts recordings through S3 for every account of the organization.",
            allowed=True,
            cases=each(inside, through_s3),
            actions=("kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
            circumstances=EITHER,
        ),
        Rule(
            sentence="GuiConnect uses the key through the S3 of its own Region alone.",
            allowed=False,
            cases=each(
                inside,
                [
                    *world.keys(),
                    *(world.key(region, via=world.service("s3", "eu-west-3")) for region in world.regions),
                    *(world.key(region, via=world.service("ebs", region)) for region in world.regions),
                ],
            ),
            actions=("kms:GenerateDataKey",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="GuiConnect neither decrypts, encrypts nor grants.",
            allowed=False,
            cases=each(inside, through_s3),
            actions=("kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:PutKeyPolicy"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="GuiConnect encrypts nothing for another organization.",
            allowed=False,
            cases=each(outside, [world.key(region, via=world.service("s3", region)) for region in world.regions]),
            actions=("kms:GenerateDataKey",),
            circumstances=TWO_LAYERS,
        ),
        Rule(
            sentence="GuiConnect encrypts nothing where it does not say for which organization.",
            allowed=False,
            cases=each(silent, [world.key(region, via=world.service("s3", region)) for region in world.regions]),
            actions=("kms:GenerateDataKey",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Who connects, or deploys the preferences, grants on the key through GuiConnect.",
            allowed=True,
            cases=each(connecting, granting),
            actions=("kms:CreateGrant",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Nobody grants on the key by hand, through another service or in a call that is not forwarded.",
            allowed=False,
            cases=each(
                connecting,
                [
                    target
                    for region in world.regions
                    for target in (
                        world.key(region),
                        world.key(region, via=world.service("ec2", region)),
                        world.key(region, via=world.service("ssm-guiconnect", "eu-west-3")),
                        world.key(region, via=world.service("ssm-guiconnect", region), forwarded=False),
                    )
                ],
            ),
            actions=("kms:CreateGrant",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Through GuiConnect nobody does more than grant.",
            allowed=False,
            cases=each(connecting, granting),
            actions=(*KEY_USE, "kms:PutKeyPolicy", "kms:RetireGrant", "kms:RevokeGrant"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Nobody from outside grants on the key through GuiConnect.",
            allowed=False,
            cases=each(
                [outsider(world), outsider(world, organization="")],
                [world.key(region, via=world.service("ssm-guiconnect", region)) for region in world.regions],
            ),
            actions=("kms:CreateGrant",),
            circumstances=TWO_LAYERS,
        ),
    ]
