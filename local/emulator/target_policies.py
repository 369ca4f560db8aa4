"""What the policies of buses, queues, topics, functions and log groups say to whoever delivers an event.

MiniStack asks none of them. Every answer stands in the journal; what a policy says in a form that is not modelled is a
refusal that says so.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from ministack.core.responses import request_scope
from ministack.services import cloudwatch_logs, eventbridge, kms, lambda_svc, sns, sqs

from local.emulator import journal
from local.emulator.judge import judge_key
from local.emulator.principals import identity_policies
from local.policy_decision import Decision, Document, ResourcePolicy, decide
from local.policy_patterns import UnmodelledPolicyError
from local.policy_request import Principal, Request, ServicePrincipal

_LOG_WRITERS: Final = ("events.amazonaws.com", "delivery.logs.amazonaws.com")
_TOPIC_DEFAULT: Final = "__default_policy_ID"


def judge_bus(principal: Principal, *, bus_arn: str, context: Mapping[str, str]) -> Decision:
    """Whether events may be put onto a bus; in its own account the principal's policies are enough."""
    account, region, name = bus_of(bus_arn)
    document = eventbridge._event_bus_policies.get_scoped(account, region, name)
    return _judge(
        principal, kind="bus", action="events:PutEvents", arn=bus_arn, document=document, context=context, own=True
    )


def judge_queue(service: ServicePrincipal, *, queue_arn: str) -> Decision:
    """Whether a service may send to a queue, and use the key that encrypts it."""
    attributes = (sqs._queue_by_arn(queue_arn) or {}).get("attributes")
    if attributes is None:
        return _missing(service, "sqs:SendMessage", queue_arn, kind="queue")
    decision = _judge(
        service, kind="queue", action="sqs:SendMessage", arn=queue_arn, document=attributes.get("Policy") or None
    )
    return _with_key(decision, service, key_id=attributes.get("KmsMasterKeyId", ""), arn=queue_arn)


def judge_topic(service: ServicePrincipal, *, topic_arn: str) -> Decision:
    """Whether a service may publish to a topic, and use the key that encrypts it.

    The policy that a topic has of itself serves its owner alone, which MiniStack's copy of it does not say.
    """
    topic = sns._topic_by_arn_any_scope(topic_arn)
    if topic is None:
        return _missing(service, "sns:Publish", topic_arn, kind="topic")
    document = json.loads(topic["attributes"].get("Policy") or "{}")
    if document.get("Id") == _TOPIC_DEFAULT:
        document = {}
    decision = _judge(service, kind="topic", action="sns:Publish", arn=topic_arn, document=document or None)
    return _with_key(decision, service, key_id=topic["attributes"].get("KmsMasterKeyId", ""), arn=topic_arn)


def judge_function(service: ServicePrincipal, *, function_arn: str) -> Decision:
    """Whether a service may invoke a function."""
    record, _config, _name = lambda_svc._get_func_record_for_ref(function_arn)
    if not record:
        return _missing(service, "lambda:InvokeFunction", function_arn, kind="function")
    return _judge(
        service, kind="function", action="lambda:InvokeFunction", arn=function_arn, document=record.get("policy")
    )


def judge_log_group(principal: ServicePrincipal, *, group: str) -> Decision:
    """Whether EventBridge may write into a log group of its account: both service names must be admitted.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
    """
    region = principal.source_arn.split(":")[3]
    arn = f"arn:aws:logs:{region}:{principal.account}:log-group:{group}"
    if cloudwatch_logs._log_groups.get(group) is None:
        return _missing(principal, "logs:PutLogEvents", arn, kind="log group")
    statements: list[Any] = []
    for policy in cloudwatch_logs._resource_policies.values():
        read = json.loads(policy["policyDocument"])["Statement"]
        statements += read if isinstance(read, list) else [read]
    decision: Decision | None = None
    for service in _LOG_WRITERS:
        writer = ServicePrincipal(
            service=service,
            account=principal.account,
            organization=principal.organization,
            source_arn=principal.source_arn,
        )
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            decision = _judge(
                writer,
                kind="log group",
                action=action,
                arn=f"{arn}:log-stream:events",
                document={"Statement": statements} if statements else None,
            )
            if not decision.allowed:
                return decision
    if decision is None:
        raise ValueError("nobody was asked")
    return decision


def bus_of(bus_arn: str) -> tuple[str, str, str]:
    """Account, Region and name of a bus."""
    _arn, _partition, _service, region, account, resource = bus_arn.split(":", 5)
    return account, region, resource.removeprefix("event-bus/")


def _judge(
    principal: Principal,
    *,
    kind: str,
    action: str,
    arn: str,
    document: Document | None,
    context: Mapping[str, str] | None = None,
    own: bool = False,
) -> Decision:
    owner = arn.split(":")[4]
    request = Request(
        principal=principal, action=action, resource=arn, context={**(context or {}), "aws:ResourceAccount": owner}
    )
    policy = ResourcePolicy(kind=kind, owner=owner, document=document, delegates=own)
    try:
        decision = decide(request, resource=policy, identity=identity_policies(principal))
    except UnmodelledPolicyError as unmodelled:
        decision = Decision(allowed=False, sid="", reason=f"the embedded AWS does not model {unmodelled}", policy=kind)
    return journal.record(request, decision)


def _missing(principal: Principal, action: str, arn: str, *, kind: str) -> Decision:
    refused = Decision(allowed=False, sid="", reason=f"there is no {kind} {arn}", policy=MISSING)
    return journal.record(Request(principal=principal, action=action, resource=arn), refused)


MISSING: Final = "none"
"""The policy that a decision names where the resource itself does not exist."""


def _with_key(decision: Decision, service: ServicePrincipal, *, key_id: str, arn: str) -> Decision:
    """The key's refusal, where a queue or topic is encrypted with one that does not serve the service.

    AWS's own keys (`alias/aws/…`) are never there, so that they refuse, as on AWS.
    """
    if not decision.allowed or not key_id:
        return decision
    _arn, _partition, owning, region, account, _name = arn.split(":", 5)
    with request_scope(account, region):
        record = kms._resolve_key(key_id)
    key_arn = record["Arn"] if record else key_id
    context = {
        "kms:ViaService": f"{owning}.{region}.amazonaws.com",
        f"kms:EncryptionContext:aws:{owning}:{'topicArn' if owning == 'sns' else 'arn'}": arn,
    }
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        keyed = judge_key(service, action=action, key_arn=key_arn, context=context)
        if not keyed.allowed:
            return keyed
    return decision
