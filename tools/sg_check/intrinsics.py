"""Resolves what a rule in a template refers to, where the template itself says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

Json = Mapping[str, Any]

GROUP: Final = "AWS::EC2::SecurityGroup"
PREFIX_LIST: Final = "AWS::EC2::PrefixList"
_NAMED: Final = {(GROUP, "GroupId"), (GROUP, "Id"), (PREFIX_LIST, "PrefixListId")}


NO_VALUE: Final = {"Ref": "AWS::NoValue"}


class UnresolvedError(Exception):
    """A value that only deployment knows; the message says which, and what would help."""


class Resolver:
    """Resolves values of one template.

    A group or prefix list that the template makes has no id yet; its logical id stands for it.

    Args:
        template: The template.
        parameters: Values of parameters, and of ``AWS::AccountId`` and ``AWS::Region``. A default is not taken for a
            value, since a deployment may give another.
    """

    def __init__(self, template: Json, parameters: Mapping[str, str]) -> None:
        self._template = template
        self._parameters = parameters

    def resolved(self, value: Any) -> Any:
        """The value without intrinsic functions.

        Raises:
            UnresolvedError: where it holds one that cannot be resolved.
        """
        if isinstance(value, list):
            return [self.resolved(item) for item in value]
        if not isinstance(value, dict):
            return value
        name = next(iter(value), "")
        if len(value) == 1 and (name == "Ref" or name == "Condition" or name.startswith("Fn::")):
            return self._intrinsic(name, value[name])
        return {key: self.resolved(item) for key, item in value.items()}

    def _intrinsic(self, name: str, argument: Any) -> Any:
        if name == "Ref" and isinstance(argument, str):
            if argument in self._parameters:
                return self._parameters[argument]
            if argument in self._section("Parameters") or argument.startswith("AWS::"):
                raise UnresolvedError(f"Ref {argument} is known at deployment; --parameter {argument}=… says it")
            if self._type(argument) in (GROUP, PREFIX_LIST):
                return argument
        if name == "Fn::GetAtt":
            logical_id, attribute = _attribute(argument)
            if (self._type(logical_id), attribute) in _NAMED:
                return logical_id
            if (self._type(logical_id), attribute) == ("AWS::EC2::VPC", "CidrBlock"):
                properties = self._section("Resources")[logical_id].get("Properties")
                if isinstance(properties, Mapping) and "CidrBlock" in properties:
                    return self.resolved(properties["CidrBlock"])
        if name == "Fn::Join" and isinstance(argument, list) and len(argument) == 2:
            separator, parts = argument[0], self.resolved(argument[1])
            if isinstance(separator, str) and isinstance(parts, list) and all(isinstance(part, str) for part in parts):
                return separator.join(parts)
        raise UnresolvedError(f"{json.dumps({name: argument}, default=str)} is known at deployment")

    def _section(self, name: str) -> Json:
        section = self._template.get(name)
        return section if isinstance(section, Mapping) else {}

    def _type(self, logical_id: str) -> str:
        resource = self._section("Resources").get(logical_id)
        return str(resource.get("Type")) if isinstance(resource, Mapping) else ""


def without_no_value(value: Any) -> Any:
    """The value without what ``AWS::NoValue`` takes out of it, but for branches of Fn::If, whose order counts."""
    if isinstance(value, list):
        return [without_no_value(item) for item in value if item != NO_VALUE]
    if isinstance(value, dict):
        return {
            name: item if name.startswith("Fn::") else without_no_value(item)
            for name, item in value.items()
            if item != NO_VALUE
        }
    return value


def _attribute(argument: Any) -> tuple[str, str]:
    """The resource and the attribute that Fn::GetAtt names, as a list or with a dot between."""
    parts = argument.split(".", 1) if isinstance(argument, str) else argument
    if isinstance(parts, list) and len(parts) == 2 and all(isinstance(part, str) for part in parts):
        return parts[0], parts[1]
    return "", ""
