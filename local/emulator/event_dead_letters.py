"""What EventBridge could not deliver goes to the dead-letter queue of the target or bus, if the queue lets it.

Nothing is retried here; AWS gives up at once on a refusal too, and after 24 hours on everything else.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services import sqs

from local.emulator.target_policies import MISSING, judge_queue
from local.policy_decision import Decision
from local.policy_request import ServicePrincipal


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Why an event was not delivered, in EventBridge's own code."""

    code: str
    message: str

    @classmethod
    def of(cls, decision: Decision) -> Failure:
        """The failure that a refusal is."""
        code = "NO_RESOURCE" if decision.policy == MISSING else "NO_PERMISSIONS"
        return cls(code=code, message=decision.reason)


def keep(
    service: ServicePrincipal, *, holder: Mapping[str, Any], names: Mapping[str, str], event: str, failure: Failure
) -> None:
    """Sends the event, whole, to the dead-letter queue of a target or bus; without one, or refused, it is lost.

    Args:
        service: EventBridge, on behalf of the rule or bus.
        holder: The target or bus, whose `DeadLetterConfig` names the queue.
        names: What the message's attributes say of it.
        event: As JSON.
        failure: Why it was not delivered.
    """
    queue_arn = (holder.get("DeadLetterConfig") or {}).get("Arn")
    if not queue_arn or not judge_queue(service, queue_arn=queue_arn).allowed:
        return
    attributes = {"ERROR_CODE": failure.code, "ERROR_MESSAGE": failure.message, **names}
    sqs._act_send_message(
        {
            "MessageBody": event,
            "MessageAttributes": {
                name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
            },
        },
        sqs._queue_by_arn(queue_arn)["url"],
    )
