"""The access hub loses no event, guards what it keeps and calls a person when it does not work."""

from __future__ import annotations

import json

import pytest

from constructs_lib import event_patterns
from constructs_lib.policies.statement import Statement
from tests.assembly import flat, only, resources

HUB = "AccessHub"
KEY = "<Key43586C89.Arn>"
FUNCTIONS = {"evidence-access-events": 10, "evidence-roster-check": 1, "evidence-security-group-guard": 5}
"""How many of each run at once, at most."""
HANDLED = {
    "evidence-access-events": "evidence-access-events",
    "evidence-security-groups": "evidence-security-group-guard",
    "evidence-security-group-sweep": "evidence-security-group-guard",
}
"""Which function empties which queue."""


@pytest.fixture(scope="module")
def template(assembly):
    return assembly.templates[HUB]


def named(template, of_type, name_property):
    """The properties of the resources of a type, by name."""
    return {item["Properties"][name_property]: flat(item["Properties"]) for _, item in resources(template, of_type)}


def statements(document) -> dict[str, Statement]:
    return {item["Sid"]: item for item in flat(document)["Statement"]}


def rules(assembly):
    """Every rule of every template: place, name, properties."""
    for place, rule in assembly.resources("AWS::Events::Rule"):
        yield place, rule["Properties"]["Name"], flat(rule["Properties"])


def test_every_rule_has_a_dead_letter_queue_of_its_own_stack(any_assembly):
    """But schedules of what only looks, or writes again: they come again, and an alarm tells if they do not."""
    without = set()
    for place, name, rule in rules(any_assembly):
        queues = {
            f"<{logical_id}.Arn>"
            for logical_id, _ in resources(any_assembly.templates[place.split("/")[0]], "AWS::SQS::Queue")
        }
        for target in rule["Targets"]:
            if target.get("DeadLetterConfig", {}).get("Arn") not in queues:
                without.add(name)
    assert without - {"evidence-report", "evidence-workspaces-network"} == {
        "evidence-check",
        "evidence-compaction",
        "evidence-roster-check",
    }


def test_every_rule_is_on_and_bears_our_name(any_assembly):
    strange = [
        place
        for place, name, rule in rules(any_assembly)
        if rule["State"] != "ENABLED" or not name.startswith("evidence-")
    ]
    assert strange == []


def test_every_pattern_is_short_enough(any_assembly):
    long = [
        place
        for place, _, rule in rules(any_assembly)
        if len(json.dumps(rule.get("EventPattern", {}), separators=(",", ":"))) > 2_048
    ]
    assert long == []


def test_members_forward_every_pattern_to_the_hub_as_the_forwarding_role(assembly):
    hub = "arn:<AWS::Partition>:events:ap-northeast-1:111111111111:event-bus/evidence-hub"
    for stack in ("MemberRegion", "MemberSignIn"):
        found = named(assembly.templates[stack], "AWS::Events::Rule", "Name")
        assert set(found) == {f"evidence-{name}" for name in (*event_patterns.FORWARDED, "heartbeat")}
        for rule in found.values():
            first = rule["Targets"][0]
            assert first["Arn"] == hub
            assert first["RoleArn"] == "arn:<AWS::Partition>:iam::<AWS::AccountId>:role/evidence-event-forward"


def test_two_rules_watch_each_other_in_every_region_of_a_member(assembly):
    for stack in ("MemberRegion", "MemberSignIn"):
        found = named(assembly.templates[stack], "AWS::Events::Rule", "Name")
        names = [
            {
                json.dumps(item["name"])
                for item in rule["EventPattern"]["detail"]["requestParameters"]["$or"]
                if "name" in item
            }
            for rule in (found["evidence-watching-rule-changes"], found["evidence-rule-changes"])
        ]
        assert names == [{json.dumps(["evidence-rule-changes"])}, {json.dumps([{"prefix": "evidence-"}])}]


def test_the_bus_admits_the_sources_and_kinds_of_the_patterns_and_no_others(template):
    policy = flat(only(template, "AWS::Events::EventBusPolicy"))
    statement = policy["Statement"]
    assert policy["StatementId"] == statement["Sid"] == "MembersForwardEvents"
    assert (statement["Effect"], statement["Action"]) == ("Allow", "events:PutEvents")
    assert statement["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"},
        "ArnLike": {"aws:PrincipalArn": "arn:<AWS::Partition>:iam::*:role/evidence-event-forward"},
        "ForAllValues:StringEquals": {
            "events:source": event_patterns.sources(),
            "events:detail-type": event_patterns.detail_types(),
        },
        "Null": {"events:source": "false", "events:detail-type": "false"},
    }


