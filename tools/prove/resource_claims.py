"""What is claimed of the archive's buckets and keys, for every caller, action, resource and context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import z3

from constructs_lib.archive_layout import EVIDENCE_READER_ROLES
from stacks.settings import Settings
from tools.prove.actions import (
    BUCKET_CHANGES,
    CONTENT_READS,
    KEY_CHANGES,
    KEY_REMOVALS,
    REMOVALS,
    ROOT_KEEPS,
    WRITES,
)
from tools.prove.encoding import ABSENT, Request, acts, concerns
from tools.prove.guarded import Guarded, Opening, covered
from tools.prove.policies import Policy
from tools.prove.principals import is_anonymous, is_root_of, is_service, names
from tools.prove.refutation import Prover


def prove_resource(policy: Policy, settings: Settings, prover: Prover, *, only: str | None = None) -> None:
    """Every claim about one bucket or key, or about one of its ways in; refutations stay with the prover.

    Raises:
        UnmodelledError: Any statement of the policy says something that is not encoded.
    """
    guarded = Guarded(policy, settings, only=only)
    for statement in policy.statements:
        names(statement["Principal"], Request())
        concerns(statement, Request())
    _allows_no_more_than_is_permitted(guarded, prover)
    if policy.owner != settings.archive.account:
        return  # A member's own log key holds no evidence; its account decides about it.
    _nobody_from_outside(guarded, prover)
    _only_permitted_services(guarded, prover)
    if guarded.is_bucket:
        _nothing_without_tls(guarded, prover)
        _who_changes_a_bucket(guarded, prover)
        if guarded.holds_evidence:
            _who_reads_evidence(guarded, prover)
            _who_writes_evidence(guarded, prover)
    else:
        _who_changes_a_key(guarded, prover)


def _allows_no_more_than_is_permitted(guarded: Guarded, prover: Prover) -> None:
    """Each sentence by itself, whatever the Denies beside it would still refuse."""
    for opening in guarded.sentences():
        for request, asked in _asked(guarded, opening):
            _never(
                "a sentence allows no more than AWS's pages ask for",
                guarded,
                prover,
                opening,
                request,
                asked,
                guarded.somebody(request),
                z3.Not(guarded.permitted(request)),
                denies=False,
            )


def _nobody_from_outside(guarded: Guarded, prover: Prover) -> None:
    ours = guarded.settings.organization.id
    for opening in guarded.openings():
        for request, asked in _asked(guarded, opening):
            stranger = z3.And(guarded.identity(request), z3.Not(request.key("aws:PrincipalOrgID") == ours))
            _never(
                "no user or role from outside the organization, and nobody anonymous, has anything",
                guarded,
                prover,
                opening,
                request,
                asked,
                z3.Or(stranger, is_anonymous(request)),
            )
            _never(
                "no service that acts for another organization has anything",
                guarded,
                prover,
                opening,
                request,
                asked,
                is_service(request),
                request.has("aws:SourceOrgID"),
                z3.Not(request.key("aws:SourceOrgID") == ours),
            )


def _nothing_without_tls(guarded: Guarded, prover: Prover) -> None:
    """Nobody but the root user, with what it keeps."""
    for opening in guarded.openings():
        for request, asked in _asked(guarded, opening):
            root = is_root_of(request, guarded.policy.owner, guarded.policy.place.partition)
            _never(
                "nobody reads or writes without TLS",
                guarded,
                prover,
                opening,
                request,
                asked,
                guarded.somebody(request),
                request.key("aws:SecureTransport") == "false",
                z3.Not(z3.And(root, acts(request, ROOT_KEEPS))),
            )


def _only_permitted_services(guarded: Guarded, prover: Prover) -> None:
    """An unnamed service has nothing; a named one that does not say its organization has what names its source."""
    services = sorted({permit.service for permit in guarded.permits if permit.service})
    by_source = [permit for permit in guarded.permits if permit.service and "aws:SourceOrgID" not in permit.when]
    for opening in guarded.openings():
        for request, asked in _asked(guarded, opening):
            _never(
                "no unnamed service has anything",
                guarded,
                prover,
                opening,
                request,
                asked,
                is_service(request),
                *(z3.Not(request.key("aws:PrincipalServiceName") == name) for name in services),
            )
            _never(
                "a service that does not say its organization is known by its source or encryption context",
                guarded,
                prover,
                opening,
                request,
                asked,
                is_service(request),
                request.key("aws:SourceOrgID") == ABSENT,
                z3.Not(covered(by_source, request)),
            )


def _who_changes_a_bucket(guarded: Guarded, prover: Prover) -> None:
    execution = guarded.roles(guarded.settings.archive.execution_roles(guarded.policy.place.region))
    root = [f"arn:{guarded.policy.place.partition}:iam::{guarded.policy.owner}:root"]
    for action in BUCKET_CHANGES:
        changes = execution + (root if action in ROOT_KEEPS else [])
        _nobody_but("only the execution roles change how a bucket guards its content", guarded, prover, action, changes)
    if "evidence-derived-" in guarded.policy.subject:
        return
    for action in REMOVALS:
        _nobody_but("nobody removes, unlocks or relabels evidence", guarded, prover, action, [])


def _who_reads_evidence(guarded: Guarded, prover: Prover) -> None:
    readers = guarded.roles(EVIDENCE_READER_ROLES) if guarded.settings.archive.auditors else []
    for action in CONTENT_READS:
        _nobody_but("only the named reader roles get evidence", guarded, prover, action, readers)


def _who_writes_evidence(guarded: Guarded, prover: Prover) -> None:
    """Users and roles; what services write, the permits say."""
    bucket = guarded.policy.subject
    for action in WRITES:
        for opening in guarded.openings():
            request = guarded.request(action)
            within = _under_own_account(request.resource, f"{bucket}/", request)
            _never(
                "no role writes outside the prefixes of its own account, and none writes recordings",
                guarded,
                prover,
                opening,
                request,
                guarded.identity(request),
                z3.Not(within if "evidence-logs-" in bucket else z3.BoolVal(False)),
            )
    request = guarded.request("s3:ListBucket")
    for opening in guarded.openings():
        _never(
            "no member sees the names of another's evidence",
            guarded,
            prover,
            opening,
            request,
            guarded.identity(request),
            z3.Not(request.key("aws:PrincipalAccount") == guarded.settings.archive.account),
            z3.Not(_under_own_account(request.key("s3:prefix"), "", request)),
        )


def _under_own_account(name: z3.SeqRef, start: str, request: Request) -> z3.BoolRef:
    """A key, or a prefix of keys, of the caller's own account, whichever account that is."""
    account = request.key("aws:PrincipalAccount")
    return z3.Or(
        *(
            z3.PrefixOf(z3.Concat(z3.StringVal(f"{start}{prefix}account="), account, z3.StringVal("/")), name)
            for prefix in ("transcripts/", "errors/transcripts/")
        )
    )


