"""The embedded Athena answers from objects, through the catalog that the templates make, as Athena would."""

from __future__ import annotations

import base64
import gzip
import json
import time

import pytest

from tests.assembly import Assembly
from tests.local.world import REGION

LOGS = "evidence-logs-111111111111-ap-northeast-1"
HOME = "ap-northeast-1"
DAY = "2026-11-02"
DATABASE = "evidence"
LIMIT = 10_000_000
LINE = {
    "eventVersion": "1.0",
    "eventTime": f"{DAY}T10:00:00Z",
    "awsRegion": HOME,
    "target": {"id": "i-0a11ce00000000001"},
    "userIdentity": {"arn": "arn:aws:sts::222222222222:assumed-role/Operator/alice"},
    "runAsUser": "ssm-user",
    "sessionId": "alice-1",
    "sessionData": ["sh-5.2$ whoami"],
}


@pytest.fixture(scope="module")
def catalog(assembly: Assembly):
    """The database, tables and views of the query layer's template, the names of its buckets with them."""
    return {
        name: resource
        for name, resource in assembly.templates["Query"]["Resources"].items()
        if resource["Type"].startswith("AWS::Glue::")
    }


@pytest.fixture
def athena(shared_world, catalog):
    """A client in a world with the catalog, one transcript of a listed account and one of a stranger."""
    world, account = shared_world, shared_world.archive
    s3, client = world.client("s3", account), world.client("athena", account)
    if not any(bucket["Name"] == LOGS for bucket in s3.list_buckets()["Buckets"]):
        for bucket in (LOGS, "answers"):
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        for owner in ("222222222222", "888888888888"):
            key = f"transcripts/account={owner}/region={HOME}/day={DAY}/1.json.gz"
            s3.put_object(Bucket=LOGS, Key=key, Body=gzip.compress(json.dumps(LINE).encode() + b"\n{broken\n"))
        made(world, catalog)
        enforced = {"EnforceWorkGroupConfiguration": True, "BytesScannedCutoffPerQuery": LIMIT}
        place = {"ResultConfiguration": {"OutputLocation": "s3://answers/ours/"}}
        client.create_work_group(Name="ours", Configuration={**enforced, **place})
    return client


def made(world, catalog):
    """The stack of the catalog, whose text is too long for a request."""
    s3, cloudformation = (world.client(service, world.archive) for service in ("s3", "cloudformation"))
    s3.put_object(Bucket="answers", Key="catalog.json", Body=json.dumps({"Resources": catalog}))
    url = f"https://s3.{REGION}.amazonaws.com/answers/catalog.json"
    cloudformation.create_stack(StackName="catalog", TemplateURL=url)
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="catalog", WaiterConfig={"Delay": 0.1, "MaxAttempts": 300}
    )


def ask(athena, text, *, workgroup="ours", database=DATABASE, **more):
    """The finished execution of a query."""
    context = {"Database": database}
    started = athena.start_query_execution(
        QueryString=text, WorkGroup=workgroup, QueryExecutionContext=context, **more
    )["QueryExecutionId"]
    for _ in range(200):
        execution = athena.get_query_execution(QueryExecutionId=started)["QueryExecution"]
        if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            return execution
        time.sleep(0.05)
    raise AssertionError("it never ended")


def rows(athena, execution):
    answer = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]
    return [[value.get("VarCharValue") for value in row["Data"]] for row in answer["Rows"]], [
        column["Type"] for column in answer["ResultSetMetadata"]["ColumnInfo"]
    ]


def test_a_view_answers_from_the_objects_of_listed_accounts(athena):
    text = "SELECT account, host, typed FROM shell_sessions ORDER BY account"
    told, types = rows(athena, ask(athena, text))
    assert told == [
        ["account", "host", "typed"],
        ["222222222222", "i-0a11ce00000000001", "sh-5.2$ whoami"],
    ], told
    assert types == ["varchar"] * 3


def test_values_are_written_as_athena_writes_them(athena):
    text = (
        "SELECT CAST(NULL AS varchar) AS nothing, CAST('2026-11-02 10:00:00' AS timestamp(3)) AS at, 1 < 2 AS yes, "
        "count(*) AS lines, array['a', 'b'] AS two FROM transcripts WHERE account = '222222222222'"
    )
    told, types = rows(athena, ask(athena, text))
    assert told[1] == [None, "2026-11-02 10:00:00.000", "true", "2", "[a, b]"], told
    assert types == ["varchar", "timestamp", "boolean", "bigint", "array"]


