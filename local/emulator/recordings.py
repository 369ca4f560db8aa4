"""An RDP connection through SSM GuiConnect: its CloudTrail event, and its recording where one is asked for.

Where AWS puts a recording inside the bucket is not documented; the key here is opaque but for the connection's id,
unless that is to be left out too.
"""

from __future__ import annotations

import secrets
import uuid
from typing import Any

from ministack.core.responses import request_scope

from local.emulator import guiconnect, trail_events
from local.emulator.bucket_delivery import deliver
from local.emulator.principals import account_principal, service_principal, session_principal
from local.policy_request import role_of_session


def record(
    *, account: str, region: str, instance_id: str, user_arn: str, connection_id: str | None, opaque: bool
) -> dict[str, Any]:
    """Holds a connection and delivers its recording; the answer says what became of both.

    Without preferences the connection is held all the same, unrecorded, as on AWS; `uri` and `decision` are null.
    """
    connection = connection_id or str(uuid.uuid4())
    arn = f"arn:aws:ssm-guiconnect:{region}:{account}:connection/{connection}"
    event_id = _start_connection(
        account=account, region=region, instance_id=instance_id, user_arn=user_arn, connection_arn=arn
    )
    answer: dict[str, Any] = {"connection_id": connection, "connection_arn": arn, "event_id": event_id}
    with request_scope(account, region):
        wanted = guiconnect.preferences()
    if wanted is None:
        return {**answer, "uri": None, "decision": None}
    bucket = wanted["RecordingDestinations"]["S3Buckets"][0]["BucketName"]
    delivery = deliver(
        service_principal("ssm-guiconnect.amazonaws.com", account=account, source_arn=arn),
        bucket=bucket,
        key="/".join([secrets.token_hex(4), *([] if opaque else [connection]), secrets.token_hex(8)]),
        body=f"recording of {connection}\n".encode() + secrets.token_bytes(2048),
        content_type="application/octet-stream",
    )
    return {**answer, "uri": delivery.uri if delivery.landed else None, "decision": vars(delivery.decision)}


def _start_connection(*, account: str, region: str, instance_id: str, user_arn: str, connection_arn: str) -> str:
    principal = session_principal(user_arn) if role_of_session(user_arn) else account_principal(account)
    request_id = str(uuid.uuid4())
    call = trail_events.Call(
        principal=principal,
        access_key="ASIAEMBEDDED",
        region=region,
        source="ssm-guiconnect.amazonaws.com",
        name="StartConnection",
        read_only=False,
        request={
            "AuthType": "Credentials",
            "Protocol": "RDP",
            "ConnectionType": "SessionManager",
            "InstanceId": instance_id,
        },
        response={
            "ConnectionArn": connection_arn,
            "ConnectionKey": str(uuid.uuid4()),
            "ClientToken": str(uuid.uuid4()),
            "requestId": request_id,
        },
        source_ip="203.0.113.10",
        user_agent="console.amazonaws.com",
        request_id=request_id,
    )
    return trail_events.remember(call, recipients=(account,))
