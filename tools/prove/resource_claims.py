"""What is claimed of the archive's buckets and keys, for every caller, action, resource and context.

A bucket also opens to whomever its own account's IAM policies allow; those are not known here and count as allowing
everything. A key opens by its policy alone.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import z3

from constructs_lib.archive_layout import EVIDENCE_READER_ROLES
from stacks.settings import Settings
from tools.prove.encoding import ABSENT, Request, acts, concerns, listed
from tools.prove.permits import Permit
from tools.prove.policies import Policy, PolicyKind
from tools.prove.principals import is_anonymous, is_identity, is_root_of, is_service, names
from tools.prove.refutation import Prover
from tools.prove.resource_permits import resource_permits

OWN_IAM: Final = "the IAM policies of the account itself"
"""Stands where a Sid would: what opens a bucket to its own account without a sentence of its policy."""

ROOT_KEEPS: Final = ("s3:DeleteBucketPolicy", "s3:GetBucketPolicy", "s3:PutBucketPolicy")
"""What the root user of a bucket's account can do whatever the policy denies.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketPolicy.html"""

CONTENT_READS: Final = (
    "s3:GetObject",
    "s3:GetObjectAttributes",
    "s3:GetObjectTorrent",
    "s3:GetObjectVersion",
    "s3:GetObjectVersionAttributes",
    "s3:GetObjectVersionForReplication",
    "s3:GetObjectVersionTorrent",
)
WRITES: Final = ("s3:PutObject", "s3:ReplicateObject")
BUCKET_CHANGES: Final = (
    "s3:CreateBucketMetadataTableConfiguration",
    "s3:DeleteBucketMetadataTableConfiguration",
    "s3:DeleteBucketPolicy",
    "s3:DeleteBucketWebsite",
    "s3:PutAccelerateConfiguration",
    "s3:PutAnalyticsConfiguration",
    "s3:PutBucketAbac",
    "s3:PutBucketAcl",
    "s3:PutBucketCORS",
    "s3:PutBucketLogging",
    "s3:PutBucketNotification",
    "s3:PutBucketObjectLockConfiguration",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketRequestPayment",
    "s3:PutBucketTagging",
    "s3:PutBucketVersioning",
    "s3:PutBucketWebsite",
    "s3:PutEncryptionConfiguration",
    "s3:PutIntelligentTieringConfiguration",
    "s3:PutInventoryConfiguration",
    "s3:PutLifecycleConfiguration",
    "s3:PutMetricsConfiguration",
    "s3:PutReplicationConfiguration",
)
REMOVALS: Final = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteObject",
    "s3:DeleteObjectAnnotation",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionAnnotation",
    "s3:DeleteObjectVersionTagging",
    "s3:PutObjectAnnotation",
    "s3:PutObjectLegalHold",
    "s3:PutObjectRetention",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionAcl",
    "s3:PutObjectVersionTagging",
    "s3:ReplicateDelete",
    "s3:UpdateObjectEncryption",
)
OF_OBJECTS: Final = (
    *CONTENT_READS,
    *WRITES,
    *(action for action in REMOVALS if action != "s3:DeleteBucket"),
    "s3:AbortMultipartUpload",
    "s3:PutObjectAcl",
)
"""The actions named here that are asked of an object."""
OF_BUCKETS: Final = (*BUCKET_CHANGES, "s3:DeleteBucket", "s3:GetBucketPolicy", "s3:ListBucket")
"""The actions named here that are asked of a bucket. Any other action counts as asked of either.
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""

KEY_CHANGES: Final = ("kms:PutKeyPolicy", "kms:TagResource", "kms:UntagResource")
KEY_REMOVALS: Final = (
    "kms:DeleteImportedKeyMaterial",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:UpdatePrimaryRegion",
)


@dataclass(frozen=True)
class Opening:
    """One way in: a sentence that allows, or the account's own IAM policies."""

    sid: str
    actions: tuple[str, ...]
    lets: Callable[[Request], z3.BoolRef]


class Guarded:
    """A bucket or key of the archive with the policy that guards it.

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
        """A bucket, not a key."""
        return self.policy.kind is PolicyKind.BUCKET

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
        if self.is_bucket and self._only in (None, OWN_IAM):
            yield Opening(
                sid=OWN_IAM,
                actions=("s3:*",),
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
        """The request concerns this key, or this bucket or an object in it, as its action demands."""
        return self._once("here", request, self._here)

    def _here(self, request: Request) -> z3.BoolRef:
        for pattern in ("", "/*", "/transcripts/account=${aws:PrincipalAccount}/*"):
            request.consider(request.resource, f"{self.policy.subject}{pattern}")
        this = request.resource == self.policy.subject
        if not self.is_bucket:
            return this
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
        return self._once("permitted", request, lambda asked: _covered(self.permits, asked))

    def roles(self, names_of_roles: Sequence[str]) -> list[str]:
        """ARNs of roles of the archive account."""
        place = self.policy.place
        return [f"arn:{place.partition}:iam::{self.settings.archive.account}:role/{name}" for name in names_of_roles]


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
                z3.Not(_covered(by_source, request)),
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


def _covered(permits: Sequence[Permit], request: Request) -> z3.BoolRef:
    return z3.Or(*(permit.covers(request) for permit in permits))


def _asked(guarded: Guarded, opening: Opening) -> Iterator[tuple[Request, z3.BoolRef]]:
    """A request for each action pattern: pinned where it is one action, free within the pattern otherwise."""
    for pattern in opening.actions:
        request = guarded.request(None if "*" in pattern or "?" in pattern else pattern)
        yield request, acts(request, [pattern])
