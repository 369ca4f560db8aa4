"""Takes the templates out that StackSets carry as text, so that a reader and a comparison see them as templates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

_TYPE: Final = "AWS::CloudFormation::StackSet"
_SUFFIX: Final = ".template.json"

Template = dict[str, Any]


def unpacked(templates: Mapping[str, Template]) -> dict[str, Template]:
    """The templates by file name, and each within them as `<stack>.<StackSet>.template.json`.

    That name stands in the place of its text.
    """
    found: dict[str, Template] = {}
    carried: dict[str, Template] = {}
    for file, template in templates.items():
        found[file] = template
        for logical_id, resource in template.get("Resources", {}).items():
            body = resource.get("Properties", {}).get("TemplateBody") if resource.get("Type") == _TYPE else None
            if not isinstance(body, str):
                continue
            name = resource["Properties"].get("StackSetName", logical_id)
            inner = f"{file.removesuffix(_SUFFIX)}.{name}{_SUFFIX}"
            carried[inner] = json.loads(body)
            found[file] = _with_body(found[file], logical_id, inner)
    return {**found, **carried}


def _with_body(template: Template, logical_id: str, words: str) -> Template:
    resource = template["Resources"][logical_id]
    changed = {**resource, "Properties": {**resource["Properties"], "TemplateBody": words}}
    return {**template, "Resources": {**template["Resources"], logical_id: changed}}
