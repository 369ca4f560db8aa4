"""EC2's form fields, read by botocore's own model of them, and EC2's XML answers.

A handler made with `handled` gets the members that a client gave under the client's names, and answers members under
the names on the wire.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from html import escape
from typing import Any

from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape
from ministack.services import ec2

from local.emulator.answers import Answer, RefusalError

Members = dict[str, Any]
Handler = Callable[[Members], Members]


def handled(action: str, handler: Handler) -> Callable[[Mapping[str, Any]], Answer]:
    """An entry of MiniStack's action table: refusals become EC2's errors."""

    def answer(fields: Mapping[str, Any]) -> Answer:
        try:
            answered = handler(read(action, fields))
        except RefusalError as refusal:
            return refused(refusal.code, refusal.message, status=refusal.status)
        made: Answer = ec2._xml(200, f"{action}Response", "".join(_elements(answered.items())))
        return made

    return answer


def refused(code: str, message: str, *, status: int = 400) -> Answer:
    """EC2's error."""
    made: Answer = ec2._error(code, escape(message), status)
    return made


def read(action: str, fields: Mapping[str, Any]) -> Members:
    """The members of a request: `IpPermissions.1.Groups.1.GroupId` is a member of the first permission's first pair.

    Raises:
        RefusalError: A number is none.
    """
    tree: Members = {}
    for name, value in fields.items():
        node = tree
        *parents, last = name.split(".")
        for part in parents:
            node = node.setdefault(part, {})
        node[last] = value[0] if isinstance(value, list) else value
    try:
        members: Members = _read(operation(action).input_shape, tree)
    except ValueError as wrong:
        raise RefusalError("InvalidParameterValue", str(wrong)) from wrong
    return members


@cache
def _service() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("ec2", "service-2"), "ec2")


@cache
def operation(action: str) -> OperationModel:
    """What botocore knows of an action."""
    return _service().operation_model(action)


def wire_name(name: str, shape: Shape) -> str:
    """What a request calls a member; botocore names it by the answer, with a small letter."""
    named: str = shape.serialization.get("queryName") or shape.serialization.get("name") or name
    return named[:1].upper() + named[1:]


def _read(shape: Any, node: Any) -> Any:
    if shape.type_name == "structure":
        named = ((name, wire_name(name, member), member) for name, member in shape.members.items())
        return {name: _read(member, node[wire]) for name, wire, member in named if wire in node}
    if shape.type_name == "list":
        return [_read(shape.member, node[key]) for key in sorted(node, key=int)]
    if shape.type_name in ("integer", "long"):
        return int(node)
    return node == "true" if shape.type_name == "boolean" else node


def _elements(members: Iterable[tuple[str, Any]]) -> Iterable[str]:
    for name, value in members:
        if value is not None:
            yield f"<{name}>{_text(value)}</{name}>"


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return "".join(_elements(value.items()))
    if isinstance(value, list):
        return "".join(_elements(("item", member) for member in value))
    return str(value).lower() if isinstance(value, bool) else escape(str(value))
