"""Registers a CloudFormation type that MiniStack rejects."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from ministack.services.cloudformation import provisioners

from local.emulator.answers import RefusalError
from local.emulator.hooks import add_entry

Properties = dict[str, Any]
Created = tuple[str, dict[str, Any]]


class ResourceType(Protocol):
    """What CloudFormation calls; it runs in the stack's account and Region.

    `create` and `update` answer with the value of `Ref` and the attributes of `Fn::GetAtt`.
    """

    def create(self, logical_id: str, properties: Properties, stack: str) -> Created:
        """Makes the resource."""
        ...

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        """Changes it in place, or makes another one under another id."""
        ...

    def delete(self, physical_id: str, properties: Properties) -> None:
        """Removes it."""
        ...


def register(name: str, handler: ResourceType, *, properties: frozenset[str]) -> None:
    """Makes a type deployable; a property outside of `properties` fails the stack instead of being dropped."""

    def checked(call: Callable[..., Any], position: int) -> Callable[..., Any]:
        def run(*arguments: Any) -> Any:
            unknown = sorted(set(arguments[position]) - properties)
            if unknown:
                raise ValueError(f"{name}: the embedded AWS does not model {', '.join(unknown)}")
            try:
                return call(*arguments)
            except RefusalError as refusal:
                raise ValueError(f"{name}: {refusal.code}: {refusal.message}") from refusal

        return run

    entry = {"create": checked(handler.create, 1), "update": checked(handler.update, 2), "delete": handler.delete}
    add_entry(provisioners._RESOURCE_HANDLERS, name, entry)


def tag_list(properties: Properties) -> list[dict[str, str]]:
    """The `Tags` of a resource, as CloudFormation writes them."""
    return [{"Key": tag["Key"], "Value": tag["Value"]} for tag in properties.get("Tags", [])]
