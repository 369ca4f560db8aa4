"""The organization's guardrails refuse what nothing else does, break nobody's work, and each sentence is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacks.settings_file import load_settings
from tests.assembly import settings_with
from tools.simulate.organization_policies import organization_policies
from tools.simulate.requesters import role
from tools.simulate.rules import all_rules
from tools.simulate.rules.guardrails import rules
from tools.simulate.simulation import simulate
from tools.simulate.world import World
from tools.synthesis import EXAMPLE

pytestmark = pytest.mark.xdist_group("simulation")

_DOCUMENTS = organization_policies(World(load_settings(EXAMPLE)))
FULL_ACCESS = {"Sid": "FullAWSAccess", "Effect": "Allow", "Action": "*", "Resource": "*"}
"""What is always attached beside; a document needs a statement."""
SENTENCES = [
    (document, statement["Sid"])
    for document in ("archive", "member", "sessions", "perimeter")
    for statement in getattr(_DOCUMENTS, document)["Statement"]
]


def _wrong(loaded, chosen, **documents):
    """What is answered otherwise than expected, some documents replaced."""
    policies, settings = loaded
    guardrails = replace(organization_policies(World(settings)), **documents)
    outcome = simulate(policies, settings, rules=chosen, guardrails=guardrails)
    assert len(outcome.requests) > 0
    return list(outcome.failures)


def _saying(loaded, *words):
    found = [rule for rule in rules(World(loaded[1])) if any(word in rule.sentence for word in words)]
    assert {rule.allowed for rule in found} == {True, False}
    return found


@pytest.mark.requirement(23, "archive guardrail (SCP)", "policy, lifecycle, logging, encryption, lock, versions")
def test_the_root_user_of_the_archive_changes_no_bucket_and_the_deployment_does(loaded):
    assert _wrong(loaded, _saying(loaded, "guards what it holds", "configuration of the archive's buckets")) == []


@pytest.mark.requirement(23, "archive guardrail (SCP)", "evidence and its key are removed by nobody")
def test_nobody_in_the_archive_removes_evidence_or_disables_its_key(loaded):
    assert _wrong(loaded, _saying(loaded, "evidence", "the key", "of the key")) == []


@pytest.mark.requirement(
    24,
    "member guardrail (SCP)",
    "trail, rules, roles, functions, session and recording preferences, stream, log group",
)
def test_no_administrator_or_root_user_of_a_member_changes_what_collects_and_the_deployment_does(loaded):
    assert _wrong(loaded, _saying(loaded, "deploy to", "to the deployment of")) == []


@pytest.mark.requirement(
    24, "session guardrail (SCP)", "documents whose sessions leave no transcript, GuiConnect's own port excepted"
)
def test_nobody_starts_a_session_without_a_transcript_and_everybody_one_with(loaded):
    assert _wrong(loaded, _saying(loaded, "session", "GuiConnect")) == []


@pytest.mark.requirement(24, "member guardrail (SCP)", "no account leaves the organization by itself")
def test_nobody_takes_an_account_out_of_the_organization(loaded):
    found = [rule for rule in rules(World(loaded[1])) if "out of the organization" in rule.sentence]
    assert len(found) > 0
    assert _wrong(loaded, found) == []


@pytest.mark.parametrize(
    "words",
    [
        "Guardrails let StackSets make",
        "Guardrails let the roles of the CDK",
        "Guardrails let them hand",
        "Guardrails let the role of GitHub's jobs",
    ],
)
def test_who_deploys_is_not_locked_out(words, loaded):
    found = [rule for rule in rules(World(loaded[1])) if rule.sentence.startswith(words)]
    assert [rule.allowed for rule in found] == [True]
    assert _wrong(loaded, found) == []


@pytest.mark.parametrize("direct", [["111111111111"], []])
def test_where_stacksets_alone_reach_the_members_no_role_of_the_cdk_changes_anything_there(direct, loaded, example):
    """Nobody there has things changed by a stack of his own that is handed to such a role."""
    settings = settings_with(example, members__direct=direct)
    world = World(settings)
    guardrails = organization_policies(world)
    chosen = [rule for rule in rules(world) if "of 222222222222" in rule.sentence or "to 222222222222" in rule.sentence]
    assert list(simulate(loaded[0], settings, rules=chosen, guardrails=guardrails).failures) == []
    by_cdk = [
        replace(
            rule,
            cases=[
                (role(world, "222222222222", "cdk-hnb659fds-cfn-exec-role-222222222222-ap-northeast-1"), target)
                for _, target in rule.cases
            ],
        )
        for rule in chosen
        if not rule.allowed
    ]
    assert by_cdk
    assert list(simulate(loaded[0], settings, rules=by_cdk, guardrails=guardrails).failures) == []


def test_a_role_that_the_settings_add_deploys_too(loaded, example):
    settings = settings_with(example, guardrails__deployment_roles=["AWSCloudFormationStackSetExecutionRole"])
    world = World(settings)
    chosen = [rule for rule in rules(world) if "leave this to the deployment of 222222222222" in rule.sentence]
    callers = {requester.words for rule in chosen for requester, _ in rule.cases}
    assert "the role AWSCloudFormationStackSetExecutionRole of 222222222222" in callers
    assert list(simulate(loaded[0], settings, rules=chosen).failures) == []
    refused = list(simulate(loaded[0], settings, rules=chosen, guardrails=_of_example(loaded)).failures)
    assert refused != []
    assert [message for message in refused if "AWSCloudFormationStackSetExecutionRole" not in message] == []


def _of_example(loaded):
    return organization_policies(World(loaded[1]))


@pytest.mark.requirement(25, "perimeter guardrail (RCP)", "outsiders, confused deputies at careless buckets and keys")
def test_a_careless_bucket_or_key_opens_to_nobody_from_outside_and_to_no_service_for_outsiders(loaded):
    assert _wrong(loaded, _saying(loaded, "invites everybody", "Guardrails stop nobody", "Nor at the key")) == []


@pytest.mark.requirement(25, "perimeter guardrail (RCP)", "members, and services that name the account alone, go on")
def test_the_guardrails_break_no_writer_reader_or_deployment(loaded):
    settings = loaded[1]
    at_work = [
        replace(rule, circumstances=[found for found in rule.circumstances if found.organization_policies])
        for rule in all_rules(World(settings))
        if rule.allowed
    ]
    assert _wrong(loaded, at_work) == []


@pytest.mark.parametrize(("document", "sid"), SENTENCES)
def test_each_sentence_is_missed(document, sid, loaded):
    whole = getattr(organization_policies(World(loaded[1])), document)
    others = [statement for statement in whole["Statement"] if statement["Sid"] != sid]
    assert len(others) == len(whole["Statement"]) - 1
    weaker = {**whole, "Statement": others or [FULL_ACCESS]}
    refusals = [rule for rule in rules(World(loaded[1])) if not rule.allowed]
    assert _wrong(loaded, refusals, **{document: weaker}) != []


@pytest.mark.parametrize(
    ("document", "sid"), [(document, sid) for document, sid in SENTENCES if document != "perimeter"]
)
def test_a_sentence_that_binds_the_deployment_too_is_noticed(document, sid, loaded):
    whole = getattr(organization_policies(World(loaded[1])), document)
    conditional = [found for found in whole["Statement"] if found["Sid"] == sid and "Condition" in found]
    if not conditional:
        assert sid in {"DenyArchiveRemoval", "DenyKeyDestruction", "DenyLeavingOrganization"}
        return
    stricter = {
        **whole,
        "Statement": [
            {element: value for element, value in found.items() if element != "Condition" or found["Sid"] != sid}
            for found in whole["Statement"]
        ],
    }
    work = [rule for rule in rules(World(loaded[1])) if rule.allowed]
    assert _wrong(loaded, work, **{document: stricter}) != []


def test_the_form_of_awss_sample_would_stop_services_that_name_the_account_alone(loaded):
    whole = organization_policies(World(loaded[1])).perimeter
    outsiders, deputies = whole["Statement"]
    sample = {
        **deputies,
        "Condition": {
            "StringNotEqualsIfExists": deputies["Condition"]["StringNotEquals"],
            "Null": {"aws:SourceAccount": "false"},
            "Bool": {"aws:PrincipalIsAWSService": "true"},
        },
    }
    wrong = _wrong(
        loaded,
        _saying(loaded, "Nor at the key", "invites everybody"),
        perimeter={**whole, "Statement": [outsiders, sample]},
    )
    assert any(message.startswith("Nor at the key") for message in wrong)
    assert [message for message in wrong if "got allowed" in message] == []