def _who_changes_a_key(guarded: Guarded, prover: Prover) -> None:
    execution = guarded.roles(guarded.settings.archive.execution_roles(guarded.policy.place.region))
    for action in KEY_CHANGES:
        _nobody_but("only the execution roles change the evidence key", guarded, prover, action, execution)
    for action in KEY_REMOVALS:
        _nobody_but("nobody disables or deletes the evidence key", guarded, prover, action, [])


def _nobody_but(claim: str, guarded: Guarded, prover: Prover, action: str, arns: Sequence[str]) -> None:
    for opening in guarded.openings():
        request = guarded.request(action)
        _never(
            claim,
            guarded,
            prover,
            opening,
            request,
            guarded.somebody(request),
            *(z3.Not(request.key("aws:PrincipalArn") == arn) for arn in arns),
        )


def _never(
    claim: str,
    guarded: Guarded,
    prover: Prover,
    opening: Opening,
    request: Request,
    *terms: z3.BoolRef,
    denies: bool = True,
) -> None:
    if not _may_ask(opening.actions, request):
        return
    passed = [opening.lets(request), guarded.here(request), *terms]
    if denies:
        passed.append(z3.Not(guarded.denies(request)))
    prover.never(claim, policy=guarded.policy, sid=opening.sid, request=request, terms=passed)


def _may_ask(actions: Sequence[str], request: Request) -> bool:
    """Whether an opening speaks of a request's action at all: a question that is plainly about another is not asked."""
    return not z3.is_false(acts(request, actions))


def _asked(guarded: Guarded, opening: Opening) -> Iterator[tuple[Request, z3.BoolRef]]:
    """A request for each action pattern: pinned where it is one action, free within the pattern otherwise."""
    for pattern in opening.actions:
        request = guarded.request(None if "*" in pattern or "?" in pattern else pattern)
        yield request, acts(request, [pattern])
