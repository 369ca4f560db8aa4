"""What is claimed of what carries events: bus, queues, topic, and the function and log group that rules reach.

Whoever an account's own IAM policies allow gets in there; the archive account's are not the archive's to limit, so what
is claimed of the bus is claimed of members.
"""

from __future__ import annotations

from typing import Final

import z3

from stacks.settings import Settings
from tools.prove.encoding import Request, arn_like
from tools.prove.guarded import Guarded
from tools.prove.network_permits import TOPIC_OF_AWS, WATCHER
from tools.prove.policies import Policy, PolicyKind
from tools.prove.principals import is_service
from tools.prove.questions import (
    allows_no_more_than_is_permitted,
    asked_of,
    everything_is_encoded,
    never,
    nobody_from_outside,
)
from tools.prove.refutation import Prover

_HUB_SAYS: Final = "access-evidence."
"""How the sources begin under which the hub itself tells of findings and of silence."""
_OBJECT_ARRIVED: Final = "Object Created"
"""What S3 says of a recording.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventBridge.html"""
_WITHOUT_SOURCE: Final = ("logs:CreateLogStream",)
"""What services ask for without saying for whom; AWS documents no source for it."""


_CALLED_BY_AWS: Final = {WATCHER: TOPIC_OF_AWS}
"""Functions that a topic of AWS's own calls, and which."""


def prove_channel(policy: Policy, settings: Settings, prover: Prover, *, only: str | None = None) -> None:
    """Every claim about one such resource, or about one of its ways in; refutations stay with the prover.

    Raises:
        UnmodelledError: Any statement of the policy says something that is not encoded.
    """
    guarded = Guarded(policy, settings, only=only)
    everything_is_encoded(guarded)
    allows_no_more_than_is_permitted(guarded, prover)
    _services_speak_for_this_account(guarded, prover)
    if policy.kind in (PolicyKind.QUEUE, PolicyKind.TOPIC):
        _nothing_without_tls(guarded, prover)
    if policy.owner == settings.archive.account:
        nobody_from_outside(guarded, prover)
    if policy.kind is PolicyKind.BUS:
        _what_members_say(guarded, prover)


def _services_speak_for_this_account(guarded: Guarded, prover: Prover) -> None:
    """For a rule, alarm or queue of the account that owns the resource, or for AWS's topic where it is to call."""
    owner = guarded.policy.owner
    name = guarded.policy.subject.split(":")[-1]
    topics = [_CALLED_BY_AWS[name]] if name in _CALLED_BY_AWS else []
    for opening in guarded.sentences():
        for request, asked in asked_of(guarded, opening):
            if request.asks_one_of(_WITHOUT_SOURCE):
                continue
            never(
                "no service brings anything for another account",
                guarded,
                prover,
                opening,
                request,
                asked,
                is_service(request),
                z3.Not(request.key("aws:SourceAccount") == owner),
                z3.Not(arn_like(request.key("aws:SourceArn"), f"arn:*:*:*:{owner}:*", request)),
                *(z3.Not(request.key("aws:SourceArn") == topic) for topic in topics),
            )


def _nothing_without_tls(guarded: Guarded, prover: Prover) -> None:
    """Of a topic its policy takes that of Publish alone."""
    for opening in guarded.openings():
        requests = (
            asked_of(guarded, opening)
            if guarded.policy.kind is PolicyKind.QUEUE
            else [(guarded.request("sns:Publish"), z3.BoolVal(True))]
        )
        for request, asked in requests:
            never(
                "nobody reads or writes without TLS",
                guarded,
                prover,
                opening,
                request,
                asked,
                guarded.somebody(request),
                request.key("aws:SecureTransport") == "false",
            )


def _what_members_say(guarded: Guarded, prover: Prover) -> None:
    request = guarded.request("events:PutEvents")
    somebody_else = z3.And(
        guarded.somebody(request),
        z3.Not(request.key("aws:PrincipalAccount") == guarded.settings.archive.account),
    )
    source, detail_type = request.key("events:source"), request.key("events:detail-type")
    claims = {
        "no member puts events but as its forwarding role": z3.Not(_is_forwarding_role(guarded, request)),
        "no member puts events without a source": z3.Not(request.has("events:source")),
        "no finding and no silence is told by a member": z3.PrefixOf(z3.StringVal(_HUB_SAYS), source),
        "no recording is announced by a member": detail_type == _OBJECT_ARRIVED,
    }
    for value in (f"{_HUB_SAYS}hub", f"{_HUB_SAYS}roster", f"{_HUB_SAYS}security-groups"):
        request.consider(source, value)
    for opening in guarded.openings():
        for claim, broken in claims.items():
            never(claim, guarded, prover, opening, request, somebody_else, broken)


def _is_forwarding_role(guarded: Guarded, request: Request) -> z3.BoolRef:
    """A role of that name; of which account, its ARN says, and that is the caller's."""
    role = f"arn:{guarded.policy.place.partition}:iam::*:role/evidence-event-forward"
    return arn_like(request.key("aws:PrincipalArn"), role, request)