def test_parameters_take_the_place_of_question_marks(athena):
    text = "SELECT sessionid FROM transcripts WHERE account = ? AND day = ? AND sessionid IS NOT NULL"
    execution = ask(athena, text, ExecutionParameters=["'222222222222'", f"'{DAY}'"])
    assert rows(athena, execution)[0] == [["sessionid"], ["alice-1"]]


def test_the_result_lies_where_the_workgroup_says_whatever_the_caller_asks(athena, shared_world):
    elsewhere = {"OutputLocation": f"s3://{LOGS}/mine/"}
    text = f"SELECT count(*) AS n FROM transcripts WHERE day = '{DAY}'"
    execution = ask(athena, text, ResultConfiguration=elsewhere)
    key = f"ours/{execution['QueryExecutionId']}.csv"
    assert execution["ResultConfiguration"]["OutputLocation"] == f"s3://answers/{key}"
    s3 = shared_world.client("s3", shared_world.archive)
    assert s3.get_object(Bucket="answers", Key=key)["Body"].read() == b'"n"\n"2"\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT nothing FROM transcripts", "nothing"),
        ("SELECT * FROM strangers", "strangers"),
        ("DELETE FROM transcripts", "SELECT"),
        ("SELECT 1; SELECT 2", "statement"),
        ("SELECT * FROM read_csv('/etc/passwd')", "read_csv"),
    ],
)
def test_what_is_no_question_to_the_archive_fails_and_says_why(athena, text, reason):
    status = ask(athena, text)["Status"]
    assert status["State"] == "FAILED"
    assert reason in status["StateChangeReason"], status
    assert "line 1" in status["StateChangeReason"] or "SELECT" in status["StateChangeReason"] or ";" in text, status


def test_another_database_fails(athena):
    status = ask(athena, "SELECT 1 AS one", database="other")["Status"]
    assert (status["State"], status["StateChangeReason"]) == (
        "FAILED",
        "SCHEMA_NOT_FOUND: Schema 'other' does not exist",
    )


def test_a_query_that_reads_more_than_its_workgroup_allows_ends_without_a_result(athena, shared_world):
    s3 = shared_world.client("s3", shared_world.archive)
    long = json.dumps({**LINE, "sessionData": ["x" * 10_100_000]}).encode()
    key = f"transcripts/account=222222222222/region={HOME}/day=2026-11-01/1.json.gz"
    s3.put_object(Bucket=LOGS, Key=key, Body=gzip.compress(long, compresslevel=0))
    execution = ask(athena, "SELECT sessionid FROM transcripts WHERE day = '2026-11-01'")
    assert execution["Status"]["State"] == "CANCELLED", execution
    assert "Bytes scanned limit" in execution["Status"]["StateChangeReason"]
    assert execution["Statistics"]["DataScannedInBytes"] > LIMIT
    with pytest.raises(athena.exceptions.InvalidRequestException):
        athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])


def test_a_partition_that_is_left_out_is_not_read(athena):
    other = "SELECT sessionid FROM transcripts WHERE day = '2026-11-03'"
    assert ask(athena, other)["Statistics"]["DataScannedInBytes"] == 0


def test_a_workgroup_that_is_not_there_is_refused(athena):
    with pytest.raises(athena.exceptions.InvalidRequestException, match="WorkGroup theirs is not found"):
        ask(athena, "SELECT 1 AS one", workgroup="theirs")


def test_the_text_of_the_views_is_the_catalogs(athena, shared_world):
    glue = shared_world.client("glue", shared_world.archive)
    view = glue.get_table(DatabaseName=DATABASE, Name="tunnels")["Table"]
    text = view["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    definition = json.loads(base64.b64decode(text))
    changed = json.dumps({**definition, "originalSql": "SELECT 'changed' AS changed"})
    ours = {key: view[key] for key in ("Name", "TableType", "Parameters", "StorageDescriptor", "PartitionKeys")}
    said = f"/* Presto View: {base64.b64encode(changed.encode()).decode()} */"
    glue.update_table(DatabaseName=DATABASE, TableInput={**ours, "ViewOriginalText": said})
    try:
        assert rows(athena, ask(athena, "SELECT changed FROM tunnels"))[0] == [["changed"], ["changed"]]
    finally:
        glue.update_table(DatabaseName=DATABASE, TableInput={**ours, "ViewOriginalText": view["ViewOriginalText"]})
