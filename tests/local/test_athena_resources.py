"""What the query layer is made of deploys and reads back as its template says."""

from __future__ import annotations

import base64
import json

import pytest

from tests.assembly import Assembly
from tests.local.world import REGION

PARAMETER = "ArchiveKeyId"


def named(**change):
    workgroup = {"Type": "AWS::Athena::WorkGroup", "Properties": {"Name": "ours"}}
    asked = {"Name": "who", "Database": "evidence", "QueryString": "SELECT 1", "WorkGroup": "ours", **change}
    return {
        "WorkGroup": workgroup,
        "Who": {"Type": "AWS::Athena::NamedQuery", "Properties": asked, "DependsOn": "WorkGroup"},
    }


def queries(athena, workgroup="ours"):
    ids = athena.list_named_queries(WorkGroup=workgroup)["NamedQueryIds"]
    return {query["Name"]: query for query in (athena.get_named_query(NamedQueryId=i)["NamedQuery"] for i in ids)}


def test_a_changed_named_query_takes_the_place_of_the_one_before(world):
    athena = world.client("athena", world.archive)
    first = world.deploy(world.archive, named())["WhoRef"]
    assert queries(athena)["who"]["NamedQueryId"] == first
    second = world.deploy(world.archive, named(QueryString="SELECT 2"))["WhoRef"]
    assert [(query["NamedQueryId"], query["QueryString"]) for query in queries(athena).values()] == [
        (second, "SELECT 2")
    ]
    assert second != first


def test_a_named_query_without_its_workgroup_fails_its_stack(world):
    with pytest.raises(AssertionError, match="WorkGroup theirs is not found"):
        world.deploy(world.archive, named(WorkGroup="theirs"))


def test_the_catalog_and_workgroups_of_the_query_layer_deploy(world, assembly: Assembly):
    template = assembly.templates["Query"]
    asked = {
        name: resource
        for name, resource in template["Resources"].items()
        if resource["Type"].startswith(("AWS::Glue::", "AWS::Athena::"))
    }
    alone = {"Resources": asked, "Parameters": {PARAMETER: template["Parameters"][PARAMETER]}}
    s3, cloudformation = world.client("s3", world.archive), world.client("cloudformation", world.archive)
    bucket = f"templates-{world.archive}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=bucket, Key="query.json", Body=json.dumps(alone))
    cloudformation.create_stack(
        StackName="evidence-query",
        TemplateURL=f"https://s3.{REGION}.amazonaws.com/{bucket}/query.json",
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="evidence-query", WaiterConfig={"Delay": 0.2, "MaxAttempts": 150}
    )
    glue, athena = world.client("glue", world.archive), world.client("athena", world.archive)
    tables = {table["Name"]: table for table in glue.get_tables(DatabaseName="evidence")["TableList"]}
    assert tables["transcripts"]["Parameters"]["projection.enabled"] == "true"
    told = tables["access_timeline"]["ViewOriginalText"].removeprefix("/* Presto View: ").removesuffix(" */")
    assert json.loads(base64.b64decode(told))["schema"] == "evidence"
    workgroup = athena.get_work_group(WorkGroup="evidence-audit")["WorkGroup"]["Configuration"]
    assert workgroup["EnforceWorkGroupConfiguration"] is True
    assert workgroup["ResultConfiguration"]["EncryptionConfiguration"]["KmsKey"].endswith(
        f":key/{template['Parameters'][PARAMETER]['Default']}"
    )
    assert queries(athena, "evidence-audit").keys() == queries(athena, "evidence-response").keys()
    assert "who-was-on-host" in queries(athena, "evidence-audit")
