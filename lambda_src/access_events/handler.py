"""The doorway: the queue's messages in, what failed out; reads the environment and makes clients when needed.

Environment: ``DELIVERY_STREAM``, ``ALERTS_TOPIC_ARN``, ``FINDINGS_BUS`` and ``STATE_TABLE``; the policy as JSON in
``POLICY``, or else in the file ``POLICY_FILE`` (``policy.json`` beside this one). Optional: ``ROSTER_TABLE``
(heartbeats), ``MEMBER_READ_ROLE`` (the name of the role that may describe WorkSpaces), ``CLAIM_SECONDS`` (120),
``REMEMBER_DAYS`` (400).
"""

from __future__ import annotations

import functools
import os
import time

from .deliver import handle_batch
from .enrich import Owner, Owners
from .policy import Policy
from .shapes import ENCODE, Json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def handle(event: Json, context: Any) -> Json:
    """Handles a batch of the queue, or one event that somebody invokes the function with.

    Raises:
        RuntimeError: where a single event must come again.
    """
    messages = event.get("Records")
    if isinstance(messages, list):
        return _handle(messages, context)
    failures = _handle([{"messageId": "single", "body": ENCODE(event)}], context)
    if failures["batchItemFailures"]:
        raise RuntimeError("the event must come again")
    return failures


def _handle(messages: list[Json], context: Any) -> Json:
    from . import effects  # with what they need of boto3 they would make every import slower

    environment = os.environ
    table = _table()
    roster = environment.get("ROSTER_TABLE")
    look_up = None
    if environment.get("MEMBER_READ_ROLE"):
        look_up = _owners(context.invoked_function_arn.split(":")[1])
        look_up.new_batch()

    def publish(subject: str, text: str, uid: str) -> None:
        attributes = {"finding_id": {"DataType": "String", "StringValue": uid}}
        # One attempt: a second one inside the client would be an alert that nobody counts.
        _client("sns", attempts=1).publish(
            TopicArn=environment["ALERTS_TOPIC_ARN"], Subject=subject, Message=text, MessageAttributes=attributes
        )

    return handle_batch(
        messages,
        policy=_policy(),
        clock=time.time,
        count=table.count,
        look_up=look_up,
        put_records=lambda lines: effects.put_records(
            lines, firehose=_client("firehose"), stream=environment["DELIVERY_STREAM"], sleep=time.sleep
        ),
        put_findings=lambda found: effects.put_finding(
            found, events=_client("events"), bus=environment["FINDINGS_BUS"]
        ),
        publish=publish,
        remember=table,
        heard=lambda account, region, moment: (
            effects.note_heartbeat(account, region, moment, dynamodb=_client("dynamodb"), table=roster)
            if roster
            else None
        ),
        log=_log,
    )


@functools.cache
def _policy() -> Policy:
    document = os.environ.get("POLICY")
    if document is None:
        path = os.environ.get("POLICY_FILE") or os.path.join(os.path.dirname(__file__), "policy.json")  # noqa: PTH118, PTH120 - as below
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - pathlib costs a tenth of the import
            document = file.read()
    return Policy.from_json(document)


@functools.cache
def _client(service: str, *, attempts: int = 4) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=5, retries={"total_max_attempts": attempts, "mode": "standard"})
    return boto3.client(service, config=config)


@functools.cache
def _table() -> Any:
    from .effects import Table

    class Late:
        """A client that is made when it is used: most batches need none."""

        def __getattr__(self, name: str) -> Any:
            return getattr(_client("dynamodb"), name)

    return Table(
        Late(),
        os.environ["STATE_TABLE"],
        now=time.time,
        claim_seconds=int(os.environ.get("CLAIM_SECONDS", "120")),
        keep_seconds=int(os.environ.get("REMEMBER_DAYS", "400")) * 86_400,
    )


@functools.cache
def _owners(partition: str) -> Owners:
    from .effects import describe_owner

    def describe(account: str, region: str, workspace: str) -> Owner:
        return describe_owner(_member_client("workspaces", partition, account, region), workspace)

    return Owners(describe, now=time.monotonic)


_MEMBERS: dict[tuple[str, str, str], tuple[float, Any]] = {}


def _member_client(service: str, partition: str, account: str, region: str) -> Any:
    """A client that acts in a member through the one narrow role, made anew before its credentials end."""
    import boto3
    from botocore.config import Config

    key = (service, account, region)
    until, client = _MEMBERS.get(key, (0.0, None))
    if time.monotonic() >= until:
        role = f"arn:{partition}:iam::{account}:role/{os.environ['MEMBER_READ_ROLE']}"
        answer = _client("sts", attempts=1).assume_role(RoleArn=role, RoleSessionName="access-events")["Credentials"]
        client = boto3.client(
            service,
            region_name=region,
            aws_access_key_id=answer["AccessKeyId"],
            aws_secret_access_key=answer["SecretAccessKey"],
            aws_session_token=answer["SessionToken"],
            config=Config(connect_timeout=1, read_timeout=2, retries={"total_max_attempts": 1}),
        )
        _MEMBERS[key] = (time.monotonic() + 45 * 60, client)
    return client


def _log(fields: Json) -> None:
    import logging  # the runtime has it already; bare Python has not

    words = dict(fields)
    message = words.pop("message")
    level = logging.INFO if message == "alert" and words["attempt"] == 1 else logging.WARNING
    logging.getLogger("access_events").log(level, message, extra=words)
