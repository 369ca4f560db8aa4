"""Fetches the templates that are deployed now, to be compared with those that shall be."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tools.pipeline.clients import ClientOf
from tools.pipeline.stacks import Stack


def fetch(stacks: Iterable[Stack], folder: Path, *, client_of: ClientOf) -> None:
    """Writes two folders with one file for each stack: ``before``, what is deployed, and ``after``, what shall be.

    A stack that does not exist yet has no file in ``before``.
    """
    before, after = folder / "before", folder / "after"
    for made in (before, after):
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir(parents=True)
    for stack in stacks:
        name = f"{stack.id}.template.json"
        shutil.copyfile(stack.template, after / name)
        template = _deployed(stack, client_of)
        if template is not None:
            (before / name).write_text(json.dumps(template), "utf-8")


def _deployed(stack: Stack, client_of: ClientOf) -> dict[str, Any] | None:
    from botocore.exceptions import ClientError

    client = client_of(stack.lookup_role, stack.region)
    try:
        body = client.get_template(StackName=stack.name, TemplateStage="Original")["TemplateBody"]
    except ClientError as error:
        # CloudFormation has no error code of its own for this.
        if error.response["Error"]["Code"] == "ValidationError" and "does not exist" in str(error):
            return None
        raise
    template: dict[str, Any] = json.loads(body) if isinstance(body, str) else json.loads(json.dumps(body))
    return template
