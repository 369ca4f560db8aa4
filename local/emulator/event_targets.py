"""EventBridge: from a rule to its targets, as the policies on both sides let it; what fails is a dead letter.

MiniStack delivers to no bus of another account or Region and to no log group, asks no policy, and loses what it cannot
deliver. A step function or an API destination is still MiniStack's, unjudged.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ministack.core.arn import parse_arn
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs, eventbridge, lambda_svc, sns

from local.emulator import event_dead_letters, target_policies
from local.emulator.event_dead_letters import Failure
from local.emulator.event_routing import PATH, Event, bus_context, put_on_bus
from local.emulator.hooks import replace
from local.emulator.judge import judge_trust
from local.emulator.principals import account_principal, role_principal, service_principal
from local.policy_request import IamPrincipal, ServicePrincipal


def install() -> None:
    """Takes over how a target gets an event."""
    replace(eventbridge, "_invoke_target", _invoke)


@dataclass(frozen=True, kw_only=True)
class _Delivery:
    """One event on its way to one target. `payload` is what the target gets, `changed` whether the rule altered it."""

    service: ServicePrincipal
    target: Event
    rule: Event
    event: Event
    payload: str
    changed: bool


def _invoke(original: Callable[..., Any]) -> Callable[..., Any]:
    def invoke(target: Event, event: Event, rule: Event, view: Any = None) -> None:
        deliver = _DELIVER.get(_service(target))
        if deliver is None:
            original(target, event, rule, view)
            return
        seen = view or eventbridge._pattern_event_view(event)
        whole = json.dumps(seen.event_with_detail())
        made = _input(target, rule, seen)
        service = service_principal("events.amazonaws.com", account=get_account_id(), source_arn=rule["Arn"])
        failure = deliver(
            _Delivery(
                service=service,
                target=target,
                rule=rule,
                event=event,
                payload=whole if made is None else made,
                changed=made is not None,
            )
        )
        if failure:
            names = {"RULE_ARN": rule["Arn"], "TARGET_ARN": target["Arn"]}
            event_dead_letters.keep(service, holder=target, names=names, event=whole, failure=failure)

    return invoke


def _service(target: Event) -> str:
    spec = parse_arn(target["Arn"])
    if spec.service == "events" and not spec.resource.startswith("event-bus/"):
        return ""
    return str(spec.service)


def _input(target: Event, rule: Event, view: Any) -> str | None:
    """What the target says it wants instead of the event; None where it wants the event."""
    if target.get("InputTransformer"):
        return str(eventbridge._apply_input_transformer(target["InputTransformer"], rule, view))
    if target.get("Input"):
        return str(target["Input"])
    if not target.get("InputPath"):
        return None
    value = view.event_with_detail()
    for part in target["InputPath"].removeprefix("$").strip(".").split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return json.dumps(value)


def _to_bus(delivery: _Delivery) -> Failure | None:
    """As the target's role, which EventBridge must be able to assume and whose policy must allow it."""
    role = delivery.target.get("RoleArn")
    principal: IamPrincipal = account_principal(delivery.service.account)
    if role:
        trusted = judge_trust(delivery.service, role_arn=role)
        if not trusted.allowed:
            return Failure.of(trusted)
        principal = role_principal(role)
    context = {
        **bus_context(delivery.event),
        "events:eventBusInvocation": "true",
        "aws:SourceArn": delivery.rule["Arn"],
        "aws:SourceAccount": delivery.service.account,
    }
    bus = delivery.target["Arn"]
    decision = target_policies.judge_bus(principal, bus_arn=bus, context=context)
    if not decision.allowed:
        return Failure.of(decision)
    path = [*delivery.event.get(PATH, []), delivery.rule["Arn"]]
    detail = {"Detail": delivery.payload} if delivery.changed else {}
    if put_on_bus({**delivery.event, **detail, PATH: path}, bus_arn=bus):
        return None
    return Failure(code="NO_RESOURCE", message=f"there is no event bus {bus}")


def _to_log_group(delivery: _Delivery) -> Failure | None:
    elsewhere = _elsewhere(delivery)
    if elsewhere:
        return elsewhere
    group = delivery.target["Arn"].split(":log-group:", 1)[1].removesuffix(":*")
    decision = target_policies.judge_log_group(delivery.service, group=group)
    if not decision.allowed:
        return Failure.of(decision)
    members: Event = {"logGroupName": group, "logStreamName": str(uuid.uuid4())}
    cloudwatch_logs._create_log_stream(members)
    events = [{"timestamp": int(time.time() * 1000), "message": delivery.payload}]
    cloudwatch_logs._put_log_events({**members, "logEvents": events})
    return None


def _to_queue(delivery: _Delivery) -> Failure | None:
    arn = delivery.target["Arn"]
    decision = target_policies.judge_queue(delivery.service, queue_arn=arn)
    if not decision.allowed:
        return Failure.of(decision)
    eventbridge._dispatch_to_sqs(parse_arn(arn), delivery.payload, delivery.target.get("SqsParameters") or {})
    return None


def _to_topic(delivery: _Delivery) -> Failure | None:
    arn = delivery.target["Arn"]
    decision = target_policies.judge_topic(delivery.service, topic_arn=arn)
    if not decision.allowed:
        return Failure.of(decision)
    try:
        sns.publish_internal(arn, delivery.payload, "EventBridge Notification")
    except sns.SnsPublishError as refusal:
        return Failure(code="SDK_CLIENT_ERROR", message=str(refusal))
    return None


def _to_function(delivery: _Delivery) -> Failure | None:
    """Asynchronously, with the function's own retries and its own dead-letter queue."""
    arn = delivery.target["Arn"]
    decision = target_policies.judge_function(delivery.service, function_arn=arn)
    if not decision.allowed:
        return Failure.of(decision)
    record, config, _name = lambda_svc._get_func_record_for_ref(arn)
    payload = json.loads(delivery.payload)
    lambda_svc.invoke_async_with_retry(lambda_svc._execution_record_for_config(record, config), payload)
    return None


def _elsewhere(delivery: _Delivery) -> Failure | None:
    spec = parse_arn(delivery.target["Arn"])
    if (spec.account_id, spec.region) == (get_account_id(), get_region()):
        return None
    return Failure(code="NO_RESOURCE", message=f"{spec} is not in the account and Region of the rule")


_DELIVER: Final[dict[str, Callable[[_Delivery], Failure | None]]] = {
    "events": _to_bus,
    "logs": _to_log_group,
    "sqs": lambda delivery: _elsewhere(delivery) or _to_queue(delivery),
    "sns": lambda delivery: _elsewhere(delivery) or _to_topic(delivery),
    "lambda": lambda delivery: _elsewhere(delivery) or _to_function(delivery),
}
