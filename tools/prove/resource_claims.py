"""What is claimed of the archive's buckets and keys, for every caller, action, resource and context."""

from __future__ import annotations

from collections.abc import Sequence

import z3

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
from tools.prove.asking_permits import asking_functions, compaction_roles, report_roles
from tools.prove.encoding import ABSENT, Request, acts, arn_like
from tools.prove.guarded import Guarded, covered
from tools.prove.network_permits import network_roles
from tools.prove.policies import Policy
from tools.prove.principals import is_root_of, is_service
from tools.prove.query_permits import asking_roles, reader_roles
from tools.prove.questions import (
    allows_no_more_than_is_permitted,
    asked_of,
    everything_is_encoded,
    never,
    nobody_from_outside,
)
from tools.prove.refutation import Prover


def prove_resource(policy: Policy, settings: Settings, prover: Prover, *, only: str | None = None) -> None:
    """Every claim about one bucket or key, or about one of its ways in; refutations stay with the prover.

    Raises:
        UnmodelledError: Any statement of the policy says something that is not encoded.
    """
    guarded = Guarded(policy, settings, only=only)
    everything_is_encoded(guarded)
    allows_no_more_than_is_permitted(guarded, prover)
    if policy.owner != settings.archive.account:
        return  # A member's own log key holds no evidence; its account decides about it.
    nobody_from_outside(guarded, prover)
    _no_service_for_outsiders(guarded, prover)
    _only_permitted_services(guarded, prover)
    if guarded.is_bucket:
        _nothing_without_tls(guarded, prover)
        _who_changes_a_bucket(guarded, prover)
        if guarded.holds_evidence:
            _who_reads_evidence(guarded, prover)
            _who_writes_evidence(guarded, prover)
        if "evidence-derived-" in policy.subject:
            _who_sees_results(guarded, prover)
            _who_sees_parquet(guarded, prover)
            _who_sees_pages(guarded, prover)
            _who_writes_allow_lists(guarded, prover)
    else:
        _who_changes_a_key(guarded, prover)


