"""Reads the settings file of an organization, and the file of approvals that it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stacks.security_groups import NOTHING_APPROVED, SecurityGroups, load_security_groups
from stacks.settings import Settings
from stacks.settings_checks import cross_checks
from stacks.toml_file import Finding, Mistake, SettingsError, line_of_setting, load
from stacks.toml_places import KeyPath

__all__ = ["Decided", "Mistake", "SettingsError", "line_of_setting", "load_decided", "load_settings"]

_SECTION, _NAME = "security_groups", "approvals"


@dataclass(frozen=True)
class Decided:
    """Everything an organization decides: its settings, and what its security groups may let through."""

    settings: Settings
    approved: SecurityGroups


def load_decided(path: Path) -> Decided:
    """Parse a settings file and the file of approvals that it names, if it names one.

    Raises:
        SettingsError: One cannot be read, is not TOML, or holds any mistake; all of both files are listed.
    """
    approvals = _Approvals(path.parent)
    try:
        settings = load(
            path,
            Settings,
            lambda raw, wrong: (*cross_checks(raw, wrong=wrong), *approvals.read(raw, wrong)),
        )
    except SettingsError as error:
        raise error.joined(approvals.error) from None
    if approvals.error is not None:
        raise approvals.error
    return Decided(settings, approvals.approved)


def load_settings(path: Path) -> Settings:
    """Parse a settings file alone, for whoever asks nothing of security groups.

    Raises:
        SettingsError: The file cannot be read, is not TOML, or holds any mistake; all of them are listed.
    """
    return load(path, Settings, lambda raw, wrong: cross_checks(raw, wrong=wrong))


class _Approvals:
    """The file of approvals, read while the settings are checked, so that the mistakes of both are told at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.approved = NOTHING_APPROVED
        self.error: SettingsError | None = None

    def read(self, raw: dict[str, Any], wrong: set[KeyPath]) -> Iterator[Finding]:
        """Read the file that the settings name; that it is not there is a mistake of the settings."""
        section = raw.get(_SECTION)
        name = section.get(_NAME) if isinstance(section, dict) else None
        if not isinstance(name, str) or (_SECTION, _NAME) in wrong:
            return
        file = self._folder / name
        if not file.is_file():
            yield (_SECTION, _NAME), "names no file, as seen from the folder of this one", name
            return
        try:
            self.approved = load_security_groups(file)
        except SettingsError as error:
            self.error = error
