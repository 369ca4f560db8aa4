"""Writes the JSON Schemas of the files in ``config``, by which editors complete and check them: ``make schema``."""

from __future__ import annotations

import json
from pathlib import Path

from stacks.section import Section
from stacks.security_groups import SecurityGroups
from stacks.settings import Settings

_CONFIG = Path(__file__).parent.parent / "config"
SCHEMA_FILE = _CONFIG / "settings.schema.json"
SECURITY_GROUPS_SCHEMA_FILE = _CONFIG / "security_groups.schema.json"


def settings_schema() -> str:
    """The schema of the settings as the text of its file."""
    return _schema(Settings)


def security_groups_schema() -> str:
    """The schema of the security groups' file as the text of its file."""
    return _schema(SecurityGroups)


def _schema(model: type[Section]) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **model.model_json_schema()}
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(settings_schema(), encoding="utf-8")
    SECURITY_GROUPS_SCHEMA_FILE.write_text(security_groups_schema(), encoding="utf-8")
