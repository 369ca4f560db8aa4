"""Asks every request of every rule, and tells which answers differ from what was expected."""

from __future__ import annotations

import atexit
import functools
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from stacks.settings import Settings
from tools.prove.policies import MEMBER, Policy, PolicyKind
from tools.simulate.engine import Decision, Question, Simulator
from tools.simulate.organization_policies import OrganizationPolicies, organization_policies
from tools.simulate.requests import ADMINISTRATOR, Context, Request, Requester, ResourcePolicy, Rule, expand
from tools.simulate.rules import all_rules
from tools.simulate.world import World

Document = dict[str, Any]

_ALLOW_EVERYTHING: Final = {"Sid": ADMINISTRATOR, "Effect": "Allow", "Action": "*", "Resource": "*"}


@dataclass(frozen=True)
class Outcome:
    """What was asked and answered.

    Args:
        rules: The rules.
        requests: Their cases.
        failures: Each answer that was not the expected one.
        deciding: The Sids that decided at least one request.
    """

    rules: Sequence[Rule]
    requests: Sequence[Request]
    failures: Sequence[str]
    deciding: frozenset[str]


def simulate(
    policies: Iterable[Policy],
    settings: Settings,
    *,
    subjects: Collection[str] | None = None,
    simulator: Simulator | None = None,
    rules: Sequence[Rule] | None = None,
    guardrails: OrganizationPolicies | None = None,
) -> Outcome:
    """Every rule over these policies.

    Args:
        policies: All policies of an assembly; one may have been changed on purpose.
        settings: Of the same assembly.
        subjects: Only requests that meet a policy of one of these subjects; all by default.
        simulator: A running one; by default one that lives as long as this program.
        rules: Which rules; all by default.
        guardrails: What the organization attaches; by default the guardrails as the settings shape them.

    Raises:
        SimulationError: A request was not answered, or not wholly.
        LookupError: A rule speaks of a role or resource that has no policy.
    """
    world = World(settings)
    rules = all_rules(world) if rules is None else rules
    case = _Case(policies, world, guardrails or organization_policies(world))
    requests = [request for request in expand(rules) if subjects is None or case.meets(request, subjects)]
    questions = [case.question(request) for request in requests]
    decisions = (simulator or shared_simulator()).decide(case.documents, questions)
    failures = [
        _failure(request, decision)
        for request, decision in zip(requests, decisions, strict=True)
        if decision.allowed != request.rule.allowed
    ]
    return Outcome(rules, requests, failures, frozenset(sid for decision in decisions for sid in decision.deciding))


def failures(
    policies: Iterable[Policy],
    settings: Settings,
    *,
    subjects: Collection[str] | None = None,
    simulator: Simulator | None = None,
) -> list[str]:
    """What :func:`simulate` found wrong: each with rule, request, both answers and deciding Sid."""
    return list(simulate(policies, settings, subjects=subjects, simulator=simulator).failures)


@functools.cache
def shared_simulator() -> Simulator:
    """One Node process for the whole of this program."""
    simulator = Simulator()
    atexit.register(simulator.close)
    return simulator


def _failure(request: Request, decision: Decision) -> str:
    expected, got = _answer(request.rule.allowed), _answer(decision.allowed)
    decided = ", ".join(decision.deciding) or "no statement"
    return f"{request.rule.sentence}\n  {request}\n  expected {expected}, got {got}: {decided}"


def _answer(allowed: bool) -> str:
    return "allowed" if allowed else "denied"


