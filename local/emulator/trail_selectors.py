"""Which events a trail takes, by its basic or advanced event selectors.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_AdvancedFieldSelector.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

Selector = Mapping[str, Any]

_TESTS: Final[dict[str, Callable[[str, str], bool]]] = {
    "Equals": lambda value, wanted: value == wanted,
    "StartsWith": lambda value, wanted: value.startswith(wanted),
    "EndsWith": lambda value, wanted: value.endswith(wanted),
}


def selects(selectors: Sequence[Selector], record: Mapping[str, Any]) -> bool:
    """One of the selectors takes the record."""
    return any(_advanced(s, record) if "FieldSelectors" in s else _basic(s, record) for s in selectors)


def _basic(selector: Selector, record: Mapping[str, Any]) -> bool:
    kind = selector.get("ReadWriteType", "All")
    if kind != "All" and record["readOnly"] != (kind == "ReadOnly"):
        return False
    if record["eventCategory"] == "Management":
        excluded = record["eventSource"] in selector.get("ExcludeManagementEventSources", [])
        return bool(selector.get("IncludeManagementEvents", True)) and not excluded
    wanted = [value for entry in selector.get("DataResources", []) for value in entry.get("Values", [])]
    arns = _fields(record)["resources.ARN"]
    return any(arn.startswith(value) for arn in arns for value in wanted)


def _advanced(selector: Selector, record: Mapping[str, Any]) -> bool:
    fields = _fields(record)
    return all(_field_holds(field, fields.get(field["Field"], [])) for field in selector["FieldSelectors"])


def _field_holds(field: Mapping[str, Any], values: Sequence[str]) -> bool:
    for operator, wanted in field.items():
        if operator == "Field" or not wanted:
            continue
        name = operator.removeprefix("Not")
        if name not in _TESTS:
            raise ValueError(f"the embedded AWS does not model the selector {operator}")
        found = any(_TESTS[name](value, each) for value in values for each in wanted)
        if found == operator.startswith("Not"):
            return False
    return True


def _fields(record: Mapping[str, Any]) -> dict[str, list[str]]:
    objects = [r for r in record.get("resources", []) if r["type"] == "AWS::S3::Object"]
    return {
        "eventCategory": [record["eventCategory"]],
        "eventName": [record["eventName"]],
        "eventSource": [record["eventSource"]],
        "readOnly": [str(record["readOnly"]).lower()],
        "resources.type": [resource["type"] for resource in objects],
        "resources.ARN": [resource.get("ARN") or resource.get("ARNPrefix", "") for resource in objects],
    }
