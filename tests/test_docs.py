"""What the documents name is what the code has."""

from __future__ import annotations

import re
from typing import Any

from stacks.settings import Settings
from tests.assembly import resources
from tests.conftest import ROOT
from tests.test_invariants import all_statements

README = (ROOT / "README.md").read_text(encoding="utf-8")


def settings_fields() -> dict[str, Any]:
    """Every key of the settings file with its field."""
    return {
        f"{table}.{key}": field
        for table, section in Settings.model_fields.items()
        for key, field in section.annotation.model_fields.items()  # type: ignore[union-attr] # each is a section
    }


def test_the_settings_table_names_every_key_and_which_are_required():
    rows = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| ([^|]+?) \|", README, re.MULTILINE))
    assert set(rows) == set(settings_fields())
    required = {key for key, field in settings_fields().items() if field.is_required()}
    assert {key for key, default in rows.items() if default == "required"} == required


def test_the_security_model_names_every_sentence(any_assembly):
    document = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    sids = {statement["Sid"] for _, statement in all_statements(any_assembly)}
    assert sorted(sid for sid in sids if f"`{sid}`" not in document) == []


def test_the_example_of_the_readme_synthesizes_what_it_says():
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile(block, "README.md", "exec"), names)
    template = names["app"].synth().get_stack_by_name("Audit").template
    assert len(resources(template, "AWS::KMS::Key")) == 1
    assert len(resources(template, "AWS::S3::Bucket")) == 3
