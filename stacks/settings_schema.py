"""Writes the JSON Schema of the settings file, which editors use to complete and check it: ``make schema``."""

from __future__ import annotations

import json
from pathlib import Path

from stacks.settings import Settings

SCHEMA_FILE = Path(__file__).parent.parent / "config" / "settings.schema.json"


def settings_schema() -> str:
    """The schema as the text of its file."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Settings.model_json_schema()}
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(settings_schema(), encoding="utf-8")
