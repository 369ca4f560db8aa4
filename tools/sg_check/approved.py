"""Reads what is approved: the file that people write, or the document that synthesis makes of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from stacks.security_groups import guard_document, load_security_groups
from stacks.settings_file import SettingsError
from tools.sg_check.files import load
from tools.sg_check.subjects import CheckError


def approved(path: Path | None, networks: Iterable[str]) -> dict[str, Any]:
    """The guard's document.

    Args:
        path: TOML as people write it, or JSON as the guard reads it; without one nothing is approved.
        networks: More networks that administration may come from.

    Raises:
        CheckError: where the file is wrong.
    """
    document = _read(path) if path else {}
    organization = document.get("organization", {})
    if not isinstance(organization, dict) or not isinstance(organization.get("approved_networks", []), list):
        raise CheckError(f"{path}: organization.approved_networks is no list of networks")
    trusted = [*organization.get("approved_networks", []), *networks]
    return {**document, "organization": {**organization, "approved_networks": trusted}}


def _read(path: Path) -> dict[str, Any]:
    if path.suffix == ".toml":
        try:
            return guard_document(load_security_groups(path))
        except SettingsError as error:
            raise CheckError(str(error)) from None
    document = load(path)
    if not isinstance(document, dict):
        raise CheckError(f"{path}: no document of approvals")
    return document
