"""The organization's guardrails refuse what nothing else does, break nobody's work, and each sentence is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stacks.settings_file import load_settings
from tools.simulate.organization_policies import organization_policies
from tools.simulate.rules import all_rules
from tools.simulate.rules.guardrails import rules
from tools.simulate.simulation import simulate
from tools.simulate.world import World
from tools.synthesis import EXAMPLE

pytestmark = pytest.mark.xdist_group("simulation")

_DOCUMENTS = organization_policies(World(load_settings(EXAMPLE)))
SENTENCES = [
    (document, statement["Sid"])
    for document in ("archive", "member", "perimeter")
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


@pytest.mark.requirement(
    23, "archive guardrail (SCP), not attached yet", "policy, lifecycle, logging, encryption, lock, versions"
)
def test_the_root_user_of_the_archive_changes_no_bucket_and_the_deployment_does(loaded):
    assert _wrong(loaded, _saying(loaded, "guards what it holds", "configuration of the archive's buckets")) == []


@pytest.mark.requirement(23, "archive guardrail (SCP), not attached yet", "evidence and its key are removed by nobody")
def test_nobody_in_the_archive_removes_evidence_or_disables_its_key(loaded):
    assert _wrong(loaded, _saying(loaded, "evidence", "the key", "of the key")) == []


@pytest.mark.requirement(
    24,
    "member guardrail (SCP), not attached yet",
    "trail, rules, roles, functions, session and recording preferences, stream, log group",
)
def test_no_administrator_or_root_user_of_a_member_changes_what_collects_and_the_deployment_does(loaded):
    assert _wrong(loaded, _saying(loaded, "deploy to", "to the deployment of")) == []


@pytest.mark.requirement(
    25, "perimeter guardrail (RCP), not attached yet", "outsiders, confused deputies at careless buckets and keys"
)
def test_a_careless_bucket_or_key_opens_to_nobody_from_outside_and_to_no_service_for_outsiders(loaded):
    assert _wrong(loaded, _saying(loaded, "invites everybody", "Guardrails stop nobody", "Nor at the key")) == []


@pytest.mark.requirement(
    25, "perimeter guardrail (RCP), not attached yet", "members, and services that name the account alone, go on"
)
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
    weaker = {**whole, "Statement": [statement for statement in whole["Statement"] if statement["Sid"] != sid]}
    assert len(weaker["Statement"]) == len(whole["Statement"]) - 1 > 0
    refusals = [rule for rule in rules(World(loaded[1])) if not rule.allowed]
    assert _wrong(loaded, refusals, **{document: weaker}) != []


@pytest.mark.parametrize(
    ("document", "sid"), [(document, sid) for document, sid in SENTENCES if document != "perimeter"]
)
def test_a_sentence_that_binds_the_deployment_too_is_noticed(document, sid, loaded):
    whole = getattr(organization_policies(World(loaded[1])), document)
    conditional = [found for found in whole["Statement"] if found["Sid"] == sid and "Condition" in found]
    if not conditional:
        assert sid in {"DenyArchiveRemoval", "DenyKeyDestruction"}
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