def test_the_hub_takes_everything_off_the_bus_but_what_it_says_itself(template):
    rule = named(template, "AWS::Events::Rule", "Name")["evidence-access-events"]
    assert rule["EventBusName"] == "evidence-hub"
    assert rule["EventPattern"] == {"source": [{"anything-but": ["access-evidence.hub"]}]}
    (target,) = rule["Targets"]
    assert target["DeadLetterConfig"]["Arn"].startswith("<BusUndeliveredQueue")


def test_every_queue_of_the_hub_has_the_operations_key_and_keeps_for_a_fortnight(template):
    queues = named(template, "AWS::SQS::Queue", "QueueName")
    own = {name: queue for name, queue in queues.items() if not name.startswith("evidence-forwarding")}
    assert set(own) == {
        "evidence-access-events-undelivered",
        *(f"{name}{end}" for name in HANDLED for end in ("", "-dead-letters")),
    }
    assert {queue["KmsMasterKeyId"] for queue in own.values()} == {KEY}
    assert {queue["MessageRetentionPeriod"] for queue in queues.values()} == {14 * 86_400}


def test_every_queue_is_encrypted_and_refuses_calls_without_tls(any_assembly):
    bare = [
        place
        for place, queue in any_assembly.resources("AWS::SQS::Queue")
        if not (queue["Properties"].get("KmsMasterKeyId") or queue["Properties"].get("SqsManagedSseEnabled") is True)
    ]
    assert bare == []
    refusing = {
        (place.split("/")[0], queue)
        for place, policy in any_assembly.resources("AWS::SQS::QueuePolicy")
        for queue in flat(policy["Properties"]["Queues"])
        if statements(policy["Properties"]["PolicyDocument"])["DenyInsecureTransport"]["Action"] == "sqs:*"
    }
    queues = {
        (place.split("/")[0], f"<{place.split('/')[1]}>") for place, _ in any_assembly.resources("AWS::SQS::Queue")
    }
    assert queues - refusing == set()


def test_what_the_handler_cannot_handle_goes_to_the_dead_letters(template):
    queues = named(template, "AWS::SQS::Queue", "QueueName")
    redrive = {name: queue["RedrivePolicy"] for name, queue in queues.items() if "RedrivePolicy" in queue}
    assert set(redrive) == set(HANDLED)
    names = {
        f"<{place}.Arn>": item["Properties"]["QueueName"] for place, item in resources(template, "AWS::SQS::Queue")
    }
    for name, policy in redrive.items():
        assert names[policy["deadLetterTargetArn"]] == f"{name}-dead-letters"
        assert policy["maxReceiveCount"] == 5


