"""What the design promises of the policies holds for every request there can be."""

from __future__ import annotations

import copy
import dataclasses
import re

import pytest
import z3

from tests.conftest import VARIANTS
from tools.prove.actions import ROOT_KEEPS
from tools.prove.encoding import Request, UnmodelledError, listed
from tools.prove.guarded import OWN_IAM, Guarded
from tools.prove.pair_claims import prove_pairs
from tools.prove.policies import Policy, PolicyKind
from tools.prove.principals import is_root_of
from tools.prove.proof import prove, prove_policy
from tools.prove.refutation import Prover

EXAMPLE = "example"
EACH_VARIANT = [
    pytest.param(
        name, marks=pytest.mark.xdist_group("proof of the example" if name == EXAMPLE else "proof of variants")
    )
    for name in VARIANTS
]
"""In two groups, so that two processes share the work."""


def changed(policy: Policy, sid: str, change) -> Policy:
    """The policy with one statement changed."""
    document = {**policy.document, "Statement": copy.deepcopy(policy.statements)}
    (statement,) = [item for item in document["Statement"] if item["Sid"] == sid]
    change(statement)
    return dataclasses.replace(policy, document=document)


def refuted(policy: Policy, settings, *, only: str | None = None) -> list[str]:
    """What the proof says of a policy: its refutations, or that a form is not encoded."""
    prover = Prover(enough=1)
    try:
        prove_policy(policy, settings, prover, only=only)
    except UnmodelledError as error:
        return [f"not encoded: {error}"]
    return [str(refutation) for refutation in prover.refutations]


def one(policies: list[Policy], kind: PolicyKind, part: str) -> Policy:
    return next(policy for policy in policies if policy.kind is kind and part in policy.subject)


@pytest.mark.requirement(16, "every policy", "proved: a service is known by organization, source or encryption context")
@pytest.mark.requirement(17, "every policy", "proved: no more than AWS's pages ask for")
@pytest.mark.requirement(
    21, "every policy", "proved: only the readers both get and decrypt; administrators do not decrypt"
)
@pytest.mark.parametrize("name", EACH_VARIANT)
def test_every_claim_is_proved(policies_of_variant, name, record_property):
    policies, settings = policies_of_variant(name)
    prover = prove(policies, settings)
    record_property("proof: questions", prover.queries)
    record_property("proof: policies", len(policies))
    assert [str(refutation) for refutation in prover.refutations] == []


def conditions(policy: Policy) -> list[tuple[str, str, str]]:
    """Sid, operator and key of every condition of every Allow."""
    return [
        (statement["Sid"], operator, key)
        for statement in policy.statements
        if statement["Effect"] == "Allow"
        for operator, block in statement.get("Condition", {}).items()
        for key in block
    ]


SAID_TWICE = {("AccountAdministersKey", "StringEquals", "aws:PrincipalAccount")}
"""Conditions that say again what the principal says: the account."""


@pytest.mark.parametrize("name", EACH_VARIANT)
def test_without_any_one_condition_a_sentence_is_refuted(policies_of_variant, name, record_property):
    """Each condition of each Allow, dropped by itself."""
    policies, settings = policies_of_variant(name)
    dropped, unnoticed = 0, []
    for policy in policies:
        for sid, operator, key in conditions(policy):
            if (sid, operator, key) in SAID_TWICE:
                continue
            less = changed(policy, sid, lambda item, o=operator, k=key: item["Condition"][o].pop(k))
            dropped += 1
            if not refuted(less, settings, only=sid):
                unnoticed.append(f"{policy}: {sid} without {operator} {key}")
    record_property("conditions that are needed", dropped)
    assert unnoticed == []
    assert dropped > 100


@pytest.mark.xdist_group("proof of variants")
def test_a_refutation_tells_the_request_and_the_sid_that_lets_it_in(loaded):
    policies, settings = loaded
    bucket = one(policies, PolicyKind.BUCKET, "evidence-logs-")
    open_to_all = changed(bucket, "MemberTrailsWriteOwnFiles", lambda item: item["Condition"].pop("StringEquals"))
    (told, *_) = refuted(open_to_all, settings, only="MemberTrailsWriteOwnFiles")
    assert "NOT PROVED: a sentence allows no more than AWS's pages ask for" in told
    assert f"bucket policy of {bucket.subject}" in told
    assert "lets in, by MemberTrailsWriteOwnFiles" in told
    assert "cloudtrail.amazonaws.com asks for s3:putobject on arn:aws:s3:::evidence-logs-" in told
    assert "aws:sourcearn = arn:aws:cloudtrail:" in told


