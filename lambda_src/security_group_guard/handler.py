"""The doorway: messages of the two queues in, what failed out; reads the environment and makes clients when needed.

Environment: ``HUB_BUS``, ``MEMBER_ROLE``, ``GUARD_TABLE``, ``ROSTER_TABLE``, ``SWEEP_QUEUE_URL``; optional
``SETTLE_SECONDS`` (10) and ``ACTIONS_PER_HOUR`` (5). What is approved and where it is enforced stands in ``guard.json``
beside this file, or in the file that ``GUARD_FILE`` names::

    {"approvals": {…}, "enforcement": {"222222222222": "revoke"}}
"""

import functools
import json
import logging
import os
import time
from typing import Any

from .approvals import Approvals
from .guard import Guard, denied
from .memory import Memory
from .report import entry

Json = dict[str, Any]

CLIENT_SECONDS = 45 * 60
"""Credentials of a role that a role has taken end after an hour.
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining"""


def handle(event: Json, context: Any) -> Json:
    """Handles messages of either queue; those that failed come again, and in the end wait with the dead letters."""
    failures = []
    for message in event["Records"]:
        try:
            _one(json.loads(message["body"]), message, context)
        except Exception as error:
            logging.getLogger("security_group_guard").exception(
                "failed", extra={"message_id": message["messageId"], "reason": str(error)}
            )
            failures.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failures}


def _one(body: Any, message: Json, context: Any) -> None:
    if not isinstance(body, dict):
        raise ValueError(f"the message is a {type(body).__name__}, no JSON object")
    if "sweep" not in body:
        _guard(_partition(context)).examine(body)
        return
    from .sweep import Sweep  # most invocations are for changes
    from .sweep_state import SweepState, heard_places

    environment = os.environ
    Sweep(
        guard=_guard(_partition(context)),
        state=SweepState(_client("dynamodb"), environment["GUARD_TABLE"], now=_now),
        places=lambda: heard_places(_client("dynamodb"), environment["ROSTER_TABLE"]),
        send=lambda bodies: _send(environment["SWEEP_QUEUE_URL"], bodies),
        client=functools.partial(_member_client, _partition(context)),
        put=_put,
        log=_log,
        now=_now,
        sleep=time.sleep,
        remaining=context.get_remaining_time_in_millis,
    ).step(
        body,
        message_id=message["messageId"],
        attempt=int(message.get("attributes", {}).get("ApproximateReceiveCount", 1)),
    )


@functools.cache
def _guard(partition: str) -> Guard:
    path = os.environ.get("GUARD_FILE") or os.path.join(os.path.dirname(__file__), "guard.json")  # noqa: PTH118, PTH120 - as below
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs a tenth of the import
        document = json.load(file)
    return Guard(
        approvals=Approvals.from_json(json.dumps(document["approvals"])),
        modes=document["enforcement"],
        member_role=os.environ["MEMBER_ROLE"],
        memory=Memory(_client("dynamodb"), os.environ["GUARD_TABLE"], now=time.time),
        client=functools.partial(_member_client, partition),
        put=_put,
        log=_log,
        now=_now,
        sleep=time.sleep,
        settle_seconds=float(os.environ.get("SETTLE_SECONDS", "10")),
        actions_per_hour=int(os.environ.get("ACTIONS_PER_HOUR", "5")),
    )


def _now() -> int:
    return round(time.time() * 1000)


def _partition(context: Any) -> str:
    return str(context.invoked_function_arn.split(":")[1])


@functools.cache
def _client(service: str) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": 4, "mode": "standard"})
    return boto3.client(service, config=config)


_MEMBERS: dict[tuple[str, str], tuple[float, Any]] = {}
_MOST_MEMBERS = 8
"""A client of EC2 takes some megabytes, so a sweep keeps few."""


def _member_client(partition: str, account: str, region: str) -> Any:
    """A client of EC2 that acts in a member through the one narrow role, made anew before its credentials end.

    Raises:
        DeniedError: where the member does not let the role be taken.
    """
    import boto3
    from botocore.config import Config

    until, client = _MEMBERS.pop((account, region), (0.0, None))
    if time.monotonic() >= until:
        role = f"arn:{partition}:iam::{account}:role/{os.environ['MEMBER_ROLE']}"
        try:
            answer = _client("sts").assume_role(RoleArn=role, RoleSessionName="security-group-guard")["Credentials"]
        except Exception as error:
            raise denied(error) from error
        until = time.monotonic() + CLIENT_SECONDS
        client = boto3.client(
            "ec2",
            region_name=region,
            aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"],
            aws_session_token=answer["SessionToken"],
            config=Config(connect_timeout=2, read_timeout=10, retries={"total_max_attempts": 4, "mode": "standard"}),
        )
    _MEMBERS[account, region] = until, client  # the last one in is the last one out
    while len(_MEMBERS) > _MOST_MEMBERS:
        del _MEMBERS[next(iter(_MEMBERS))]
    return client


def _put(detail_type: str, detail: Json) -> None:
    """Puts an event on the hub's bus.

    Raises:
        RuntimeError: where the bus took the call but not the entry.
    """
    answer = _client("events").put_events(Entries=[entry(detail_type, detail, bus=os.environ["HUB_BUS"])])
    if answer["FailedEntryCount"]:
        raise RuntimeError(f"the bus refused a judgement: {answer['Entries'][0].get('ErrorCode')}")


def _send(queue: str, bodies: list[Json]) -> None:
    """Sends messages, at most ten in a call.

    Raises:
        RuntimeError: where the queue did not take all of them.
    """
    for start in range(0, len(bodies), 10):
        entries = [
            {"Id": str(number), "MessageBody": json.dumps(body)}
            for number, body in enumerate(bodies[start : start + 10])
        ]
        answer = _client("sqs").send_message_batch(QueueUrl=queue, Entries=entries)
        if answer.get("Failed"):
            raise RuntimeError(f"the queue refused {len(answer['Failed'])} messages: {answer['Failed'][0].get('Code')}")


def _log(fields: Json) -> None:
    words = dict(fields)
    logging.getLogger("security_group_guard").info(words.pop("message"), extra=words)
