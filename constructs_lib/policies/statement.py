"""Builds IAM policy documents from statements, and statements from their parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

Statement = dict[str, Any]
Document = dict[str, Any]
Conditions = Mapping[str, Mapping[str, str | Sequence[str]]]

ANYONE: Final = {"AWS": "*"}
"""Every principal. In an Allow never without ``aws:PrincipalOrgID`` and a second condition."""


def service(name: str) -> dict[str, str]:
    """A service principal, for instance ``cloudtrail.amazonaws.com``."""
    return {"Service": name}


def account_root(*, partition: str, account: str) -> dict[str, str]:
    """An account: whichever of its principals the account's own IAM policies allow, too."""
    return {"AWS": f"arn:{partition}:iam::{account}:root"}


def allow(
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    principal: Mapping[str, str | Sequence[str]] | None = None,
    conditions: Conditions | None = None,
) -> Statement:
    """An Allow; without a principal it is a sentence of a role's own policy."""
    return _statement("Allow", sid, principal, actions, resources, conditions)


def deny(
    sid: str,
    *,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Conditions | None = None,
) -> Statement:
    """A Deny for everyone whom the conditions describe."""
    return _statement("Deny", sid, ANYONE, actions, resources, conditions)


def deny_elsewhere(
    sid: str, *, actions: Sequence[str], resources: Sequence[str], conditions: Conditions | None = None
) -> Statement:
    """A Deny on everything but the resources named; the one use of ``NotResource``, which an Allow never takes."""
    statement = deny(sid, actions=actions, resources=resources, conditions=conditions)
    return {("NotResource" if element == "Resource" else element): value for element, value in statement.items()}


def of_accounts(sentence: Statement) -> Statement:
    """The sentence without a principal: a service control policy speaks of everybody in the accounts it binds."""
    return {element: value for element, value in sentence.items() if element != "Principal"}


def of_resources(sentence: Statement) -> Statement:
    """The sentence for everybody in the one form that a resource control policy takes."""
    return {element: "*" if element == "Principal" else value for element, value in sentence.items()}


def trust(principal_service: str, *, conditions: Conditions | None = None) -> Document:
    """A role's trust policy: one service may assume it."""
    statement: Statement = {
        "Sid": "ServiceAssumesRole",
        "Effect": "Allow",
        "Principal": service(principal_service),
        "Action": "sts:AssumeRole",
    }
    if conditions:
        statement["Condition"] = conditions
    return document([statement])


def document(statements: Iterable[Statement]) -> Document:
    """A policy document; the order of its statements is the order given.

    Raises:
        ValueError: Two statements share a Sid, so that a decision could not be told from another.
    """
    listed = list(statements)
    sids = [statement["Sid"] for statement in listed]
    repeated = sorted({sid for sid in sids if sids.count(sid) > 1})
    if repeated:
        raise ValueError(f"Sids used more than once: {', '.join(repeated)}")
    return {"Version": "2012-10-17", "Statement": listed}


def _statement(
    effect: str,
    sid: str,
    principal: Mapping[str, str | Sequence[str]] | None,
    actions: Sequence[str],
    resources: Sequence[str],
    conditions: Conditions | None,
) -> Statement:
    statement: Statement = {"Sid": sid, "Effect": effect}
    if principal is not None:
        statement["Principal"] = dict(principal)
    statement["Action"] = _one_or_many(actions)
    statement["Resource"] = _one_or_many(resources)
    if conditions:
        statement["Condition"] = {operator: dict(keys) for operator, keys in conditions.items()}
    return statement


def _one_or_many(values: Sequence[str]) -> str | list[str]:
    if isinstance(values, str):
        raise TypeError(f"expected a sequence of strings, got the string {values!r}")
    return values[0] if len(values) == 1 else list(values)
