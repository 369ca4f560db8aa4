"""Proof and simulator evaluate policies apart from each other; they must say the same of every request."""

from __future__ import annotations

import dataclasses

import pytest

from tools.prove.concrete import ConcreteRequests
from tools.prove.policies import PolicyKind
from tools.simulate.requests import ADMINISTRATOR, PLAIN, expand
from tools.simulate.rules import all_rules
from tools.simulate.world import World

pytestmark = pytest.mark.xdist_group("proof of the example")


def asked_of_the_archive(policies, settings):
    """The plain requests to what has a resource policy there, each once, and how the proof would answer."""
    guarded = {
        policy.subject: ConcreteRequests(policy, settings)
        for policy in policies
        if policy.kind not in (PolicyKind.PERMISSIONS, PolicyKind.TRUST)
    }
    seen = set()
    for request in expand(all_rules(World(settings))):
        if request.circumstance != PLAIN or request.target.policy not in guarded:
            continue
        context = {
            "aws:ResourceAccount": request.target.owner,
            **_name_of_service(request.requester),
            **request.requester.context,
            **request.target.context,
        }
        # The simulator's answer to each is the expected one; test_simulation.py says so.
        key = (request.action, request.target.arn, str(sorted(context.items())))
        if key in seen:
            continue
        seen.add(key)
        yield request, guarded[request.target.policy].reach(request.action, request.target.arn, context)


def _name_of_service(requester):
    service = requester.principal and not requester.principal.startswith("arn:")
    return {"aws:PrincipalServiceName": requester.principal} if service else {}


def decides_alone(request) -> bool:
    """The caller has every permission of its own, or none is asked for, so the resource's policy decides."""
    return not request.requester.policies or ADMINISTRATOR in request.requester.policies


def test_proof_and_simulator_agree(loaded, record_property):
    answers = list(asked_of_the_archive(*loaded))
    record_property("agreement: requests", len(answers))
    disagreements = [
        f"{request}: simulated {request.rule.allowed}, encoded {reached}"
        for request, reached in answers
        if (decides_alone(request) and reached != request.rule.allowed) or (request.rule.allowed and not reached)
    ]
    assert disagreements == []
    assert len(answers) > 1000
    assert {reached for _, reached in answers} == {True, False}
    services = {request.target.policy.split(":")[2] for request, _ in answers}
    assert services == {"events", "kms", "lambda", "s3", "sns", "sqs"}


def test_a_policy_that_is_encoded_otherwise_would_be_noticed(loaded):
    """Without one Deny the encoding no longer says what the simulator says."""
    policies, settings = loaded

    def without_deny(policy):
        kept = [item for item in policy.statements if item["Sid"] != "DenyReadsExceptEvidenceReaders"]
        return dataclasses.replace(policy, document={**policy.document, "Statement": kept})

    answers = asked_of_the_archive([without_deny(policy) for policy in policies], settings)
    assert any(reached and not request.rule.allowed and decides_alone(request) for request, reached in answers)
