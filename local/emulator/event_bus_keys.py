"""A bus with a key of its own takes custom events only while that key's policy serves EventBridge.

Events of AWS's services are not encrypted with it. What cannot be encrypted goes to the bus's dead-letter queue.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-encryption-event-bus-cmkey.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.services import kms

from local.emulator import event_dead_letters
from local.emulator.event_dead_letters import Failure
from local.emulator.judge import judge_key
from local.emulator.principals import service_principal


def refuses(bus: Mapping[str, Any], *, source: str, event: str) -> bool:
    """Whether the bus's key keeps the event out; it is then a dead letter. Runs in the bus's account and Region."""
    key_id = bus.get("KmsKeyIdentifier")
    if not key_id or source.startswith("aws."):
        return False
    arn = bus["Arn"]
    service = service_principal("events.amazonaws.com", account=arn.split(":")[4], source_arn=arn)
    record = kms._resolve_key(key_id)
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        decision = judge_key(
            service,
            action=action,
            key_arn=record["Arn"] if record else key_id,
            context={"kms:EncryptionContext:aws:events:event-bus:arn": arn},
        )
        if not decision.allowed:
            failure = Failure.of(decision)
            event_dead_letters.keep(service, holder=bus, names={"EVENT_BUS_ARN": arn}, event=event, failure=failure)
            return True
    return False
