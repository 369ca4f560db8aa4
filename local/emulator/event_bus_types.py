"""`AWS::Events::EventBusPolicy` and `Archive`, what MiniStack drops of `EventBus`, and a `Rule` that is checked.

MiniStack keeps whatever a template's rule says; PutRule and PutTargets would refuse it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import get_account_id, get_region
from ministack.services import eventbridge
from ministack.services.cloudformation import provisioners

from local.emulator.answers import RefusalError, read_answer
from local.emulator.cloudformation_types import Created, Properties, register
from local.emulator.hooks import replace, replace_entry

_BY_RESOURCE_POLICY: Final = frozenset({"lambda", "logs", "sns", "sqs"})
"""Targets that are judged by their own policies; a log group takes no role on AWS either."""
_BUS_KEPT: Final = ("DeadLetterConfig", "KmsKeyIdentifier", "LogConfig")
_BUS: Final = frozenset({*_BUS_KEPT, "Name", "Description", "Tags", "Policy"})


def install() -> None:
    """Registers the types, wraps the others, and lets PutPermission keep a policy in AWS's shape."""
    replace(eventbridge, "_put_permission", lambda _original: _put_permission)
    register(
        "AWS::Events::EventBusPolicy",
        EventBusPolicy(),
        properties=frozenset({"EventBusName", "StatementId", "Statement", "Action", "Principal", "Condition"}),
    )
    register(
        "AWS::Events::Archive",
        Archive(),
        properties=frozenset(
            {"ArchiveName", "SourceArn", "Description", "EventPattern", "RetentionDays", "KmsKeyIdentifier"}
        ),
    )
    bus = provisioners._RESOURCE_HANDLERS["AWS::Events::EventBus"]
    replace_entry(bus, "create", _bus(position=1))
    replace_entry(bus, "update", _bus(position=2))
    rule = provisioners._RESOURCE_HANDLERS["AWS::Events::Rule"]
    replace_entry(rule, "create", _checked_rule(position=1))
    replace_entry(rule, "update", _checked_rule(position=2))


class EventBusPolicy:
    """One statement of a bus's policy; `Ref` is the bus and the statement's id."""

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """PutPermission; a statement of that id is replaced."""
        bus, sid = properties.get("EventBusName", "default"), properties["StatementId"]
        statement = properties.get("Statement")
        if statement is None:
            read_answer(_put_permission(dict(properties)), what="PutPermission")
        else:
            _keep_statement(bus, {**_read(statement), "Sid": sid})
        return f"{bus}|{sid}", {}

    def update(self, physical_id: str, _old: Properties, new: Properties, stack: str) -> Created:
        """The statement anew; under another id, or on another bus, the old one goes with its resource."""
        del physical_id
        return self.create("", new, stack)

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """RemovePermission."""
        bus, _bar, sid = physical_id.partition("|")
        eventbridge._remove_permission({"EventBusName": bus, "StatementId": sid})


class Archive:
    """`Ref` is the archive's name."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Created:
        """CreateArchive, for a bus of this account and Region that exists."""
        name = properties.get("ArchiveName") or provisioners._physical_name(stack, logical_id, max_len=48)
        bus, refused = eventbridge._event_bus_name_from_ref(properties["SourceArn"])
        if refused or bus not in eventbridge._event_buses:
            raise RefusalError("ResourceNotFoundException", f"Event bus {properties['SourceArn']} does not exist.")
        members = {**_archive_members(properties), "ArchiveName": name, "EventSourceArn": properties["SourceArn"]}
        answer = read_answer(eventbridge._create_archive(members), what="CreateArchive")
        return name, {"Arn": answer["ArchiveArn"], "ArchiveName": name}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        """UpdateArchive; another name or another source is another archive."""
        if old.get("ArchiveName") != new.get("ArchiveName") or old["SourceArn"] != new["SourceArn"]:
            return self.create(physical_id, new, stack)
        cleared = {"Description": "", "EventPattern": "", "RetentionDays": 0, "KmsKeyIdentifier": ""}
        members = {**cleared, **_archive_members(new), "ArchiveName": physical_id}
        answer = read_answer(eventbridge._update_archive(members), what="UpdateArchive")
        return physical_id, {"Arn": answer["ArchiveArn"], "ArchiveName": physical_id}

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """DeleteArchive."""
        eventbridge._archives.pop(physical_id, None)


def _archive_members(properties: Properties) -> dict[str, Any]:
    members: dict[str, Any] = {
        name: properties[name] for name in ("Description", "RetentionDays", "KmsKeyIdentifier") if name in properties
    }
    if "EventPattern" in properties:
        members["EventPattern"] = json.dumps(_read(properties["EventPattern"]))
    return members


def _put_permission(members: dict[str, Any]) -> Any:
    """PutPermission: one statement in AWS's own shape, or with `Policy` the whole policy at once."""
    bus = members.get("EventBusName") or "default"
    if bus not in eventbridge._event_buses:
        return eventbridge.error_response_json("ResourceNotFoundException", f"Event bus {bus} does not exist.", 400)
    if members.get("Policy"):
        eventbridge._event_bus_policies[bus] = _read(members["Policy"])
        return eventbridge.json_response({})
    principal = members.get("Principal", "*")
    statement = {
        "Sid": members["StatementId"],
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {"AWS": f"arn:aws:iam::{principal}:root"},
        "Action": members.get("Action", "events:PutEvents"),
        "Resource": f"arn:aws:events:{get_region()}:{get_account_id()}:event-bus/{bus}",
    }
    condition = members.get("Condition")
    if condition:
        statement["Condition"] = {condition["Type"]: {condition["Key"]: condition["Value"]}}
    _keep_statement(bus, statement)
    return eventbridge.json_response({})


