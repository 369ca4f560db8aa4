"""Every part of every guardrail is needed: whatever is left out of one, or added, the proof refutes."""

from __future__ import annotations

import contextlib
import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import aws_cdk as cdk
import pytest

from stacks.guardrails_stack import GuardrailsStack
from stacks.settings import Settings
from tests.assembly import settings_with
from tools.prove.encoding import listed
from tools.prove.guardrail_claims import prove_guardrail
from tools.prove.policies import Policy, PolicyKind, load_policies
from tools.prove.proof import prove, prove_policy
from tools.prove.refutation import EnoughError, Prover
from tools.prove.unread import UnknownPolicyError

pytestmark = pytest.mark.xdist_group("guardrail mutants")

CHOSEN = {
    "guardrails__archive": ["111111111111"],
    "guardrails__members": ["r-ex4m"],
    "guardrails__sessions": ["r-ex4m"],
    "guardrails__perimeter": ["r-ex4m"],
    "guardrails__session_documents": ["LoggedShell"],
    "guardrails__deployment_roles": ["AWSCloudFormationStackSetExecutionRole"],
    "guardrails__read_organization": True,
}
NAMES = ("evidence-archive", "evidence-members", "evidence-sessions", "evidence-perimeter", "organization")
Statement = dict[str, Any]


@dataclass(frozen=True)
class Mutant:
    """What somebody did to a document, and a few of the actions that it concerns: to ask of all takes minutes."""

    words: str
    statements: list[Statement]
    actions: list[str]


BY_HAND = {
    "a document of AWS's is let through": (
        "evidence-sessions",
        "NotResource",
        "arn:aws:ssm:*:*:document/AWS-StartSSHSession",
    ),
    "every document of AWS's is let through": ("evidence-sessions", "NotResource", "arn:aws:ssm:*:*:document/AWS-*"),
    "every bucket is guarded": ("evidence-archive", "Resource", "arn:aws:s3:::*"),
    "every trail is guarded": ("evidence-members DenyCollectionChanges", "Resource", "arn:aws:cloudtrail:*:*:trail/*"),
    "every role is guarded": ("evidence-members DenyRoleChanges", "Resource", "arn:aws:iam::*:role/*"),
    "every parameter is let through, too": ("evidence-sessions", "Action", "ssm:GetParameter"),
    "the archive account moves accounts": ("organization", "Action", "organizations:MoveAccount"),
    "the archive account ends policies": ("organization", "Action", "organizations:*"),
    "the archive account reads policies": ("organization", "Action", "organizations:DescribePolicy"),
    "the perimeter holds everywhere": ("evidence-perimeter", "Action", "sqs:*"),
}
"""What is added to which element: of the sentence that is named, else of the first that has it."""


@pytest.fixture(scope="module", params=[["111111111111"], ["111111111111", "222222222222"]], ids=["StackSets", "CDK"])
def attached(request, example, tmp_path_factory) -> tuple[dict[str, Policy], Settings]:
    """The guardrails by name, where StackSets reach the members and where the CDK does."""
    settings = settings_with(example, **CHOSEN, members__direct=request.param)
    app = cdk.App(outdir=str(tmp_path_factory.mktemp("guardrails")), analytics_reporting=False, tree_metadata=False)
    GuardrailsStack(app, "Guardrails", settings=settings)
    directory = tmp_path_factory.getbasetemp() / app.outdir
    app.synth()
    policies = load_policies(directory, settings)
    return {policy.subject.rsplit("/", 1)[-1].rsplit(":", 1)[-1]: policy for policy in policies}, settings


def noticed(policy: Policy, settings: Settings, actions: list[str] | None = None) -> bool:
    prover = Prover(enough=1)
    try:
        with contextlib.suppress(EnoughError):
            if policy.kind is PolicyKind.ORGANIZATION:
                prove_policy(policy, settings, prover)
            else:
                prove_guardrail(policy, settings, prover, actions=actions)
    except UnknownPolicyError:
        return True
    return bool(prover.refutations)


def mutants(statements: list[Statement]) -> Iterator[Mutant]:
    """Each way to take one part out of a document, to name it otherwise, or to except one more."""
    for index, statement in enumerate(statements):
        sid, actions = statement["Sid"], listed(statement["Action"])
        if statement["Effect"] == "Deny":
            yield Mutant(f"{sid} is left out", statements[:index] + statements[index + 1 :], actions[:1])
        for words, element, value, concerned in changes(statement):
            made = copy.deepcopy(statements)
            made[index][element] = value
            yield Mutant(f"{sid} {words}", made, concerned)


