"""Starts the embedded AWS as a process of its own, and talks to it."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Any, Final, Self

import boto3
from botocore.config import Config

from local.organization import Organization
from local.serve import HOST

DEFAULT_PORT: Final = 4566
_READY_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 10.0
_LOG_LINES: Final = 25
_REPOSITORY: Final = Path(__file__).resolve().parent.parent
_INHERITED: Final = ("AWS_", "MINISTACK_", "GATEWAY_PORT", "EDGE_PORT", "AUTH")
"""What a shell may hold of other accounts and servers does not reach this one."""


class EmbeddedAwsError(Exception):
    """The server did not start, or refused one of our own requests; the message says why."""


def choose_port(wanted: int) -> int:
    """The wanted port if it is free, else any other that is; 0 wants none in particular."""
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedAwsError("there is no free port")


def launch(*, organization: Organization, port: int, log: Path) -> subprocess.Popen[bytes]:
    """Starts a server and waits until it answers; one that dies or hangs is reported with the end of its log."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(_INHERITED)}
    environment = {**inherited, "EMBEDDED_ORGANIZATION": organization.to_json(), "PYTHONUNBUFFERED": "1"}
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "local.serve", str(port)],
            cwd=_REPOSITORY,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise EmbeddedAwsError(f"the embedded AWS ended at its start:\n{_tail(log)}")
        if is_ready(f"http://{HOST}:{port}", organization=organization, pid=process.pid):
            return process
        time.sleep(0.1)
    stop_process(process.pid)
    raise EmbeddedAwsError(f"the embedded AWS was not ready after {_READY_SECONDS:.0f} s:\n{_tail(log)}")


def is_ready(endpoint: str, *, organization: Organization, pid: int) -> bool:
    """This very process serves this very organization there, and not another one that took the port."""
    try:
        answer = request(endpoint, "GET", "/_local/health")
    except (EmbeddedAwsError, OSError, ValueError):
        return False
    return bool(answer == {"organization": json.loads(organization.to_json()), "pid": pid})


def stop_process(pid: int) -> None:
    """Ends one process, by its id, and waits until it is gone."""
    for kind in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, kind)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline and _runs(pid):
            time.sleep(0.05)


