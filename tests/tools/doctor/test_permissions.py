"""The doctor changes nothing, and its page names every permission that it asks for."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import boto3

from tests.conftest import ROOT
from tests.tools.doctor.places import HOME
from tools.doctor.eyes import iam_action

READING = re.compile(r"(describe|get|list|lookup|simulate)_|scan$")
ASKING = ("ask", "told", "pages")
BEYOND = {"sts:AssumeRole", "kms:Decrypt"}
"""What no check asks for by name: entering an account, and opening the roster, which DynamoDB does with the key."""
FREE = {"sts:GetCallerIdentity"}
"""What nobody can be denied."""


def asked() -> Iterator[tuple[str, str]]:
    """Service and operation of every call of the sources; one whose name is no literal is looked up in its module."""
    for path in sorted((ROOT / "tools" / "doctor").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ASKING):
                continue
            _place, service, operation, *_ = node.args
            if isinstance(operation, ast.Constant):
                yield ast.literal_eval(service), ast.literal_eval(operation)
            elif path.name != "eyes.py":
                assert path.name == "quotas.py", f"{path}:{node.lineno} asks for what cannot be read here"
                names = re.findall(r'read\("(\w+)"\)', path.read_text("utf-8"))
                yield from ((ast.literal_eval(service), name) for name in names)


def test_every_call_reads():
    assert sorted({f"{service}.{name}" for service, name in asked() if not READING.match(name)}) == []
    assert len(set(asked())) > 30


def test_the_page_lists_every_action_that_is_asked_for_and_no_other():
    page = (ROOT / "docs" / "doctor.md").read_text("utf-8")
    (policy,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    listed = {action for statement in json.loads(policy)["Statement"] for action in _several(statement["Action"])}
    session = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none", region_name=HOME)
    needed = {
        iam_action(service, session.client(service).meta.method_to_api_mapping[name]) for service, name in set(asked())
    }
    assert listed == (needed | BEYOND) - FREE


def _several(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
