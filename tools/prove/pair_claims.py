"""What is claimed of a bucket and its key together, for one caller who asks for both."""

from __future__ import annotations

import z3

from stacks.settings import Settings
from tools.prove.encoding import Request
from tools.prove.guarded import Guarded, Opening
from tools.prove.policies import Policy, PolicyKind
from tools.prove.query_permits import reader_roles
from tools.prove.refutation import Prover

_CALLER = (
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalOrgID",
    "aws:PrincipalServiceName",
)


def prove_pairs(policies: list[Policy], settings: Settings, prover: Prover) -> None:
    """Only the readers both get evidence and decrypt it; who changes a key's policy does not decrypt evidence."""
    archive = [
        Guarded(policy, settings)
        for policy in policies
        if policy.kind in (PolicyKind.BUCKET, PolicyKind.KEY) and policy.owner == settings.archive.account
    ]
    for key in (guarded for guarded in archive if guarded.is_evidence_key):
        _administrators_do_not_decrypt(key, prover)
        for bucket in archive:
            if bucket.is_bucket and bucket.holds_evidence and bucket.policy.place == key.policy.place:
                _only_readers_get_and_decrypt(bucket, key, prover)


def _only_readers_get_and_decrypt(bucket: Guarded, key: Guarded, prover: Prover) -> None:
    get, decrypt = Request("s3:GetObject", name="get "), Request("kms:Decrypt")
    readers = bucket.roles(reader_roles(bucket.settings))
    got = z3.Or(*(_passes(bucket, opening, get) for opening in bucket.openings()))
    for opening in key.openings():
        prover.never(
            "only the named reader roles both get evidence and decrypt it",
            policy=key.policy,
            sid=opening.sid,
            request=decrypt,
            beside=[get],
            terms=[
                got,
                _passes(key, opening, decrypt),
                *(get.key(name) == decrypt.key(name) for name in _CALLER),
                *(z3.Not(decrypt.key("aws:PrincipalArn") == reader) for reader in readers),
            ],
        )


def _administrators_do_not_decrypt(key: Guarded, prover: Prover) -> None:
    change, decrypt = Request("kms:PutKeyPolicy", name="change "), Request("kms:Decrypt")
    place = key.policy.place
    changed = z3.Or(*(_passes(key, opening, change) for opening in key.openings()))
    for opening in key.openings():
        prover.never(
            "who changes the policy of the evidence key does not decrypt evidence",
            policy=key.policy,
            sid=opening.sid,
            request=decrypt,
            beside=[change],
            terms=[
                changed,
                _passes(key, opening, decrypt),
                key.identity(decrypt),
                decrypt.key("kms:ViaService") == f"s3.{place.region}.{place.dns_suffix}",
                *(change.key(name) == decrypt.key(name) for name in _CALLER),
            ],
        )


def _passes(guarded: Guarded, opening: Opening, request: Request) -> z3.BoolRef:
    return z3.And(opening.lets(request), guarded.here(request), z3.Not(guarded.denies(request)))