def changes(statement: Statement) -> Iterator[tuple[str, str, Any, list[str]]]:
    """What changes, in which element, to what, and some of the actions that this concerns."""
    actions = listed(statement["Action"])
    if statement["Effect"] == "Allow":
        yield "for everybody", "Principal", {"AWS": "*"}, actions
        yield "for another account", "Principal", {"AWS": "arn:aws:iam::222222222222:root"}, actions
        if statement["Resource"] != "*":
            yield "of every organization", "Resource", "*", actions
        return
    for action in actions:
        yield f"without {action}", "Action", [other for other in actions if other != action] or "s3:None", [action]
    for element in ("Resource", "NotResource"):
        values = listed(statement.get(element, []))
        for value in values:
            rest = [other for other in values if other != value] or "arn:aws:s3:::none"
            yield f"without {element} {value}", element, rest, concerned_by(value, actions)
    conditions = statement.get("Condition", {})
    for operator, keys in conditions.items():
        others = {name: block for name, block in conditions.items() if name != operator}
        yield f"without {operator}", "Condition", others, actions[:1]
        for key, given in keys.items():
            for value in listed(given):
                if operator == "Null":
                    continue
                fewer = [other for other in listed(given) if other != value] or [_nothing(key)]
                yield f"without {key} {value}", "Condition", {**others, operator: {**keys, key: fewer}}, actions[:1]
            if operator == "Null":
                continue
            more = [*listed(given), _anything(key)]
            yield f"with one more {key}", "Condition", {**others, operator: {**keys, key: more}}, actions[:1]


def concerned_by(resource: str, actions: list[str]) -> list[str]:
    """The first actions of the resource's service, as many as IAM needs for both roles and policies."""
    of_service = [action for action in actions if resource == "*" or action.startswith(resource.split(":")[2] + ":")]
    return [*of_service[:1], *of_service[-1:]] or actions


def _nothing(key: str) -> str:
    return "arn:aws:iam::000000000000:role/nobody" if key == "aws:PrincipalArn" else "nothing"


def _anything(key: str) -> str:
    return {
        "aws:PrincipalArn": "arn:aws:iam::*:role/Administrator",
        "aws:PrincipalIsAWSService": "true",
        "aws:SourceOrgID": "o-outsiders000",
        "aws:PrincipalOrgID": "o-outsiders000",
        "aws:CalledViaLast": "cloudformation.amazonaws.com",
    }.get(key, "true")


WITHOUT_EFFECT = {
    "DenyServicesForOutsiders without Bool",
    "DenyServicesForOutsiders with one more aws:PrincipalIsAWSService",
}
"""``aws:SourceOrgID``, of which the sentence speaks too, is sent by services alone: the condition says it once more."""


def test_they_are_proved_and_each_is_below_the_limit(attached, record_property):
    policies, settings = attached
    assert set(policies) == set(NAMES)
    prover = prove(list(policies.values()), settings)
    record_property("proof: questions", prover.queries)
    assert [str(refutation) for refutation in prover.refutations] == []
    assert {policy.subject: policy.size for policy in policies.values() if policy.size >= 5120} == {}


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_taken_out_or_excepted_is_noticed(name, attached, record_property):
    policies, settings = attached
    policy = policies[name]
    made = list(mutants(policy.statements))
    record_property("mutants caught by proof", len(made))
    assert len(made) >= 5
    missed = {
        mutant.words
        for mutant in made
        if not noticed(
            replace(policy, document={**policy.document, "Statement": mutant.statements}), settings, mutant.actions
        )
    }
    assert missed == {words for words in WITHOUT_EFFECT if name == "evidence-perimeter"}


@pytest.mark.parametrize("words", BY_HAND)
def test_what_somebody_adds_is_noticed(words, attached):
    policies, settings = attached
    place, element, value = BY_HAND[words]
    name, _, sid = place.partition(" ")
    policy = policies[name]
    statements = copy.deepcopy(policy.statements)
    statement = next(found for found in statements if element in found and sid in ("", found["Sid"]))
    statement[element] = [*listed(statement[element]), value]
    asked = [value] if element == "Action" else concerned_by(value, listed(statement["Action"]))
    assert noticed(replace(policy, document={**policy.document, "Statement": statements}), settings, asked)


def test_an_allow_in_a_guardrail_is_an_error(attached):
    policies, settings = attached
    policy = policies["evidence-members"]
    allowing = {"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}
    with pytest.raises(UnknownPolicyError, match="an Allow in the service control policy"):
        prove_policy(
            replace(policy, document={**policy.document, "Statement": [*policy.statements, allowing]}),
            settings,
            Prover(),
        )


def test_a_guardrail_of_another_name_is_never_proved(attached):
    policies, settings = attached
    stranger = replace(policies["evidence-members"], subject="arn:aws:organizations::999999999999:policy/other")
    with pytest.raises(UnknownPolicyError, match="nothing is known of the service control policy"):
        prove_policy(stranger, settings, Prover())
    assert stranger.kind is PolicyKind.SERVICE_CONTROL
