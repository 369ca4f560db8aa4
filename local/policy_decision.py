"""Whether a request passes the policies that guard a resource, and which statement decided.

MiniStack's own evaluator takes a session's ARN for `aws:PrincipalArn`, expands no variables and treats an unknown
operator as "no match". So that none of this can slip through, this one stands alone: pure, and it raises
`UnmodelledPolicyError` where it does not know.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from local.policy_request import IamPrincipal, Request
from local.policy_statements import Finding, Verdict, find

Document = str | Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ResourcePolicy:
    """The policy of a bucket or a key.

    Args:
        kind: `bucket` or `key`; a refusal names it.
        owner: The account of the resource.
        document: None where there is none.
        delegates: The owner's roles need no statement here, their own policies are enough. True for a bucket,
            False for a key, whose policy alone opens it.
    """

    kind: str
    owner: str
    document: Document | None
    delegates: bool


@dataclass(frozen=True, kw_only=True)
class Decision:
    """The answer, the Sid that gave it and, in a refusal, the policies that did not let the request in."""

    allowed: bool
    sid: str
    reason: str
    policy: str


def decide(request: Request, *, resource: ResourcePolicy, identity: Sequence[Document]) -> Decision:
    """Explicit Deny first; then an Allow from every policy that must agree; else an implicit refusal.

    Args:
        request: Its principal decides which policies must agree: across accounts the resource's and its own; in the
            resource's account either, except for a key; for a service the resource's alone.
        resource: The policy of what is asked for.
        identity: The principal's own policies. Not read for a service or for an account's root.

    Raises:
        UnmodelledPolicyError: A policy says something that this evaluation does not model.
    """
    theirs = Finding(verdict=Verdict.SILENT)
    if resource.document is not None:
        theirs = find(resource.document, request=request, needs_principal=True)
    own = _identity_finding(request, identity)
    for kind, finding in ((resource.kind, theirs), ("role", own)):
        if finding.verdict is Verdict.DENY:
            reason = f"the {kind} policy's statement {finding.sid or 'without a Sid'} denies {request.action}"
            return Decision(allowed=False, sid=finding.sid, reason=reason, policy=kind)
    silent = _silent(request, resource, theirs.verdict, own.verdict)
    if silent:
        reason = f"no statement of the {' and the '.join(silent)} policy allows {request.action} on {request.resource}"
        return Decision(allowed=False, sid="", reason=reason, policy=", ".join(silent))
    kind, finding = (resource.kind, theirs) if theirs.verdict is not Verdict.SILENT else ("role", own)
    reason = f"the {kind} policy's statement {finding.sid or 'without a Sid'} allows {request.action}"
    return Decision(allowed=True, sid=finding.sid, reason=reason, policy=kind)


def decide_identity(request: Request, *, identity: Sequence[Document]) -> Decision:
    """The same where the principal's own policies alone decide."""
    nothing = ResourcePolicy(kind="role", owner=request.principal.account, document=None, delegates=True)
    return decide(request, resource=nothing, identity=identity)


def _identity_finding(request: Request, identity: Sequence[Document]) -> Finding:
    if not isinstance(request.principal, IamPrincipal) or request.principal.is_root:
        return Finding(verdict=Verdict.ALLOW)
    found = [find(document, request=request, needs_principal=False) for document in identity]
    for verdict in (Verdict.DENY, Verdict.ALLOW):
        for finding in found:
            if finding.verdict is verdict:
                return finding
    return Finding(verdict=Verdict.SILENT)


def _silent(request: Request, resource: ResourcePolicy, theirs: Verdict, own: Verdict) -> list[str]:
    """The policies whose Allow is missing."""
    service = not isinstance(request.principal, IamPrincipal)
    foreign = request.principal.account != resource.owner
    needs_theirs = service or foreign or not resource.delegates
    needs_own = not service and (foreign or theirs is not Verdict.ALLOW)
    missing = [resource.kind] if needs_theirs and theirs is Verdict.SILENT else []
    if needs_own and own is Verdict.SILENT:
        missing.append("role")
    return missing