def _no_service_for_outsiders(guarded: Guarded, prover: Prover) -> None:
    ours = guarded.settings.organization.id
    for opening in guarded.openings():
        for request, asked in asked_of(guarded, opening):
            never(
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
        for request, asked in asked_of(guarded, opening):
            root = is_root_of(request, guarded.policy.owner, guarded.policy.place.partition)
            never(
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
        for request, asked in asked_of(guarded, opening):
            never(
                "no unnamed service has anything",
                guarded,
                prover,
                opening,
                request,
                asked,
                is_service(request),
                *(z3.Not(request.key("aws:PrincipalServiceName") == name) for name in services),
            )
            never(
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
    readers = guarded.roles(reader_roles(guarded.settings))
    for action in CONTENT_READS:
        _nobody_but("only the named reader roles get evidence", guarded, prover, action, readers)


def _who_sees_results(guarded: Guarded, prover: Prover) -> None:
    """Of every prefix of results, one auditor's and all, what lies there now and what former auditors left."""
    asking = guarded.roles([*asking_roles(guarded.settings), *asking_functions(guarded.settings)])
    owners = {"": asking} | {f"{role.rsplit('-', 1)[1]}/": [role] for role in asking}
    for prefix, roles in owners.items():
        place = f"{guarded.policy.subject}/athena-results/{prefix}"
        for action in (*CONTENT_READS, *WRITES):
            request = guarded.request(action)
            request.consider(request.resource, f"{place}*")
            for opening in guarded.openings():
                never(
                    "nobody but an auditor's own role reads or writes the results of its queries",
                    guarded,
                    prover,
                    opening,
                    request,
                    guarded.somebody(request),
                    z3.PrefixOf(z3.StringVal(place), request.resource),
                    *(z3.Not(request.key("aws:PrincipalArn") == role) for role in roles),
                )


def _who_sees_parquet(guarded: Guarded, prover: Prover) -> None:
    readers = guarded.roles([*asking_roles(guarded.settings), *asking_functions(guarded.settings)])
    writers = guarded.roles(compaction_roles(guarded.settings))
    claim = "nobody but those who ask in Athena reads Parquet, and nobody but the compaction writes it"
    _who_reads_and_writes(claim, "compacted/", readers, writers, guarded, prover)


def _who_sees_pages(guarded: Guarded, prover: Prover) -> None:
    readers, writers = (guarded.roles(names(guarded.settings)) for names in (asking_roles, report_roles))
    claim = "nobody but those who ask in Athena reads a report page, and nobody but the function writes one"
    _who_reads_and_writes(claim, "reports/", readers, writers, guarded, prover)


def _who_writes_allow_lists(guarded: Guarded, prover: Prover) -> None:
    """They hold nothing secret; but whoever writes them opens firewalls."""
    writers = guarded.roles(network_roles(guarded.settings))
    place = f"{guarded.policy.subject}/allow-list/"
    for action in WRITES:
        request = guarded.request(action)
        request.consider(request.resource, f"{place}*")
        for opening in guarded.openings():
            never(
                "nobody but the watcher of address ranges writes an allow-list",
                guarded,
                prover,
                opening,
                request,
                guarded.somebody(request),
                z3.PrefixOf(z3.StringVal(place), request.resource),
                *(z3.Not(request.key("aws:PrincipalArn") == role) for role in writers),
            )


def _who_reads_and_writes(
    claim: str, prefix: str, readers: Sequence[str], writers: Sequence[str], guarded: Guarded, prover: Prover
) -> None:
    place = f"{guarded.policy.subject}/{prefix}"
    for actions, roles in ((CONTENT_READS, readers), (WRITES, writers)):
        for action in actions:
            request = guarded.request(action)
            request.consider(request.resource, f"{place}*")
            for opening in guarded.openings():
                never(
                    claim,
                    guarded,
                    prover,
                    opening,
                    request,
                    guarded.somebody(request),
                    z3.PrefixOf(z3.StringVal(place), request.resource),
                    *(z3.Not(request.key("aws:PrincipalArn") == role) for role in roles),
                )


def _who_writes_evidence(guarded: Guarded, prover: Prover) -> None:
    """Users and roles; what services write, the permits say."""
    is_log_bucket = "evidence-logs-" in guarded.policy.subject
    for action in WRITES:
        for opening in guarded.openings():
            request = guarded.request(action)
            never(
                "no role writes outside its own prefixes, and none writes recordings",
                guarded,
                prover,
                opening,
                request,
                guarded.identity(request),
                z3.Not(_writes_its_own(guarded, request) if is_log_bucket else z3.BoolVal(False)),
            )
            if is_log_bucket:
                never(
                    "no role but the hub's delivery role writes access events",
                    guarded,
                    prover,
                    opening,
                    request,
                    guarded.identity(request),
                    _is_access_event(guarded, request),
                    *(z3.Not(request.key("aws:PrincipalArn") == role) for role in _hub_delivery(guarded)),
                )
    request = guarded.request("s3:ListBucket")
    for opening in guarded.openings():
        never(
            "no member sees the names of another's evidence",
            guarded,
            prover,
            opening,
            request,
            guarded.identity(request),
            z3.Not(request.key("aws:PrincipalAccount") == guarded.settings.archive.account),
            z3.Not(_under_own_account(request.key("s3:prefix"), "", request)),
        )


def _writes_its_own(guarded: Guarded, request: Request) -> z3.BoolRef:
    """A delivery role under the prefixes of its account, or the hub's delivery role where access events lie."""
    arn = request.key("aws:PrincipalArn")
    of_member = arn_like(arn, f"arn:{guarded.policy.place.partition}:iam::*:role/evidence-delivery", request)
    of_hub = z3.Or(*(arn == role for role in _hub_delivery(guarded)))
    return z3.Or(
        z3.And(of_member, _under_own_account(request.resource, f"{guarded.policy.subject}/", request)),
        z3.And(of_hub, _is_access_event(guarded, request)),
    )


def _hub_delivery(guarded: Guarded) -> list[str]:
    """The hub is at home: in another Region nobody writes access events."""
    at_home = guarded.policy.place.region == guarded.settings.regions.home
    return guarded.roles(["evidence-access-delivery"]) if at_home else []


def _is_access_event(guarded: Guarded, request: Request) -> z3.BoolRef:
    prefixes = ("access-events/", f"errors/access-events/account={guarded.settings.archive.account}/")
    return z3.Or(
        *(z3.PrefixOf(z3.StringVal(f"{guarded.policy.subject}/{prefix}"), request.resource) for prefix in prefixes)
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
        _nobody_but("only the execution roles change a key", guarded, prover, action, execution)
    for action in KEY_REMOVALS:
        _nobody_but("nobody disables or deletes a key", guarded, prover, action, [])


def _nobody_but(claim: str, guarded: Guarded, prover: Prover, action: str, arns: Sequence[str]) -> None:
    for opening in guarded.openings():
        request = guarded.request(action)
        never(
            claim,
            guarded,
            prover,
            opening,
            request,
            guarded.somebody(request),
            *(z3.Not(request.key("aws:PrincipalArn") == arn) for arn in arns),
        )
