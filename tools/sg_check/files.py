"""Reads files of any kind that a check knows, and says which are none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.sg_check.described import read_groups, read_rules
from tools.sg_check.subjects import CheckError, Reading
from tools.sg_check.template import read_template


def read(path: Path, *, account: str, region: str, parameters: Mapping[str, str]) -> Reading:
    """The groups of a file.

    Args:
        path: The file, JSON or, for a template, YAML.
        account: Where the groups lie, if the file does not say it.
        region: Likewise.
        parameters: Values of a template's parameters.

    Raises:
        CheckError: where it cannot be read, or is neither a template nor what the AWS CLI prints of groups.
    """
    document = load(path)
    if isinstance(document, dict):
        try:
            if "SecurityGroups" in document:
                return read_groups(str(path), document, account=account, region=region)
            if "SecurityGroupRules" in document:
                return read_rules(str(path), document, account=account, region=region)
            if "Resources" in document:
                return read_template(str(path), document, account=account, region=region, parameters=parameters)
        except CheckError as error:
            raise CheckError(f"{path}: {error}") from None
    raise CheckError(f"{path}: neither SecurityGroups, SecurityGroupRules nor Resources are in it")


def load(path: Path) -> Any:
    """What a JSON or YAML file holds.

    Raises:
        CheckError: where it cannot be read.
    """
    try:
        text = path.read_text("utf-8")
        if path.suffix not in (".yaml", ".yml"):
            return json.loads(text)
    except (OSError, ValueError) as error:
        raise CheckError(f"{path}: {error}") from None
    # Reads the short forms of intrinsic functions; it takes a second to import.
    from cfnlint.decode import decode_str

    document, mistakes = decode_str(text)
    if document is None:
        raise CheckError(f"{path}: {'; '.join(mistake.message for mistake in mistakes)}")
    return document