@pytest.mark.xdist_group("proof of variants")
@pytest.mark.parametrize("action", ROOT_KEEPS)
def test_what_the_root_user_keeps_is_a_short_list_and_every_entry_is_real(loaded, action):
    """AWS lets no bucket policy deny these to the root user of the account; nothing else is on the list."""
    policies, settings = loaded
    guarded = Guarded(one(policies, PolicyKind.BUCKET, "evidence-logs-"), settings)
    request = Request(action)
    solver = z3.Solver()
    (own,) = [opening for opening in guarded.openings() if opening.sid == OWN_IAM]
    solver.add(own.lets(request), guarded.here(request), z3.Not(guarded.denies(request)))
    solver.add(guarded.identity(request), is_root_of(request, guarded.policy.owner, "aws"))
    assert solver.check() == z3.sat
    assert len(ROOT_KEEPS) == 3


@pytest.mark.xdist_group("proof of variants")
def test_every_claim_has_a_request_that_would_refute_it(loaded):
    """Without its policy a bucket opens to its account, so that no claim about buckets is proved of nothing."""
    policies, settings = loaded
    bucket = one(policies, PolicyKind.BUCKET, "evidence-logs-")
    bare = dataclasses.replace(
        bucket, document={"Version": "2012-10-17", "Statement": [_allow_everybody(bucket.subject)]}
    )
    prover = Prover()
    prove_policy(bare, settings, prover)
    assert {refutation.claim for refutation in prover.refutations} == {
        "a sentence allows no more than AWS's pages ask for",
        "a service that does not say its organization is known by its source or encryption context",
        "no member sees the names of another's evidence",
        "no role but the hub's delivery role writes access events",
        "no role writes outside its own prefixes, and none writes recordings",
        "no service that acts for another organization has anything",
        "no unnamed service has anything",
        "no user or role from outside the organization, and nobody anonymous, has anything",
        "nobody reads or writes without TLS",
        "nobody removes, unlocks or relabels evidence",
        "only the execution roles change how a bucket guards its content",
        "only the named reader roles get evidence",
    }


@pytest.mark.xdist_group("proof of variants")
def test_an_open_key_refutes_every_claim_about_keys(loaded):
    policies, settings = loaded
    key = one(policies, PolicyKind.KEY, ":key/mrk-")
    bare = dataclasses.replace(key, document={"Version": "2012-10-17", "Statement": [_allow_everybody("*", "kms")]})
    bucket = one(policies, PolicyKind.BUCKET, "evidence-logs-")
    wide = dataclasses.replace(
        bucket, document={"Version": "2012-10-17", "Statement": [_allow_everybody(bucket.subject)]}
    )
    prover = Prover()
    prove_policy(bare, settings, prover)
    prove_pairs([bare, wide], settings, prover)
    claims = {refutation.claim for refutation in prover.refutations}
    assert {
        "nobody disables or deletes a key",
        "only the execution roles change a key",
        "only the named reader roles both get evidence and decrypt it",
        "who changes the policy of the evidence key does not decrypt evidence",
    } <= claims


@pytest.mark.xdist_group("proof of variants")
@pytest.mark.parametrize(
    ("kind", "service", "more"),
    [
        (
            PolicyKind.BUS,
            "events",
            {
                "no finding and no silence is told by a member",
                "no member puts events but as its forwarding role",
                "no member puts events without a source",
                "no recording is announced by a member",
            },
        ),
        (PolicyKind.FUNCTION, "lambda", set()),
        (PolicyKind.QUEUE, "sqs", {"nobody reads or writes without TLS"}),
        (PolicyKind.TOPIC, "sns", {"nobody reads or writes without TLS"}),
    ],
)
def test_what_carries_events_refutes_every_claim_about_it_when_it_is_open(loaded, kind, service, more):
    policies, settings = loaded
    policy = one(policies, kind, f":{settings.archive.account}:")
    bare = {"Version": "2012-10-17", "Statement": [_allow_everybody(policy.subject, service)]}
    prover = Prover()
    prove_policy(dataclasses.replace(policy, document=bare), settings, prover)
    assert {refutation.claim for refutation in prover.refutations} == more | {
        "a sentence allows no more than AWS's pages ask for",
        "no service brings anything for another account",
        "no user or role from outside the organization, and nobody anonymous, has anything",
    }


def said_of(policy: Policy, settings) -> set[str]:
    """The claims that a policy refutes."""
    prover = Prover()
    prove_policy(policy, settings, prover)
    return {refutation.claim for refutation in prover.refutations}


@pytest.mark.xdist_group("proof of variants")
@pytest.mark.parametrize(
    ("key", "value", "claim"),
    [
        ("events:source", "access-evidence.hub", "no finding and no silence is told by a member"),
        ("events:source", "access-evidence.roster", "no finding and no silence is told by a member"),
        ("events:detail-type", "Object Created", "no recording is announced by a member"),
    ],
)
def test_what_the_hub_says_itself_is_claimed_apart_from_what_is_permitted(loaded, key, value, claim):
    policies, settings = loaded
    bus = one(policies, PolicyKind.BUS, "evidence-hub")
    more = changed(
        bus, "MembersForwardEvents", lambda item: item["Condition"]["ForAllValues:StringEquals"][key].append(value)
    )
    assert said_of(more, settings) == {"a sentence allows no more than AWS's pages ask for", claim}


