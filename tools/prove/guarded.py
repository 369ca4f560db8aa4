"""A resource with the policy that guards it: every way in, and what bars it.

A bucket, bus, queue, topic, function or log group also opens to whomever its own account's IAM policies allow; those
are not known here and count as allowing everything. A key opens by its policy alone.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import z3

from stacks.settings import Settings
from tools.prove.actions import OF_BUCKETS, OF_OBJECTS, ROOT_KEEPS
from tools.prove.encoding import Request, acts, concerns, listed
from tools.prove.key_permits import is_evidence_key
from tools.prove.permits import Permit
from tools.prove.policies import Policy, PolicyKind
from tools.prove.principals import is_anonymous, is_identity, is_root_of, is_service, names
from tools.prove.resource_permits import resource_permits

OWN_IAM: Final = "the IAM policies of the account itself"
"""Stands where a Sid would: what opens a resource to its own account without a sentence of its policy."""


@dataclass(frozen=True)
class Opening:
    """One way in: a sentence that allows, or the account's own IAM policies."""

    sid: str
    actions: tuple[str, ...]
    lets: Callable[[Request], z3.BoolRef]


class Guarded:
    """A resource with the policy that guards it.

    Args:
        only: The one way in to ask about, by its Sid; by default every one.
    """

    def __init__(self, policy: Policy, settings: Settings, *, only: str | None = None) -> None:
        self.policy = policy
        self._only = only
        self.settings = settings
        self.permits = resource_permits(policy, settings)
        self._requests: dict[str | None, Request] = {}
        self._encoded: dict[tuple[str, Request], z3.BoolRef] = {}

    @property
    def holds_evidence(self) -> bool:
        """A log or recording bucket."""
        return self.policy.subject.split(":::")[-1].startswith(("evidence-logs-", "evidence-recordings-"))

    @property
    def is_bucket(self) -> bool:
        """A bucket."""
        return self.policy.kind is PolicyKind.BUCKET

    @property
    def is_evidence_key(self) -> bool:
        """The key that encrypts evidence, or a replica of it."""
        return self.policy.kind is PolicyKind.KEY and is_evidence_key(self.policy)

    def request(self, action: str | None) -> Request:
        """The request for one action, or for any; one object each, so that what denies it is encoded once."""
        return self._requests.setdefault(action, Request(action))

    def sentences(self) -> Iterator[Opening]:
        """The statements that allow."""
        for statement in self.policy.statements:
            if statement["Effect"] == "Allow" and self._only in (None, statement["Sid"]):
                yield Opening(
                    sid=statement["Sid"],
                    actions=tuple(listed(statement["Action"])),
                    lets=lambda request, s=statement: z3.And(  # type: ignore[misc] # bound at once, for this statement
                        names(s["Principal"], request), concerns(s, request)
                    ),
                )

    def openings(self) -> Iterator[Opening]:
        """Every way in."""
        yield from self.sentences()
        if self.policy.kind is not PolicyKind.KEY and self._only in (None, OWN_IAM):
            yield Opening(
                sid=OWN_IAM,
                actions=(f"{self.policy.subject.split(':')[2]}:*",),
                lets=lambda request: request.key("aws:PrincipalAccount") == self.policy.owner,
            )

    def denies(self, request: Request) -> z3.BoolRef:
        """A statement denies the request, and AWS lets the policy bind its caller."""
        return self._once("denies", request, self._denial)

    def _once(self, what: str, request: Request, encode: Callable[[Request], z3.BoolRef]) -> z3.BoolRef:
        """A term is the same in every question about a request, and takes longer to build than to use."""
        if (what, request) not in self._encoded:
            self._encoded[what, request] = encode(request)
        return self._encoded[what, request]

    def _denial(self, request: Request) -> z3.BoolRef:
        denied = z3.Or(
            *(
                z3.And(names(statement["Principal"], request), concerns(statement, request))
                for statement in self.policy.statements
                if statement["Effect"] == "Deny"
            )
        )
        if not self.is_bucket:
            return denied
        root = is_root_of(request, self.policy.owner, self.policy.place.partition)
        return z3.And(denied, z3.Not(z3.And(root, acts(request, ROOT_KEEPS))))

    def here(self, request: Request) -> z3.BoolRef:
        """The request concerns this resource, or a part of it, as its action demands."""
        return self._once("here", request, self._here)

    def _here(self, request: Request) -> z3.BoolRef:
        this = request.resource == self.policy.subject
        if self.policy.kind is PolicyKind.LOGS:
            place = self.policy.place
            of_account = f"arn:{place.partition}:logs:{place.region}:{place.account}:"
            return z3.PrefixOf(z3.StringVal(of_account), request.resource)
        request.consider(request.resource, self.policy.subject)
        if not self.is_bucket:
            return this
        for pattern in ("/*", "/transcripts/account=${aws:PrincipalAccount}/*", "/access-events/*"):
            request.consider(request.resource, f"{self.policy.subject}{pattern}")
        inside = z3.PrefixOf(z3.StringVal(f"{self.policy.subject}/"), request.resource)
        if request.asks_one_of(OF_OBJECTS):
            return inside
        return this if request.asks_one_of(OF_BUCKETS) else z3.Or(this, inside)

    def identity(self, request: Request) -> z3.BoolRef:
        """A user, role or root user calls."""
        return self._once("identity", request, self._identity)

    def _identity(self, request: Request) -> z3.BoolRef:
        return is_identity(
            request,
            archive=self.settings.archive.account,
            organization_id=self.settings.organization.id,
            partition=self.policy.place.partition,
        )

    def somebody(self, request: Request) -> z3.BoolRef:
        """Anybody calls: a user or role, a service, or a caller whom nobody knows."""
        return self._once(
            "somebody",
            request,
            lambda asked: z3.Or(self.identity(asked), is_service(asked), is_anonymous(asked)),
        )

    def permitted(self, request: Request) -> z3.BoolRef:
        """Some permit covers the request."""
        return self._once("permitted", request, lambda asked: covered(self.permits, asked))

    def roles(self, names_of_roles: Sequence[str]) -> list[str]:
        """ARNs of roles of the archive account."""
        place = self.policy.place
        return [f"arn:{place.partition}:iam::{self.settings.archive.account}:role/{name}" for name in names_of_roles]


def covered(permits: Sequence[Permit], request: Request) -> z3.BoolRef:
    """One of the permits covers the request."""
    return z3.Or(*(permit.covers(request) for permit in permits))