class _Case:
    """Turns requests into questions, and gathers the documents that these name."""

    def __init__(self, policies: Iterable[Policy], world: World, guardrails: OrganizationPolicies) -> None:
        self._world = world
        self._guardrails = guardrails
        self._resource: dict[str, Policy] = {}
        self._identity: dict[str, list[Policy]] = {}
        for policy in policies:
            if policy.kind is PolicyKind.PERMISSIONS:
                self._identity.setdefault(policy.subject, []).append(policy)
            else:
                self._resource[policy.subject] = policy
        self.documents: dict[str, Document] = {ADMINISTRATOR: _document([_ALLOW_EVERYTHING]), **guardrails.documents}

    def meets(self, request: Request, subjects: Collection[str]) -> bool:
        """Whether a policy of one of the subjects takes part in the answer."""
        identity = {policy.subject for name in request.requester.policies for policy in self._carried(request, name)}
        resource = self._policy_of(request.target.policy).subject if request.target.policy else ""
        return resource in subjects or not identity.isdisjoint(subjects)

    def question(self, request: Request) -> Question:
        """The request as the simulator takes it."""
        requester, target, circumstance = request.requester, request.target, request.circumstance
        attached = circumstance.organization_policies
        return Question(
            principal=requester.principal,
            action=request.action,
            resource=target.arn,
            owner=target.owner,
            context=self._context(request),
            identity=[name for policy in requester.policies for name in self._identity_documents(request, policy)],
            resource_policy=self._resource_document(request),
            scp=self._guardrails.service_control(requester.account) if attached and requester.member else (),
            rcp=self._guardrails.resource_control if attached else (),
            block_public_access=circumstance.resource_policy is ResourcePolicy.DEPLOYED,
        )

    def _context(self, request: Request) -> Context:
        return {
            "aws:ResourceAccount": request.target.owner,
            **request.requester.context,
            **request.target.context,
        }

    def _identity_documents(self, request: Request, name: str) -> list[str]:
        if name == ADMINISTRATOR:
            return [ADMINISTRATOR]
        return [
            self._keep(f"{policy.subject} #{index} in {request.requester.account}", policy, request.requester.account)
            for index, policy in enumerate(self._carried(request, name))
        ]

    def _carried(self, request: Request, name: str) -> list[Policy]:
        if name == ADMINISTRATOR:
            return []
        account, partition = request.requester.account, self._world.partition
        for owner in (account, MEMBER):
            for form in ("role", "policy"):
                found = self._identity.get(f"arn:{partition}:iam::{owner}:{form}/{name}")
                if found:
                    return found
        raise LookupError(f"no role or policy {name} in {account}")

    def _policy_of(self, subject: str) -> Policy:
        account = subject.split(":")[4]
        found = self._resource.get(subject) or self._resource.get(subject.replace(f":{account}:", f":{MEMBER}:"))
        if found is None:
            raise LookupError(f"no policy of {subject}")
        return found

    def _resource_document(self, request: Request) -> str | None:
        version = request.circumstance.resource_policy
        if version is ResourcePolicy.OVERRULED:
            return None
        if version is ResourcePolicy.OWN_POLICY_ALONE:
            return self._delegation(request.requester, request.action, request.target.arn)
        if not request.target.policy:
            return None
        policy = self._policy_of(request.target.policy)
        return self._keep(
            f"{policy.subject} {version.name} in {request.target.owner}", policy, request.target.owner, version
        )

    def _delegation(self, requester: Requester, action: str, resource: str) -> str:
        """A resource policy that lets the caller's account decide."""
        name = f"{resource} leaves {action} to {requester.account}"
        root = f"arn:{self._world.partition}:iam::{requester.account}:root"
        statement = {"Sid": "CallerDecides", "Effect": "Allow", "Principal": {"AWS": root}, "Action": action}
        self.documents[name] = _document([statement | {"Resource": resource}])
        return name

    def _keep(self, name: str, policy: Policy, account: str, version: ResourcePolicy = ResourcePolicy.DEPLOYED) -> str:
        if name not in self.documents:
            text = json.dumps(_version_of(policy, version))
            self.documents[name] = json.loads(text.replace(MEMBER, account) if policy.owner == MEMBER else text)
        return name


def _version_of(policy: Policy, version: ResourcePolicy) -> Document:
    statements = policy.statements
    if version is ResourcePolicy.DENIES_LOST:
        statements = [statement for statement in statements if statement["Effect"] == "Allow"]
    if version in {ResourcePolicy.CARELESS, ResourcePolicy.CARELESS_ALONE}:
        service = policy.subject.split(":")[2]
        everything = "*" if service == "kms" else [policy.subject, f"{policy.subject}/*"]
        careless = {"Sid": "CarelessAllow", "Effect": "Allow", "Principal": "*", "Action": f"{service}:*"}
        deployed = statements if version is ResourcePolicy.CARELESS else []
        statements = [*deployed, careless | {"Resource": everything}]
    return _document(statements)


def _document(statements: Sequence[dict[str, Any]]) -> Document:
    return {"Version": "2012-10-17", "Statement": list(statements)}
