"""The published OCSF schema of the pinned version, as a judge of records."""

from __future__ import annotations

import functools
from typing import Any

from jsonschema import Draft202012Validator
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from lambda_src.access_events.ocsf import VERSION


@functools.cache
def _schema() -> OcsfJsonSchemaEmbedded:
    return OcsfJsonSchemaEmbedded(get_ocsf_schema(version=VERSION))


@functools.cache
def _validator(class_uid: int) -> Draft202012Validator:
    name = _schema().lookup_class_name_from_uid(class_uid)
    return Draft202012Validator(_schema().get_class_schema(name, profiles=["cloud"]))


def violations(record: dict[str, Any]) -> list[str]:
    """What is wrong with a record, by OCSF's own words."""
    errors = _validator(record["class_uid"]).iter_errors(record)
    return [f"{'.'.join(map(str, error.absolute_path))}: {error.message[:300]}" for error in errors]
