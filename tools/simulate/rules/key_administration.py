"""Who administers the evidence key, and that administration neither decrypts nor destroys.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-replicate.html
"""

from __future__ import annotations

from constructs_lib import archive_layout as layout
from tools.simulate.requesters import administrator, auditor, execution_roles, role, root
from tools.simulate.requests import DENIES_LOST, EITHER, PLAIN, Requester, Rule, each
from tools.simulate.world import KEY_ADMINISTRATION, KEY_DESTRUCTION, World

_LOOKING = (
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
)


def _everybody_else(world: World) -> list[Requester]:
    return [
        *(administrator(world, account) for account in world.accounts),
        *(root(world, account) for account in world.accounts),
        *(role(world, account, name) for account in world.members for name in world.execution_roles(world.home)),
        role(world, world.archive, layout.AUDITOR_ROLE),
        role(world, world.archive, layout.DELIVERY_ROLE),
    ]


def rules(world: World) -> list[Rule]:
    """Who administers the key."""
    deployment = [
        (requester, world.key(region)) for region in world.regions for requester in execution_roles(world, region)
    ]
    foreign = [
        (requester, world.key(region))
        for region in world.regions
        for other in (*world.regions, "eu-west-3")
        for requester in execution_roles(world, other)
        if requester not in execution_roles(world, region)
    ]
    replicating = [
        (requester, world.key(world.home))
        for region in world.regions
        if region != world.home
        for requester in execution_roles(world, region)
    ]
    return [
        Rule(
            sentence="The execution role of a Region administers the key of that Region.",
            allowed=True,
            cases=deployment,
            actions=KEY_ADMINISTRATION,
            circumstances=EITHER,
        ),
        Rule(
            sentence="The execution role of one Region does not administer the key of another.",
            allowed=False,
            cases=foreign,
            actions=KEY_ADMINISTRATION,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Nobody else administers the key: no administrator, no root user, no role of that name elsewhere.",
            allowed=False,
            cases=each(_everybody_else(world), world.keys()),
            actions=KEY_ADMINISTRATION,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Nobody, not even an administrator of the key, disables it, stops its rotation or has it deleted.",
            allowed=False,
            cases=[*deployment, *each(_everybody_else(world), world.keys())],
            actions=KEY_DESTRUCTION,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Who administers the key neither uses it nor grants its use.",
            allowed=False,
            cases=deployment,
            actions=("kms:CreateGrant", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom"),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="The execution roles of the other governed Regions make replicas of the home key.",
            allowed=True,
            cases=replicating,
            actions=("kms:ReplicateKey",),
            circumstances=EITHER,
        ),
        Rule(
            sentence="Nobody else makes replicas.",
            allowed=False,
            cases=[
                *each([*_everybody_else(world), *execution_roles(world, "eu-west-3")], world.keys()),
                *(
                    (requester, world.key(region))
                    for region in world.regions
                    if region != world.home
                    for requester in execution_roles(world, world.home)
                ),
            ],
            actions=("kms:ReplicateKey",),
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="Principals of the archive account look at the key, if their own policies allow it.",
            allowed=True,
            cases=each([administrator(world, world.archive), root(world, world.archive)], world.keys()),
            actions=_LOOKING,
            circumstances=EITHER,
        ),
        Rule(
            sentence="No principal of another account looks at the key by itself.",
            allowed=False,
            cases=each([administrator(world, account) for account in world.members], world.keys()),
            actions=_LOOKING,
            circumstances=(PLAIN, DENIES_LOST),
        ),
        Rule(
            sentence="An archive principal that its own policies do not let look at the key does not.",
            allowed=False,
            cases=each([auditor(world)] if world.settings.archive.auditors else [], world.keys()),
            actions=_LOOKING,
        ),
    ]