def request(endpoint: str, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
    """One of the server's own paths, its answer read as JSON."""
    data = json.dumps(dict(body)).encode() if body is not None else None
    prepared = urllib.request.Request(f"{endpoint}{path}", data=data, method=method)
    try:
        # The URL is the embedded AWS's own, on 127.0.0.1.
        with urllib.request.urlopen(prepared, timeout=60) as answer:  # nosec B310
            return json.load(answer)
    except urllib.error.HTTPError as refusal:
        raise EmbeddedAwsError(refusal.read().decode(errors="replace")) from refusal


class EmbeddedAws:
    """A running embedded AWS.

    Args:
        endpoint: Where it answers.
        log: What it says.
        process: The server, where this object started it and is to end it.
    """

    def __init__(self, *, endpoint: str, log: Path, process: subprocess.Popen[bytes] | None = None) -> None:
        self.endpoint = endpoint
        self.log = log
        self._process = process

    @classmethod
    def start(cls, *, organization: Organization, port: int | None = None, log: Path | None = None) -> EmbeddedAws:
        """A server of its own, on the wanted port or, where that is in use or none is wanted, on another one.

        Raises:
            EmbeddedAwsError: It did not come up within half a minute.
        """
        chosen = choose_port(port or 0)
        written = log or Path(tempfile.mkdtemp(prefix="embedded-aws-")) / "server.log"
        process = launch(organization=organization, port=chosen, log=written)
        return cls(endpoint=f"http://{HOST}:{chosen}", log=written, process=process)

    def client(self, service: str, *, account: str, region: str, role: str = "", session: str = "embedded") -> Any:
        """A boto3 client as the account's administrator, or as a session of one of its roles.

        Args:
            service: As boto3 names it.
            account: Twelve digits.
            region: Its Region.
            role: ARN of a role to assume; by default none.
            session: Name of that role's session.
        """
        made = self._client(service, region=region, access_key=account, secret_key=account, token=None)
        if not role:
            return made
        sts = self._client("sts", region=region, access_key=account, secret_key=account, token=None)
        taken = sts.assume_role(RoleArn=role, RoleSessionName=session)["Credentials"]
        return self._client(
            service,
            region=region,
            access_key=taken["AccessKeyId"],
            secret_key=taken["SecretAccessKey"],
            token=taken["SessionToken"],
        )

    def environment(self, *, account: str, region: str) -> dict[str, str]:
        """What the CDK and the AWS CLI read to work in this account and Region, and nowhere else."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": account,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def decisions(self) -> list[dict[str, Any]]:
        """Every decision so far, oldest first."""
        read: list[dict[str, Any]] = request(self.endpoint, "GET", "/_local/decisions")
        return read

    def deliver_trails(self, *, account: str | None = None) -> list[dict[str, Any]]:
        """CloudTrail delivers what its trails recorded; each file with the decision that let it in or kept it out."""
        body = {"account": account} if account else {}
        read: list[dict[str, Any]] = request(self.endpoint, "POST", "/_local/cloudtrail/deliver", body)["deliveries"]
        return read

    def record_connection(
        self,
        *,
        account: str,
        region: str,
        instance_id: str,
        user_arn: str,
        connection_id: str | None = None,
        opaque: bool = False,
    ) -> dict[str, Any]:
        """An RDP connection is held; `uri` is its recording, `decision` what the policies said to it."""
        body = {
            "account": account,
            "region": region,
            "instance_id": instance_id,
            "user_arn": user_arn,
            "connection_id": connection_id,
            "opaque": opaque,
        }
        read: dict[str, Any] = request(self.endpoint, "POST", "/_local/guiconnect/recordings", body)
        return read

    def emit_service_event(self, *, account: str, region: str, event: Mapping[str, Any]) -> str:
        """A service of AWS says something on the account's default bus; the answer is the event's id.

        Args:
            account: Where it is said; whatever account and Region the event names are overwritten.
            region: Its Region.
            event: As a rule gets it: `source` (`aws.…`), `detail-type`, `detail`; `id` and `time` are kept if given.
        """
        body = {"account": account, "region": region, "event": dict(event)}
        return str(request(self.endpoint, "POST", "/_local/events/emit", body)["event_id"])

    def fire_schedule(self, *, account: str, region: str, rule: str, at: datetime | None = None) -> str:
        """A scheduled rule fires once, now or as if it had at an earlier time; the answer is the event's id."""
        body = {"account": account, "region": region, "rule": rule, "time": at.isoformat() if at else None}
        return str(request(self.endpoint, "POST", "/_local/events/fire", body)["event_id"])

    def let_visibility_time_out(self, *, account: str, region: str, queue: str) -> int:
        """Time passes for a queue's messages in flight, so that they come again now; how many there were.

        AWS has no such call: there one waits for as long as the queue's visibility timeout.
        """
        body = {"account": account, "region": region, "queue": queue}
        return int(request(self.endpoint, "POST", "/_local/queues/time-out", body)["messages"])

    def publish_ip_ranges(self, content: bytes, *, notice: Mapping[str, str] | None = None) -> None:
        """AWS publishes its address ranges, and tells of them where a notice (`synctoken`, `md5`) is given."""
        body = {"content": base64.b64encode(content).decode(), "notice": dict(notice) if notice else None}
        request(self.endpoint, "POST", "/_local/ip-ranges/publish", body)

    def resource_shares(self, *, account: str, region: str) -> dict[str, Any]:
        """What an account shares from a Region, by the ARN of the share: the properties of its template."""
        body = {"account": account, "region": region}
        read: dict[str, Any] = request(self.endpoint, "POST", "/_local/ram/shares", body)["shares"]
        return read

    def reset(self) -> None:
        """Empties every account."""
        request(self.endpoint, "POST", "/_ministack/reset", {})

    def stop(self) -> None:
        """Ends the server, if this object started it."""
        if self._process is not None:
            stop_process(self._process.pid)
            self._process.wait(timeout=_STOP_SECONDS)
            self._process = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.stop()

    def _client(self, service: str, *, region: str, access_key: str, secret_key: str, token: str | None) -> Any:
        config = Config(
            retries={"max_attempts": 1},
            connect_timeout=5,
            read_timeout=60,
            s3={"addressing_style": "path"},
            inject_host_prefix=False,
        )
        with _session_lock:
            return _session().client(
                service,
                region_name=region,
                endpoint_url=self.endpoint,
                aws_access_key_id=access_key,
                aws_secret_access_key=secret_key,
                aws_session_token=token,
                config=config,
            )


@cache
def _session() -> boto3.session.Session:
    """One for all clients: it keeps what it read of AWS's APIs, which is most of the work of making one."""
    return boto3.session.Session()


_session_lock: Final = Lock()
"""A session makes one client at a time."""


def _runs(pid: int) -> bool:
    """Whether the process is there and is no zombie of ours."""
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-_LOG_LINES:])
