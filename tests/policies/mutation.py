"""How a template is changed by one mistake, and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.assembly import Template, flat

HOME = "LogArchive-ap-northeast-1"
OTHER = "LogArchive-us-east-1"
ACCOUNT = "MemberAccount"
REGION = "MemberRegion"
HUB = "AccessHub"
SIGN_IN = "MemberSignIn"

Change = Callable[[dict[str, Any]], object]


@dataclass(frozen=True)
class Mutant:
    """A mistake in one template.

    Args:
        name: What somebody did, as a sentence.
        template: Where.
        change: Does it to the template as JSON.
    """

    name: str
    template: str
    change: Callable[[Template], object]


def bucket(kind: str) -> Callable[[Template], dict[str, Any]]:
    """The properties of a bucket."""

    def found(template: Template) -> dict[str, Any]:
        return _one(template, "AWS::S3::Bucket", lambda p: p["BucketName"].startswith(f"evidence-{kind}-"))

    return found


def of_type(name: str) -> Callable[[Template], dict[str, Any]]:
    """The properties of the first resource of a type."""
    return lambda template: _one(template, name, lambda _: True)


def permission(function: str) -> Callable[[Template], dict[str, Any]]:
    """Who may call a function, by how its logical id begins."""
    return lambda template: _one(
        template, "AWS::Lambda::Permission", lambda p: p["FunctionName"]["Ref"].startswith(function)
    )


def whole(name: str, part: str = "") -> Callable[[Template], dict[str, Any]]:
    """A resource with its deletion policy."""

    def found(template: Template) -> dict[str, Any]:
        return next(item for item in template["Resources"].values() if item["Type"] == name and part in str(flat(item)))

    return found


def sentence(holder: str, sid: str) -> Callable[[Template], dict[str, Any]]:
    """A statement: of the policy of a bucket (``logs``), of the ``key``, the ``bus`` or the ``topic``, of a queue
    (``queue`` and its name) or of a role (its name).
    """

    def found(template: Template) -> dict[str, Any]:
        return next(item for item in _statements(template, holder) if item["Sid"] == sid)

    return found


def _one(template: Template, of_type: str, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    return next(
        item["Properties"]
        for item in template["Resources"].values()
        if item["Type"] == of_type and wanted(item["Properties"])
    )


def _statements(template: Template, holder: str) -> list[dict[str, Any]]:
    if holder == "key":
        key = next(item for item in template["Resources"].values() if "KeyPolicy" in item.get("Properties", {}))
        return list(key["Properties"]["KeyPolicy"]["Statement"])
    if holder.startswith("evidence-"):
        role = _one(template, "AWS::IAM::Role", lambda p: p["RoleName"] == holder)
        documents = [role["AssumeRolePolicyDocument"], *(item["PolicyDocument"] for item in role["Policies"])]
        return [statement for document in documents for statement in document["Statement"]]
    if holder == "bus":
        return [_one(template, "AWS::Events::EventBusPolicy", lambda _: True)["Statement"]]
    if holder == "topic":
        return list(_one(template, "AWS::SNS::TopicPolicy", lambda _: True)["PolicyDocument"]["Statement"])
    if holder.startswith("queue "):
        named = [
            name
            for name, item in template["Resources"].items()
            if item["Properties"].get("QueueName") == holder.removeprefix("queue ")
        ]
        policy = _one(template, "AWS::SQS::QueuePolicy", lambda p: p["Queues"] == [{"Ref": name} for name in named])
        return list(policy["PolicyDocument"]["Statement"])
    policy = _one(template, "AWS::S3::BucketPolicy", lambda p: p["Bucket"].startswith(f"evidence-{holder}-"))
    return list(policy["PolicyDocument"]["Statement"])


def mutant(name: str, template: str, where: Callable[[Template], dict[str, Any]], change: Change) -> Mutant:
    return Mutant(name, template, lambda whole_template: change(where(whole_template)))


def put(*path: str, to: Any) -> Change:
    def change(value: dict[str, Any]) -> None:
        for key in path[:-1]:
            value = value[key]
        value[path[-1]] = to

    return change


def drop(*path: str) -> Change:
    def change(value: dict[str, Any]) -> None:
        for key in path[:-1]:
            value = value[key]
        del value[path[-1]]

    return change


def rename(old: str, new: str, *path: str) -> Change:
    """Move what stands under one name to another, keeping the value."""

    def change(value: dict[str, Any]) -> None:
        for key in path:
            value = value[key]
        value[new] = value.pop(old)

    return change


def operator(old: str, new: str, value: Any, key: str) -> Change:
    """One key moves from one condition operator to another, with another value."""

    def change(statement: dict[str, Any]) -> None:
        del statement["Condition"][old][key]
        statement["Condition"].setdefault(new, {})[key] = value

    return change


def add_action(action: str) -> Change:
    def change(statement: dict[str, Any]) -> None:
        actions = statement["Action"]
        statement["Action"] = [*(actions if isinstance(actions, list) else [actions]), action]

    return change


def add_value(*path: str, value: str) -> Change:
    """One more value at the end of a list."""

    def change(statement: dict[str, Any]) -> None:
        for key in path[:-1]:
            statement = statement[key]
        values = statement[path[-1]]
        statement[path[-1]] = [*(values if isinstance(values, list) else [values]), value]

    return change


def rewrite(old: str, new: str) -> Change:
    """A part of a document that is written as text."""

    def change(properties: dict[str, Any]) -> None:
        text = json.dumps(properties["PolicyDocument"])
        quoted_old, quoted_new = json.dumps(old)[1:-1], json.dumps(new)[1:-1]
        assert quoted_old in text
        properties["PolicyDocument"] = json.loads(text.replace(quoted_old, quoted_new))

    return change


def respell(old: str, new: str) -> Change:
    """A part of a sentence, wherever it stands in it."""

    def change(statement: dict[str, Any]) -> None:
        text = json.dumps(statement)
        assert old in text
        statement.clear()
        statement.update(json.loads(text.replace(old, new)))

    return change


def without_action(action: str) -> Change:
    return lambda statement: statement["Action"].remove(action)


def remove(holder: str, sid: str) -> Callable[[Template], object]:
    """Takes a statement out of the document that holds it."""

    def change(template: Template) -> None:
        held = _statements(template, holder)
        for resource in template["Resources"].values():
            for element in ("KeyPolicy", "PolicyDocument"):
                document = resource.get("Properties", {}).get(element) or {}
                if any(item in document.get("Statement", []) for item in held):
                    document["Statement"] = [item for item in document["Statement"] if item["Sid"] != sid]

    return change


ORGANIZATION = ("Condition", "StringEquals", "aws:PrincipalOrgID")
SOURCE = ("Condition", "StringEquals", "aws:SourceOrgID")
