"""A permission on a function as the statement that Lambda makes of it.

https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from tools.prove.intrinsics import Place
from tools.prove.unread import UnknownPolicyError

_CONDITIONS: Final = {
    "SourceArn": ("ArnLike", "aws:SourceArn"),
    "SourceAccount": ("StringEquals", "aws:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
}
"""Which property becomes which condition."""
_READ: Final = {"Action", "FunctionName", "Principal", *_CONDITIONS}
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")


def function_of(properties: Mapping[str, Any], place: Place) -> str:
    """The ARN of the function; the property is a name or an ARN."""
    name = str(properties["FunctionName"])
    return (
        name
        if name.startswith("arn:")
        else f"arn:{place.partition}:lambda:{place.region}:{place.account}:function:{name}"
    )


def document_of(properties: Mapping[str, Any], place: Place, *, where: str) -> dict[str, Any]:
    """The policy that the permission adds to its function.

    Args:
        properties: Of ``AWS::Lambda::Permission``, without intrinsics.
        place: Where its template is deployed.
        where: Names the resource, for messages.

    Raises:
        UnknownPolicyError: A property whose statement is not known here.
    """
    missing, unknown = {"Action", "FunctionName", "Principal"} - set(properties), set(properties) - _READ
    if missing or unknown:
        told = ", ".join(sorted(unknown)) or f"no {', '.join(sorted(missing))}"
        raise UnknownPolicyError(f"{where}: {told} in AWS::Lambda::Permission")
    statement: dict[str, Any] = {
        "Sid": "Permission",
        "Effect": "Allow",
        "Principal": _principal(str(properties["Principal"])),
        "Action": properties["Action"],
        "Resource": function_of(properties, place),
    }
    conditions: dict[str, dict[str, str]] = {}
    for name, (operator, key) in _CONDITIONS.items():
        if name in properties:
            conditions.setdefault(operator, {})[key] = properties[name]
    return {"Version": "2012-10-17", "Statement": [statement | ({"Condition": conditions} if conditions else {})]}


def _principal(name: str) -> str | dict[str, str]:
    if name == "*":
        return name
    return {"Service": name} if _SERVICE.fullmatch(name) else {"AWS": name}
