"""Reads the settings file of an organization."""

from __future__ import annotations

from pathlib import Path

from stacks.settings import Settings
from stacks.settings_checks import cross_checks
from stacks.toml_file import Mistake, SettingsError, line_of_setting, load

__all__ = ["Mistake", "SettingsError", "line_of_setting", "load_settings"]


def load_settings(path: Path) -> Settings:
    """Parse a settings file.

    Raises:
        SettingsError: The file cannot be read, is not TOML, or holds any mistake; all of them are listed.
    """
    return load(path, Settings, lambda raw, wrong: cross_checks(raw, wrong=wrong))
