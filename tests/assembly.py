"""Synthesizes the app in this process and reads what it wrote."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import aws_cdk as cdk
from constructs import Construct

from stacks.all_stacks import add_stacks
from stacks.direct_deployment import address_members
from stacks.security_groups import NOTHING_APPROVED, SecurityGroups
from stacks.settings import Settings

Template = dict[str, Any]
Resource = dict[str, Any]


@dataclass(frozen=True)
class Assembly:
    """A cloud assembly on disk."""

    directory: Path

    @cached_property
    def templates(self) -> dict[str, Template]:
        """Every template by the name of its file, ``MemberRegion`` for instance."""
        return {
            path.name.removesuffix(".template.json"): json.loads(path.read_text())
            for path in sorted(self.directory.glob("*.template.json"))
        }

    @cached_property
    def manifest(self) -> dict[str, Any]:
        """What the CDK CLI reads."""
        manifest: dict[str, Any] = json.loads((self.directory / "manifest.json").read_text())
        return manifest

    def resources(self, of_type: str) -> Iterator[tuple[str, Resource]]:
        """Every resource of a type in every template, with its place."""
        for name, template in self.templates.items():
            for logical_id, resource in resources(template, of_type):
                yield f"{name}/{logical_id}", resource


def settings_with(example: dict[str, Any], **overrides: Any) -> Settings:
    """The example with values replaced: ``trail__mode="existing"``; None takes a value out."""
    raw = copy.deepcopy(example)
    for name, value in overrides.items():
        table, key = name.split("__")
        if value is None:
            raw[table].pop(key)
        else:
            raw[table][key] = value
    return Settings.model_validate_json(json.dumps(raw))


def synthesize(settings: Settings, directory: Path, approved: SecurityGroups = NOTHING_APPROVED) -> Assembly:
    """The whole app."""
    app = cdk.App(outdir=str(directory), analytics_reporting=False, tree_metadata=False)
    add_stacks(app, settings, approved)
    app.synth()
    address_members(directory, settings)
    return Assembly(directory)


def template_of(build: Callable[[cdk.Stack], Construct | None]) -> Template:
    """The template of a stack that holds what ``build`` adds."""
    app = cdk.App(analytics_reporting=False, tree_metadata=False)
    stack = cdk.Stack(app, "Test", synthesizer=cdk.BootstraplessSynthesizer())
    build(stack)
    template: Template = app.synth().get_stack_by_name("Test").template
    return template


def resources(template: Template, of_type: str) -> list[tuple[str, Resource]]:
    """The resources of one type in a template."""
    return [(name, found) for name, found in template["Resources"].items() if found["Type"] == of_type]


def only(template: Template, of_type: str) -> Resource:
    """The properties of the one resource of a type; fails when there are more or none."""
    found = resources(template, of_type)
    assert len(found) == 1, [name for name, _ in found]
    properties: Resource = found[0][1]["Properties"]
    return properties


def flat(value: Any) -> Any:
    """A template value with its joins and references written as text: ``arn:<AWS::Partition>:s3:::name``."""
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            return f"<{value['Ref']}>"
        if set(value) == {"Fn::GetAtt"}:
            return f"<{'.'.join(value['Fn::GetAtt'])}>"
        if set(value) == {"Fn::Join"}:
            separator, parts = value["Fn::Join"]
            return separator.join(str(flat(part)) for part in parts)
        return {key: flat(item) for key, item in value.items()}
    if isinstance(value, list):
        return [flat(item) for item in value]
    return value


def listed(value: Any) -> list[Any]:
    """A policy element as a list, whether one or many stand in it."""
    return value if isinstance(value, list) else [value]
