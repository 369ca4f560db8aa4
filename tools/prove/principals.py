"""Who can send a request at all, and which condition keys come with whom.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import z3

from tools.prove.encoding import ABSENT, Request, UnmodelledError, listed

_SOURCE: Final = ("aws:SourceAccount", "aws:SourceArn", "aws:SourceOrgID")
"""Sent by a service that calls directly, and by nobody else."""
_ACCOUNT: Final = z3.Loop(z3.Range("0", "9"), 12, 12)
_ROOT: Final = re.compile(r"(?:arn:[^:]+:iam::)?(\d{12})(?::root)?")
_USER_OR_ROLE: Final = re.compile(r"arn:[^:]+:iam::\d{12}:(?:user|role)/[^*?]+")
"""What ``aws:PrincipalArn`` can be of a user or role. A session, a federated user and a CloudFront identity also have
ARNs that a policy may name, but ``aws:PrincipalArn`` of no caller that is modelled here equals one."""


def is_service(request: Request, name: str | None = None) -> z3.BoolRef:
    """An AWS service calls for itself, directly or through another service: it has a name, and no account."""
    if name is not None:
        request.consider(request.key("aws:PrincipalServiceName"), name)
    terms = [
        request.key("aws:PrincipalIsAWSService") == "true",
        request.has("aws:PrincipalServiceName"),
        request.lacks("aws:PrincipalArn", "aws:PrincipalAccount", "aws:PrincipalOrgID"),
    ]
    return z3.And(*terms, *([] if name is None else [request.key("aws:PrincipalServiceName") == name]))


def is_identity(request: Request, *, archive: str | None, organization_id: str, partition: str) -> z3.BoolRef:
    """A user, a role or the root user of some account; the archive account, if named, is of the organization."""
    account, arn = request.key("aws:PrincipalAccount"), request.key("aws:PrincipalArn")
    if archive is not None:
        request.consider(account, archive)
        for who in ("root", "role/strange", "role/evidence-delivery"):
            request.consider(arn, f"arn:{partition}:iam::{archive}:{who}")
    for key in ("aws:PrincipalOrgID", "aws:SourceOrgID"):
        request.consider(request.key(key), organization_id)
    user, role, root = (
        z3.Concat(z3.StringVal(f"arn:{partition}:iam::"), account, z3.StringVal(kind))
        for kind in (":user/", ":role/", ":root")
    )
    return z3.And(
        request.key("aws:PrincipalIsAWSService") == "false",
        request.lacks("aws:PrincipalServiceName", *_SOURCE),
        z3.InRe(account, _ACCOUNT),
        z3.Or(arn == root, z3.PrefixOf(user, arn), z3.PrefixOf(role, arn)),
        z3.BoolVal(True)
        if archive is None
        else z3.Implies(account == archive, request.key("aws:PrincipalOrgID") == organization_id),
        z3.Or(request.key("aws:ViaAWSService") == "true", request.key("aws:ViaAWSService") == "false"),
    )


def is_anonymous(request: Request) -> z3.BoolRef:
    """Nobody signed the request; AWS then says nothing of whether a service asks.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalisawsservice
    """
    return z3.And(
        z3.Or(request.key("aws:PrincipalIsAWSService") == ABSENT, request.key("aws:PrincipalIsAWSService") == "false"),
        request.lacks("aws:PrincipalServiceName", "aws:PrincipalArn", "aws:PrincipalOrgID", *_SOURCE),
        z3.Or(request.key("aws:PrincipalAccount") == ABSENT, request.key("aws:PrincipalAccount") == "anonymous"),
        request.key("aws:ViaAWSService") == "false",
    )


def is_root_of(request: Request, account: str, partition: str) -> z3.BoolRef:
    """The root user of an account."""
    return request.key("aws:PrincipalArn") == f"arn:{partition}:iam::{account}:root"


def names(principal: Any, request: Request) -> z3.BoolRef:
    """A statement's ``Principal`` names the caller, or the caller's account, whose own policies then decide.

    Those policies are not the archive's to limit, so they count as allowing everything.

    Raises:
        UnmodelledError: A kind of principal that is not encoded.
    """
    if principal == "*":
        return z3.BoolVal(True)
    if not isinstance(principal, Mapping) or set(principal) - {"AWS", "Service"}:
        raise UnmodelledError(f"the principal {principal!r}")
    terms = [is_service(request, name) for name in listed(principal.get("Service", []))]
    for entry in listed(principal.get("AWS", [])):
        account = _ROOT.fullmatch(entry)
        if entry == "*":
            terms.append(z3.BoolVal(True))
        elif account:
            terms.append(request.key("aws:PrincipalAccount") == account.group(1))
        elif not _USER_OR_ROLE.fullmatch(entry):
            raise UnmodelledError(f"the principal {entry}")
        else:
            terms.append(request.key("aws:PrincipalArn") == entry)
    return z3.Or(*terms)