@pytest.mark.xdist_group("proof of variants")
@pytest.mark.parametrize(
    ("sid", "prefix", "claims"),
    [
        ("DenyAccessDeliveryElsewhere", "transcripts/account=111111111111/", set()),
        (
            "DenyWritesOutsideOwnPrefixes",
            "access-events/",
            {"no role but the hub's delivery role writes access events"},
        ),
    ],
)
def test_a_delivery_role_that_strays_refutes_the_claim_about_prefixes(loaded, sid, prefix, claims):
    policies, settings = loaded
    bucket = one(policies, PolicyKind.BUCKET, "evidence-logs-111111111111-ap-northeast-1")
    strays = changed(bucket, sid, lambda item: item["NotResource"].append(f"{bucket.subject}/{prefix}*"))
    beside = "no role writes outside its own prefixes, and none writes recordings"
    assert said_of(strays, settings) == {beside, *claims}


@pytest.mark.xdist_group("proof of variants")
@pytest.mark.parametrize("kind", [PolicyKind.QUEUE, PolicyKind.TOPIC])
def test_without_a_policy_its_own_account_still_gets_in(loaded, kind):
    policies, settings = loaded
    policy = one(policies, kind, f":{settings.archive.account}:")
    empty = {"Version": "2012-10-17", "Statement": []}
    claims = said_of(dataclasses.replace(policy, document=empty), settings)
    assert claims == {"nobody reads or writes without TLS"}


@pytest.mark.xdist_group("proof of variants")
def test_a_prover_that_has_enough_asks_no_more(loaded):
    policies, settings = loaded
    bus = one(policies, PolicyKind.BUS, "evidence-hub")
    bare = {"Version": "2012-10-17", "Statement": [_allow_everybody(bus.subject, "events")]}
    prover = Prover(enough=1)
    for _ in range(2):
        prove_policy(dataclasses.replace(bus, document=bare), settings, prover)
    assert (prover.queries, len(prover.refutations)) == (1, 1)


def _allow_everybody(resource: str, service: str = "s3"):
    return {
        "Sid": "Everybody",
        "Effect": "Allow",
        "Principal": "*",
        "Action": f"{service}:*",
        "Resource": ["*"] if resource == "*" else [resource, f"{resource}/*"],
    }


ACTING = {"everything": "restore", "as little as possible": "revoke"}
WIDER_ENFORCEMENT = {
    "of any account": lambda item: item.update(Resource="arn:aws:ec2:*:*:security-group/*"),
    "of anything": lambda item: item.update(Resource="*"),
    "by whoever has it": lambda item: item.pop("Condition"),
    "by any role of ours": lambda item: item.update(
        Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/evidence-*"}}
    ),
    "and deletes groups": lambda item: item.update(Action=[*item["Action"], "ec2:DeleteSecurityGroup"]),
    "and tags them": lambda item: item.update(Action=[*item["Action"], "ec2:CreateTags"]),
}


@pytest.mark.xdist_group("proof of variants")
@pytest.mark.parametrize("name", ACTING)
@pytest.mark.parametrize("how", WIDER_ENFORCEMENT)
def test_a_policy_of_enforcement_that_reaches_further_is_refuted(policies_of_variant, name, how):
    policies, settings = policies_of_variant(name)
    assert set(settings.security_groups.enforcement.values()) == {ACTING[name]}
    policy = one(policies, PolicyKind.PERMISSIONS, "evidence-security-group-enforcement")
    assert refuted(policy, settings) == []
    assert refuted(changed(policy, "RevokeRules", WIDER_ENFORCEMENT[how]), settings) != []


@pytest.mark.xdist_group("proof of variants")
def test_where_the_guard_revokes_a_policy_that_restores_is_refuted(policies_of_variant):
    restoring, _ = policies_of_variant("everything")
    policies, settings = policies_of_variant("as little as possible")
    policy = one(policies, PolicyKind.PERMISSIONS, "evidence-security-group-enforcement")
    more = one(restoring, PolicyKind.PERMISSIONS, "evidence-security-group-enforcement").document
    assert refuted(dataclasses.replace(policy, document=more), settings) != []


@pytest.mark.xdist_group("proof of the example")
def test_where_the_guard_is_told_nothing_no_policy_changes_a_security_group(loaded):
    """A rule may name the prefix lists that the watcher of address ranges fills: those that bear its tag alone."""
    policies, _ = loaded
    changing = [
        f"{policy}: {action}"
        for policy in policies
        for statement in policy.statements
        if statement["Effect"] == "Allow"
        for action in listed(statement["Action"])
        if re.match(r"\*|ec2:(?!Describe|GetManagedPrefixListEntries$)", action)
        and statement.get("Condition") != {"StringEquals": {"aws:ResourceTag/evidence:purpose": "workspaces-streaming"}}
    ]
    assert changing == []