def test_a_batch_returns_what_failed_and_waits_long_enough(template):
    functions = named(template, "AWS::Lambda::Function", "FunctionName")
    queues = {f"<{place}.Arn>": flat(item["Properties"]) for place, item in resources(template, "AWS::SQS::Queue")}
    ids = {
        f"<{place}>": item["Properties"]["FunctionName"] for place, item in resources(template, "AWS::Lambda::Function")
    }
    shares = dict.fromkeys(FUNCTIONS, 0)
    handled = {}
    for _, resource in resources(template, "AWS::Lambda::EventSourceMapping"):
        mapping = flat(resource["Properties"])
        queue, function = queues[mapping["EventSourceArn"]], ids[mapping["FunctionName"]]
        handled[queue["QueueName"]] = function
        shares[function] += mapping["ScalingConfig"]["MaximumConcurrency"]
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert queue["VisibilityTimeout"] >= 6 * functions[function]["Timeout"]
    assert handled == HANDLED
    assert {name: share for name, share in shares.items() if share > FUNCTIONS[name]} == {}
    handler = functions["evidence-access-events"]
    assert int(handler["Environment"]["Variables"]["CLAIM_SECONDS"]) >= handler["Timeout"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_of_the_hub_has_its_own_role_log_group_and_share(template, name):
    function = named(template, "AWS::Lambda::Function", "FunctionName")[name]
    assert function["Architectures"] == ["arm64"]
    assert function["LoggingConfig"] == {"LogFormat": "JSON", "LogGroup": f"/evidence/{name.removeprefix('evidence-')}"}
    assert function["ReservedConcurrentExecutions"] == FUNCTIONS[name]
    roles = {
        f"<{logical_id}.Arn>": item["Properties"]["RoleName"]
        for logical_id, item in resources(template, "AWS::IAM::Role")
    }
    assert roles[function["Role"]] == name
    group = named(template, "AWS::Logs::LogGroup", "LogGroupName")[function["LoggingConfig"]["LogGroup"]]
    assert group["KmsKeyId"] == KEY


def test_there_are_no_other_functions_and_none_carries_its_code_inline(template):
    functions = named(template, "AWS::Lambda::Function", "FunctionName")
    assert set(functions) == set(FUNCTIONS)
    assert [name for name, function in functions.items() if "ZipFile" in function["Code"]] == []


def test_every_alarm_of_the_hub_goes_to_the_topic(template):
    alarms = named(template, "AWS::CloudWatch::Alarm", "AlarmName")
    own = {name: alarm for name, alarm in alarms.items() if name.startswith("evidence-hub-")}
    assert set(alarms) - set(own) == {"evidence-forwarding-dead-letters-of-recordings"}
    topic = ["<AlertsTopic4CF1C27A>"]
    assert {name: alarm.get("AlarmActions") for name, alarm in own.items()} == dict.fromkeys(own, topic)


def test_silence_wakes_a_person_and_quiet_does_not(template):
    alarms = named(template, "AWS::CloudWatch::Alarm", "AlarmName")
    breaching = {name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"}
    assert breaching == {
        "evidence-hub-no-events",
        "evidence-hub-roster-check-stands-still",
        "evidence-hub-security-group-sweep-stands-still",
    }


def test_whatever_can_fail_has_an_alarm(template):
    alarms = named(template, "AWS::CloudWatch::Alarm", "AlarmName").values()
    watched = {(alarm["MetricName"], *(item["Value"] for item in alarm["Dimensions"])) for alarm in alarms}
    queues = named(template, "AWS::SQS::Queue", "QueueName")
    dead = {("ApproximateNumberOfMessagesVisible", name) for name in queues if name not in HANDLED}
    failing = {(metric, name) for metric in ("Errors", "Throttles") for name in FUNCTIONS}
    assert (dead | failing) - watched == set()


def test_what_the_hub_remembers_outlives_its_stack(template):
    tables = resources(template, "AWS::DynamoDB::Table")
    assert len(tables) == 4
    for logical_id, table in tables:
        properties = flat(table["Properties"])
        assert properties["SSESpecification"]["KMSMasterKeyId"] == KEY, logical_id
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, logical_id
        assert properties["DeletionProtectionEnabled"] is True, logical_id
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain"), logical_id
    ((_, key),) = resources(template, "AWS::KMS::Key")
    assert key["DeletionPolicy"] == "Retain"


def test_the_roster_never_forgets_anybody_and_the_memory_does(template):
    tables = named(template, "AWS::DynamoDB::Table", "TableName")
    assert "TimeToLiveSpecification" not in tables["evidence-roster"]
    for name in ("evidence-access-state", "evidence-security-group-state"):
        assert tables[name]["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


def test_judged_records_go_into_the_home_log_bucket_under_the_evidence_key(template):
    stream = flat(only(template, "AWS::KinesisFirehose::DeliveryStream"))
    destination = stream["ExtendedS3DestinationConfiguration"]
    assert destination["BucketARN"] == "arn:<AWS::Partition>:s3:::evidence-logs-111111111111-ap-northeast-1"
    assert destination["Prefix"] == "access-events/day=!{timestamp:yyyy-MM-dd}/"
    assert destination["ErrorOutputPrefix"].startswith("errors/access-events/account=111111111111/")
    key = destination["EncryptionConfiguration"]["KMSEncryptionConfig"]["AWSKMSKeyARN"]
    assert key == "arn:<AWS::Partition>:kms:ap-northeast-1:111111111111:key/<ArchiveKeyId>"


def test_the_evidence_key_serves_evidence_alone(assembly):
    kept = ("AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::DynamoDB::Table")
    served = [
        place
        for of_type in kept
        for place, resource in assembly.resources(of_type)
        if "ArchiveKey" in json.dumps(resource["Properties"])
    ]
    assert served == []


def test_the_stack_is_protected(assembly):
    artifact = assembly.manifest["artifacts"][HUB]
    assert artifact["properties"]["terminationProtection"] is True
    assert artifact["environment"] == "aws://111111111111/ap-northeast-1"
