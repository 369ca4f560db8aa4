"""The whole proof: every claim about every policy of an assembly."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from stacks.settings import Settings
from tools.prove.channel_claims import prove_channel
from tools.prove.guardrail_claims import prove_guardrail
from tools.prove.organization_claims import prove_organization
from tools.prove.pair_claims import prove_pairs
from tools.prove.policies import Policy, PolicyKind
from tools.prove.refutation import EnoughError, Prover
from tools.prove.resource_claims import prove_resource
from tools.prove.role_claims import prove_role
from tools.prove.unread import UnknownPolicyError

_GUARDED = (PolicyKind.BUCKET, PolicyKind.KEY)
_SPOKEN_TO = (PolicyKind.BUS, PolicyKind.FUNCTION, PolicyKind.LOGS, PolicyKind.QUEUE, PolicyKind.TOPIC)
_CONTROLS = (PolicyKind.SERVICE_CONTROL, PolicyKind.RESOURCE_CONTROL)
_ROLES = (PolicyKind.TRUST, PolicyKind.PERMISSIONS)


def prove(policies: Sequence[Policy], settings: Settings) -> Prover:
    """Ask every question; the prover that comes back holds the refutations.

    Raises:
        UnmodelledError: A policy says something that is not encoded.
        UnknownPolicyError: A kind of policy about which nothing is claimed yet.
    """
    prover = Prover()
    for policy in policies:
        prove_policy(policy, settings, prover)
    prove_pairs(list(policies), settings, prover)
    return prover


def prove_policy(policy: Policy, settings: Settings, prover: Prover, *, only: str | None = None) -> None:
    """Every claim about one policy, or about the one sentence of it that is named, until there is enough."""
    if policy.kind in _GUARDED:
        claims = prove_resource
    elif policy.kind in _SPOKEN_TO:
        claims = prove_channel
    elif policy.kind in _ROLES:
        claims = prove_role
    elif policy.kind in _CONTROLS:
        claims = prove_guardrail
    elif policy.kind is PolicyKind.ORGANIZATION:
        claims = prove_organization
    else:
        raise UnknownPolicyError(f"nothing is claimed of the {policy}")
    with contextlib.suppress(EnoughError):
        claims(policy, settings, prover, only=only)