def _keep_statement(bus: str, statement: dict[str, Any]) -> None:
    if bus == "default":
        eventbridge._ensure_default_bus()
    if bus not in eventbridge._event_buses:
        raise RefusalError("ResourceNotFoundException", f"Event bus {bus} does not exist.")
    policy = eventbridge._event_bus_policies.get(bus) or {"Version": "2012-10-17", "Statement": []}
    others = [each for each in policy["Statement"] if each.get("Sid") != statement["Sid"]]
    eventbridge._event_bus_policies[bus] = {**policy, "Statement": [*others, statement]}


def _bus(*, position: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Keeps the properties that MiniStack forgets; one that nobody knows fails the stack."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def made(*arguments: Any) -> Any:
            properties = arguments[position]
            unknown = sorted(set(properties) - _BUS)
            if unknown:
                raise ValueError(f"AWS::Events::EventBus: the embedded AWS does not model {', '.join(unknown)}")
            created = original(*arguments)
            record = eventbridge._event_buses[created[0]]
            for name in _BUS_KEPT:
                record.pop(name, None)
                if name in properties:
                    record[name] = properties[name]
            if "Policy" in properties:
                eventbridge._event_bus_policies[created[0]] = _read(properties["Policy"])
            return created

        return made

    return wrap


def _checked_rule(*, position: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def made(*arguments: Any, **named: Any) -> Any:
            _check_rule(arguments[position])
            return original(*arguments, **named)

        return made

    return wrap


def _check_rule(properties: Properties) -> None:
    eventbridge._ensure_default_bus()
    pattern = properties.get("EventPattern", "")
    expression = properties.get("ScheduleExpression", "")
    wrong = eventbridge._event_pattern_error(json.dumps(pattern) if isinstance(pattern, dict) else pattern)
    if wrong:
        raise ValueError(f"AWS::Events::Rule: Event pattern is not valid. Reason: {wrong}")
    if not pattern and not expression:
        raise ValueError("AWS::Events::Rule: one of EventPattern and ScheduleExpression is needed")
    if expression and not eventbridge._validate_schedule_expression(expression):
        raise ValueError("AWS::Events::Rule: Parameter ScheduleExpression is not valid.")
    bus, refused = eventbridge._event_bus_name_from_ref(properties.get("EventBusName", "default"))
    if refused or bus not in eventbridge._event_buses:
        raise ValueError(f"AWS::Events::Rule: Event bus {bus} does not exist.")
    if expression and bus != "default":
        raise ValueError("AWS::Events::Rule: ScheduleExpression is supported only on the default event bus.")
    for target in properties.get("Targets", []):
        answer = eventbridge._validate_target_arn(target)
        if answer:
            raise ValueError(f"AWS::Events::Rule: {json.loads(answer[2])['message']}")
        service = target["Arn"].split(":")[2]
        if target.get("RoleArn") and service in _BY_RESOURCE_POLICY:
            raise ValueError(f"AWS::Events::Rule: the embedded AWS does not model a role on a target of {service}")


def _read(value: Any) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return read
