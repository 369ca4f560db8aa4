"""The doorway: what failed comes again and nothing else, and a member's role is taken once until its session ends."""

from __future__ import annotations

import json
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import boto3
import pytest

from lambda_src.security_group_guard import handler
from lambda_src.security_group_guard.live import DeniedError
from tests.conftest import ROOT
from tests.lambda_src.security_group_guard.fakes import ACCOUNT, GROUP, REGION, AwsError, Dynamo, Ec2

OTHER = "sg-0other"
CONTEXT = SimpleNamespace(
    invoked_function_arn="arn:aws-cn:lambda:cn-north-1:111111111111:function:evidence-security-group-guard",
    get_remaining_time_in_millis=lambda: 100_000,
)


class Cloud:
    """What boto3 makes clients of, in memory; every client that was made is kept."""

    def __init__(self) -> None:
        self.ec2, self.dynamodb = Ec2(), Dynamo()
        self.made: list[tuple[str, dict[str, Any]]] = []
        self.roles: list[dict[str, Any]] = []
        self.entries: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.refuses: set[str] = set()

    def client(self, service, **options):
        self.made.append((service, options))
        return {"ec2": self.ec2, "dynamodb": self.dynamodb}.get(service, self)

    def assume_role(self, **request):
        self.roles.append(request)
        if "role" in self.refuses:
            raise AwsError("AccessDenied")
        return {"Credentials": {"AccessKeyId": "id", "SecretAccessKey": "-", "SessionToken": "-"}}

    def put_events(self, Entries):
        if "entry" in self.refuses:
            return {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "InternalFailure"}]}
        self.entries += Entries
        return {"FailedEntryCount": 0, "Entries": [{}]}

    def send_message_batch(self, QueueUrl, Entries):
        if "message" in self.refuses and len(self.sent) >= 10:
            return {"Failed": [{"Code": "InternalError"}]}
        self.sent += Entries
        return {}


@pytest.fixture
def cloud(monkeypatch, tmp_path):
    made = Cloud()
    monkeypatch.setattr(boto3, "client", made.client)
    approvals = {"organization": {"approved_networks": ["10.20.0.0/16"], "world_ports": [80, 443]}}
    document = tmp_path / "guard.json"
    document.write_text(json.dumps({"approvals": approvals, "enforcement": {}}), "utf-8")
    environment = {
        "GUARD_FILE": str(document),
        "HUB_BUS": "evidence-hub",
        "MEMBER_ROLE": "evidence-security-groups",
        "GUARD_TABLE": "table",
        "ROSTER_TABLE": "roster",
        "SWEEP_QUEUE_URL": "queue",
        "SETTLE_SECONDS": "0",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def forget():
        handler._guard.cache_clear()
        handler._client.cache_clear()
        handler._MEMBERS.clear()

    forget()
    made.ec2.group()
    yield made
    forget()


def change(group=GROUP):
    found = json.loads((ROOT / "tests" / "events" / "sg_create.json").read_text("utf-8"))
    found["detail"] |= {"eventID": f"id-{group}", "requestParameters": {}, "responseElements": {"groupId": group}}
    return found


def batch(*bodies):
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {"Records": [{"messageId": f"m{number}", "body": text} for number, text in enumerate(texts)]}


def failed(answer):
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def test_a_change_goes_from_the_queue_to_the_bus(cloud):
    cloud.ec2.open(22)
    assert failed(handler.handle(batch(change()), CONTEXT)) == []
    [entry] = cloud.entries
    assert (entry["Source"], entry["EventBusName"]) == ("access-evidence.security-groups", "evidence-hub")
    assert json.loads(entry["Detail"])["group_id"] == GROUP
    [role] = cloud.roles
    assert role == {
        "RoleArn": f"arn:aws-cn:iam::{ACCOUNT}:role/evidence-security-groups",
        "RoleSessionName": "security-group-guard",
    }
    assert [options["region_name"] for service, options in cloud.made if service == "ec2"] == [REGION]


@pytest.mark.parametrize("body", ["", "no JSON", "[1]", "7", "null", '"text"', '{"sweep": 7}', '{"sweep": "x"}'])
def test_a_message_that_nobody_understands_fails_and_its_siblings_do_not(cloud, body):
    cloud.ec2.open(22)
    assert failed(handler.handle(batch(change(), body, change()), CONTEXT)) == ["m1"]
    assert len(cloud.entries) == 1


def test_only_the_message_whose_group_ec2_would_not_describe_comes_again(cloud):
    cloud.ec2.group(OTHER)
    cloud.ec2.open(22)
    original = cloud.ec2.describe_security_groups

    def throttled(**request):
        if request["GroupIds"] == [OTHER]:
            raise AwsError("RequestLimitExceeded")
        return original(**request)

    cloud.ec2.describe_security_groups = throttled
    assert failed(handler.handle(batch(change(OTHER), change(), change(OTHER)), CONTEXT)) == ["m0", "m2"]
    assert len(cloud.entries) == 1


def test_a_judgement_that_the_bus_refuses_comes_again_and_is_not_taken_for_told(cloud):
    cloud.ec2.open(22)
    cloud.refuses = {"entry"}
    assert failed(handler.handle(batch(change()), CONTEXT)) == ["m0"]
    cloud.refuses = set()
    assert failed(handler.handle(batch(change()), CONTEXT)) == []
    assert json.loads(cloud.entries[0]["Detail"])["alert"]


def test_a_role_is_taken_once_and_anew_before_its_session_ends(cloud, monkeypatch):
    moment = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: moment[0])
    for passed in (0, 60, handler.CLIENT_SECONDS - 61, 1, 60):
        moment[0] += passed
        handler.handle(batch(change()), CONTEXT)
    assert len(cloud.roles) == 2
    assert handler.CLIENT_SECONDS < 3600


def test_a_client_is_for_its_own_account_and_region_and_few_are_kept(cloud):
    for number in range(12):
        handler._member_client("aws", f"{number:012}", "eu-west-1")
        handler._member_client("aws", f"{number:012}", "eu-west-1")
    handler._member_client("aws", f"{11:012}", "us-east-1")
    assert len(cloud.roles) == 13
    assert len(handler._MEMBERS) <= 8
    assert (f"{11:012}", "us-east-1") in handler._MEMBERS


def test_a_role_that_may_not_be_taken_is_told_and_no_client_is_kept(cloud):
    cloud.refuses = {"role"}
    with pytest.raises(DeniedError, match="AccessDenied"):
        handler._member_client("aws", ACCOUNT, REGION)
    assert handler._MEMBERS == {}
    assert failed(handler.handle(batch(change()), CONTEXT)) == []
    assert json.loads(cloud.entries[0]["Detail"])["read"] == "record"


def test_messages_are_sent_by_tens_and_a_refused_one_is_an_error(cloud):
    handler._send("queue", [{"number": number} for number in range(23)])
    assert [json.loads(one["MessageBody"])["number"] for one in cloud.sent] == list(range(23))
    cloud.refuses = {"message"}
    with pytest.raises(RuntimeError, match="InternalError"):
        handler._send("queue", [{}] * 11)


def test_importing_the_doorway_makes_no_client_and_loads_no_boto3():
    program = "import sys; import lambda_src.security_group_guard.handler; print('boto3' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert answer.stdout == "False\n"
