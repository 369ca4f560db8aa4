"""Which statement of a policy speaks about a request, and what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from local.policy_conditions import conditions_hold
from local.policy_patterns import MissingVariableError, UnmodelledPolicyError, expand, matches
from local.policy_request import IamPrincipal, Principal, Request

_ACCOUNT = re.compile(r"(?:arn:[^:]+:iam::)?(\d{12})(?::root)?")


class Verdict(StrEnum):
    """What one policy says about a request."""

    DENY = "deny"
    ALLOW = "allow"
    DELEGATE = "delegate"
    """Allowed to the account as a whole: the principal's own policies decide."""
    SILENT = "silent"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A verdict and the Sid of the statement that gave it (empty where it has none)."""

    verdict: Verdict
    sid: str = ""


def find(document: str | Mapping[str, Any], *, request: Request, needs_principal: bool) -> Finding:
    """An explicit Deny first, then an Allow to the principal, then one to its account, else silence."""
    read = json.loads(document) if isinstance(document, str) else document
    statements = read.get("Statement", [])
    found = [
        Finding(verdict=verdict, sid=str(statement.get("Sid", "")))
        for statement in (statements if isinstance(statements, list) else [statements])
        if (verdict := _says(statement, request, needs_principal)) is not Verdict.SILENT
    ]
    for verdict in (Verdict.DENY, Verdict.ALLOW, Verdict.DELEGATE):
        for finding in found:
            if finding.verdict is verdict:
                return finding
    return Finding(verdict=Verdict.SILENT)


def _says(statement: Mapping[str, Any], request: Request, needs_principal: bool) -> Verdict:
    named = _names_principal(statement, request.principal) if needs_principal else Verdict.ALLOW
    try:
        if named is Verdict.SILENT or not _concerns(statement, request):
            return Verdict.SILENT
        if not conditions_hold(statement.get("Condition", {}), keys=request.keys()):
            return Verdict.SILENT
    except MissingVariableError:
        return Verdict.SILENT
    if statement["Effect"] == "Deny":
        return Verdict.DENY
    return named


def _concerns(statement: Mapping[str, Any], request: Request) -> bool:
    return _listed(statement, "Action", request.action.lower(), {}, fold=True) and _listed(
        statement, "Resource", request.resource, request.keys(), fold=False
    )


def _listed(statement: Mapping[str, Any], element: str, value: str, keys: Mapping[str, str], *, fold: bool) -> bool:
    negated = f"Not{element}" in statement
    patterns = _as_list(statement.get(f"Not{element}" if negated else element, []))
    if not patterns:
        raise UnmodelledPolicyError(f"a statement without {element}")
    return negated != any(_matches(value, p.lower() if fold else p, keys) for p in patterns)


def _matches(value: str, pattern: str, keys: Mapping[str, str]) -> bool:
    """A pattern whose variable has no value in this request matches nothing; its neighbours still may."""
    try:
        return matches(value, expand(pattern, keys))
    except MissingVariableError:
        return False


def _names_principal(statement: Mapping[str, Any], principal: Principal) -> Verdict:
    """ALLOW where the element names the principal itself, DELEGATE where it names its account."""
    if "NotPrincipal" in statement or "Principal" not in statement:
        raise UnmodelledPolicyError("a resource policy's statement without Principal")
    element = statement["Principal"]
    if element == "*":
        return Verdict.ALLOW
    unknown = set(element) - {"AWS", "Service", "Federated"}
    if unknown:
        raise UnmodelledPolicyError(f"principal type {', '.join(sorted(unknown))}")
    verdicts = {_names(kind, entry, principal) for kind, entries in element.items() for entry in _as_list(entries)}
    return next((v for v in (Verdict.ALLOW, Verdict.DELEGATE) if v in verdicts), Verdict.SILENT)


def _names(kind: str, entry: str, principal: Principal) -> Verdict:
    if kind == "AWS" and entry == "*":
        return Verdict.ALLOW
    if kind == "Service":
        same = not isinstance(principal, IamPrincipal) and entry.lower() == principal.service.lower()
        return Verdict.ALLOW if same else Verdict.SILENT
    if kind == "AWS" and "*" in entry:
        raise UnmodelledPolicyError(f"a wildcard inside the principal {entry}")
    if kind != "AWS" or not isinstance(principal, IamPrincipal):
        return Verdict.SILENT
    if entry in (principal.arn, principal.session_arn) and not principal.is_root:
        return Verdict.ALLOW
    account = _ACCOUNT.fullmatch(entry)
    return Verdict.DELEGATE if account and account.group(1) == principal.account else Verdict.SILENT


def _as_list(value: Any) -> list[str]:
    return [str(entry) for entry in value] if isinstance(value, list) else [str(value)]
