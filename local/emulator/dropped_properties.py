"""What MiniStack's CloudFormation drops of functions, topics, tables and schedules, so that it reads back as on AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from ministack.services import dynamodb, lambda_svc, scheduler, sns
from ministack.services.cloudformation import provisioners

from local.emulator.answers import read_answer
from local.emulator.cloudformation_types import Created, Properties, register
from local.emulator.hooks import replace_entry

Keep = Callable[[Created, Properties], None]

_TOPIC_ATTRIBUTES: Final = ("KmsMasterKeyId", "SignatureVersion", "TracingConfig")
_UNMODELLED: Final[dict[str, frozenset[str]]] = {
    "AWS::Lambda::Function": frozenset({"VpcConfig", "FileSystemConfigs", "CodeSigningConfigArn"}),
    "AWS::SNS::Topic": frozenset({"FifoTopic", "ArchivePolicy", "DataProtectionPolicy", "DeliveryStatusLogging"}),
    "AWS::DynamoDB::Table": frozenset({"ResourcePolicy", "KinesisStreamSpecification", "ImportSourceSpecification"}),
    "AWS::Scheduler::Schedule": frozenset({"StartDate", "EndDate"}),
}


def install() -> None:
    """Wraps create and update of each, and registers the policy of a topic that MiniStack does not know."""
    for name, keep in (
        ("AWS::Lambda::Function", _keep_function),
        ("AWS::SNS::Topic", _keep_topic),
        ("AWS::DynamoDB::Table", _keep_table),
        ("AWS::Scheduler::Schedule", _keep_schedule),
    ):
        handlers = provisioners._RESOURCE_HANDLERS[name]
        replace_entry(handlers, "create", _kept(name, keep, position=1))
        replace_entry(handlers, "update", _kept(name, keep, position=2))
    register("AWS::SNS::TopicInlinePolicy", TopicInlinePolicy(), properties=frozenset({"TopicArn", "PolicyDocument"}))


class TopicInlinePolicy:
    """`Ref` is the topic, whose whole policy this is."""

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """Replaces the policy that the topic has."""
        topic = sns._topics[properties["TopicArn"]]
        topic["attributes"]["Policy"] = json.dumps(properties["PolicyDocument"])
        return properties["TopicArn"], {}

    def update(self, _physical_id: str, _old: Properties, new: Properties, stack: str) -> Created:
        """The same anew."""
        return self.create("", new, stack)

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """Nobody but the owner is left."""
        if physical_id in sns._topics:
            sns._topics[physical_id]["attributes"].pop("Policy", None)


def _kept(name: str, keep: Keep, *, position: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def made(*arguments: Any, **named: Any) -> Any:
            properties = arguments[position]
            unknown = sorted(set(properties) & _UNMODELLED[name])
            if unknown:
                raise ValueError(f"{name}: the embedded AWS does not model {', '.join(unknown)}")
            created = original(*arguments, **named)
            keep(created, properties)
            return created

        return made

    return wrap


def _keep_function(created: Created, properties: Properties) -> None:
    record = lambda_svc._functions[created[0]]
    for name, stored in (("DeadLetterConfig", "DeadLetterConfig"), ("KmsKeyArn", "KMSKeyArn")):
        record["config"].pop(stored, None)
        if name in properties:
            record["config"][stored] = properties[name]
    reserved = properties.get("ReservedConcurrentExecutions")
    record["concurrency"] = None if reserved is None else int(reserved)


def _keep_topic(created: Created, properties: Properties) -> None:
    attributes = sns._topics[created[0]]["attributes"]
    for name in _TOPIC_ATTRIBUTES:
        attributes.pop(name, None)
        if name in properties:
            attributes[name] = str(properties[name])


def _keep_table(created: Created, properties: Properties) -> None:
    name = created[0]
    if "SSESpecification" in properties:
        specification = properties["SSESpecification"]
        wanted = {**specification, "Enabled": _true(specification.get("SSEEnabled"))}
        dynamodb._tables[name]["SSEDescription"] = dynamodb._sse_description_from_spec(wanted)
    if "TimeToLiveSpecification" in properties:
        specification = properties["TimeToLiveSpecification"]
        wanted = {**specification, "Enabled": _true(specification.get("Enabled"))}
        members = {"TableName": name, "TimeToLiveSpecification": wanted}
        read_answer(dynamodb._update_ttl(members), what="UpdateTimeToLive")
    else:
        dynamodb._ttl_settings.pop(name, None)
    recovery = properties.get("PointInTimeRecoverySpecification", {})
    dynamodb._pitr_settings[name] = _true(recovery.get("PointInTimeRecoveryEnabled"))


def _keep_schedule(created: Created, properties: Properties) -> None:
    record = scheduler._schedules[f"{properties.get('GroupName', 'default')}/{created[0]}"]
    record["ScheduleExpressionTimezone"] = properties.get("ScheduleExpressionTimezone", "UTC")
    record["KmsKeyArn"] = properties.get("KmsKeyArn")


def _true(value: Any) -> bool:
    return str(value).lower() == "true"
