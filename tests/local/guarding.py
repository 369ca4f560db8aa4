"""The deployed guard at work on real groups of the embedded EC2: what is done, and what was said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any

from constructs_lib import archive_layout as layout
from constructs_lib.message_queue import GIVE_UP_AFTER
from local.demo.alerts import Alert, Subscriber
from local.demo.records import Record, Records
from local.demo.waiting import wait_until
from tests.local.demonstration import ARCHIVE, Demonstration
from tests.local.security_groups import group

JUDGEMENT = "security_group_judgement"
ENFORCEMENT = "security_group_enforcement"
SWEEP = "security_group_sweep"
QUEUES = (layout.GUARD_QUEUE, layout.SWEEP_QUEUE, layout.HUB_QUEUE)
"""In the order in which one fills the next."""
_AT_WORK_SECONDS = 10.0
"""No invocation here takes as long; what is not done by then has failed."""
_TIMES = 4


class Guarding:
    """The hub of the demonstration, as its guard sees it."""

    def __init__(self, demonstration: Demonstration) -> None:
        self._demonstration = demonstration
        self.home = demonstration.setting.home
        self._place = {"account": ARCHIVE, "region": self.home}
        self._subscriber = Subscriber(demonstration.aws, demonstration.setting, queue="guard-watch")
        bucket = layout.bucket_name(layout.BucketKind.LOGS, account=ARCHIVE, region=self.home)
        role = f"arn:aws:iam::{ARCHIVE}:role/{layout.AUDITOR_ROLE}"
        self._records = Records(demonstration.client("s3", account=ARCHIVE, role=role), bucket=bucket)

    def client(self, service: str, account: str = ARCHIVE, *, role: str = "") -> Any:
        return self._demonstration.client(service, account=account, role=role)

    @cached_property
    def _urls(self) -> dict[str, str]:
        names = (*QUEUES, layout.GUARD_DEAD_LETTERS)
        return {name: self._sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in names}

    @cached_property
    def _sqs(self) -> Any:
        return self.client("sqs")

    def group(self, ec2: Any, *names: str) -> list[str]:
        """The ids of new groups, of whose making nothing more comes."""
        made = [group(ec2, name) for name in names]
        self.comes_to_rest()
        return made

    def comes_to_rest(self) -> None:
        """Nothing more comes of what was done; AWS gives no such word."""
        for _ in range(_TIMES):
            if wait_until(lambda: not any(map(self.waiting, QUEUES)), seconds=_AT_WORK_SECONDS):
                return
            # Of two messages of one finding at once, the later one waits until it is the only one.
            for queue in QUEUES:
                self._demonstration.aws.let_visibility_time_out(**self._place, queue=queue)
        raise AssertionError({name: self.waiting(name) for name in QUEUES})

    def waiting(self, queue: str) -> int:
        """How many messages a queue holds, those that somebody works on among them."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        read = self._sqs.get_queue_attributes(QueueUrl=self._urls[queue], AttributeNames=names)["Attributes"]
        return sum(int(read[name]) for name in names)

    def records(self, kind: str, group_id: str = "") -> list[Record]:
        """The records of a kind, of a group or of all, oldest first."""
        found = [record for record in self._records.all() if record.content["unmapped"].get("kind") == kind]
        return [record for record in found if not group_id or record.content["unmapped"].get("group_id") == group_id]

    def said(self, kind: str, group_id: str = "") -> list[dict[str, Any]]:
        """What the guard put on the bus, as those records keep it; what it says again under the same id is the same."""
        found = [record.event["detail"] for record in self.records(kind, group_id)]
        return list({(each["finding"], each.get("state")): each for each in found}.values())

    def calls(self, group_id: str) -> list[dict[str, Any]]:
        """The calls on a group that the archive has, as CloudTrail recorded them."""
        found = (record.event.get("detail", {}) for record in self.records("network_change"))
        return [call for call in found if group_id in json.dumps(call.get("requestParameters"))]

    def differences(self, group_id: str) -> set[tuple[str, str]]:
        """Kind and rule id of what was said of a group; a rule may break several limits."""
        return {(one["kind"], one["rule_id"]) for said in self.said(JUDGEMENT, group_id) for one in said["differences"]}

    def alerts(self, group_id: str) -> list[Alert]:
        """The alerts that name a group."""
        return [alert for alert in self._subscriber.heard() if group_id in alert.message]

    def tell(self, event: dict[str, Any], account: str) -> None:
        """AWS says it on the default bus of an account."""
        self._demonstration.aws.emit_service_event(account=account, region=self.home, event=event)

    def fails_to_act_on(self, group_id: str) -> None:
        """Waits until the guard has tried as often as its queue gives it a message; between the tries, time passes."""
        place = {**self._place, "queue": layout.GUARD_QUEUE}

        def has_tried(times: int) -> bool:
            return len(self.records(ENFORCEMENT, group_id)) == times

        for times in range(1, GIVE_UP_AFTER + 1):
            assert wait_until(partial(has_tried, times)), f"it was not tried {times} times"
            self._demonstration.aws.let_visibility_time_out(**place)
        self.comes_to_rest()

    def dead_letters(self) -> list[dict[str, Any]]:
        """The messages that the guard gave up on, gone from their queue."""
        url, found = self._urls[layout.GUARD_DEAD_LETTERS], []
        while messages := self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"]))
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def sweep(self, name: str, **where: str) -> dict[str, Any]:
        """Has one done and returns its report."""
        message = json.dumps({"sweep": "start", "id": name, **where})
        self._sqs.send_message(QueueUrl=self._urls[layout.SWEEP_QUEUE], MessageBody=message)

        def reports() -> list[dict[str, Any]]:
            return [each for each in self.said(SWEEP) if each["sweep"] == name]

        assert wait_until(lambda: bool(reports())), f"sweep {name} does not report"
        self.comes_to_rest()
        (report,) = reports()
        return report

    @contextmanager
    def configured(self, **variables: str) -> Iterator[None]:
        """The guard has other variables for a while."""
        functions = self.client("lambda")
        name = layout.GUARD_FUNCTION
        before = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        functions.update_function_configuration(FunctionName=name, Environment={"Variables": {**before, **variables}})
        try:
            yield
        finally:
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": before})
