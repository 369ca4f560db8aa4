"""A rule is a sentence and the answer that it expects; a request is one of the many cases that it stands for."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final

ADMINISTRATOR: Final = "AdministratorAccess"
"""The name of an identity policy that allows everything, so that the other side decides alone."""

Context = Mapping[str, str | Sequence[str]]
"""Condition keys and their values, several where a key takes several."""


@dataclass(frozen=True, kw_only=True)
class Requester:
    """Who asks.

    Args:
        words: For instance ``the auditor role of 111111111111``.
        principal: An ARN or a service; None where nobody signed the request.
        account: The account of a user or role; empty for services and anonymous callers.
        member: Whether service control policies of the organization bind it.
        policies: Names of roles or managed policies whose documents it carries, or ``AdministratorAccess``.
        context: Condition keys that come with whoever asks.
    """

    words: str
    principal: str | None
    account: str = ""
    member: bool = False
    policies: tuple[str, ...] = ()
    context: Context

    def without_tls(self) -> Requester:
        """The same over plain HTTP."""
        return replace(
            self, words=f"{self.words}, without TLS,", context={**self.context, "aws:SecureTransport": "false"}
        )

    def as_administrator(self) -> Requester:
        """The same with administrator rights of its own account."""
        return replace(self, words=f"{self.words} with administrator rights", policies=(ADMINISTRATOR,))


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is asked for.

    Args:
        words: For instance ``the log bucket of eu-west-1``.
        arn: The resource.
        owner: Its account.
        policy: The subject of its resource policy; empty where it has none.
        context: Condition keys that come with what is asked for.
    """

    words: str
    arn: str
    owner: str
    policy: str = ""
    context: Context = field(default_factory=dict)


class ResourcePolicy(Enum):
    """Which version of the resource policy a request meets."""

    DEPLOYED = "as deployed"
    DENIES_LOST = "its Allows alone, every Deny and Block Public Access lost"
    CARELESS = "with a careless Allow for everybody added and Block Public Access lost"
    CARELESS_ALONE = "replaced by a careless Allow for everybody, and Block Public Access lost"
    OWN_POLICY_ALONE = "replaced by one that leaves the decision to the caller's own policies"
    OVERRULED = "overruled, as S3 lets the root user of the bucket's account do"


@dataclass(frozen=True)
class Circumstance:
    """Under which policies a request is judged."""

    resource_policy: ResourcePolicy = ResourcePolicy.DEPLOYED
    organization_policies: bool = False

    def __str__(self) -> str:
        attached = "attached" if self.organization_policies else "not attached"
        return f"resource policy {self.resource_policy.value}; SCP and RCP {attached}"


PLAIN: Final = Circumstance()
ATTACHED: Final = Circumstance(organization_policies=True)
DENIES_LOST: Final = Circumstance(ResourcePolicy.DENIES_LOST)
CARELESS: Final = Circumstance(ResourcePolicy.CARELESS)
CARELESS_ALONE: Final = Circumstance(ResourcePolicy.CARELESS_ALONE)
CARELESS_ALONE_ATTACHED: Final = Circumstance(ResourcePolicy.CARELESS_ALONE, organization_policies=True)
OWN_POLICY_ALONE: Final = Circumstance(ResourcePolicy.OWN_POLICY_ALONE)
OVERRULED: Final = Circumstance(ResourcePolicy.OVERRULED)
OVERRULED_ATTACHED: Final = Circumstance(ResourcePolicy.OVERRULED, organization_policies=True)

EITHER: Final = (PLAIN, ATTACHED)
"""What is promised holds without the organization's policies, and they break nothing."""
TWO_LAYERS: Final = (PLAIN, ATTACHED, DENIES_LOST, CARELESS)
"""What is refused twice: no Allow lets it in, and a Deny holds whatever else allows it."""
WHATEVER_ALLOWS_IT: Final = (PLAIN, CARELESS)

Case = tuple[Requester, Target]


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A sentence, what is expected, and the cases for which it is said.

    Args:
        sentence: What is promised, in plain words.
        allowed: The expected answer.
        cases: Who asks for what.
        actions: What each of them does with it.
        circumstances: Under which policies it holds.
    """

    sentence: str
    allowed: bool
    cases: Sequence[Case]
    actions: Sequence[str]
    circumstances: Sequence[Circumstance] = (PLAIN,)


@dataclass(frozen=True, kw_only=True)
class Request:
    """One case of a rule."""

    rule: Rule
    requester: Requester
    action: str
    target: Target
    circumstance: Circumstance

    def __str__(self) -> str:
        return f"{self.requester.words} calls {self.action} on {self.target.words} ({self.circumstance})"


def each(requesters: Iterable[Requester], targets: Iterable[Target]) -> list[Case]:
    """Every requester with every target."""
    return list(itertools.product(requesters, targets))


def requests_of(rule: Rule) -> Iterator[Request]:
    """Every case of a rule."""
    for (requester, target), action, circumstance in itertools.product(rule.cases, rule.actions, rule.circumstances):
        yield Request(rule=rule, requester=requester, action=action, target=target, circumstance=circumstance)


def expand(rules: Iterable[Rule]) -> list[Request]:
    """Every case of every rule."""
    return [request for rule in rules for request in requests_of(rule)]
