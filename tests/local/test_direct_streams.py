"""A Firehose stream that takes records directly delivers them as gzipped lines, where every policy agrees."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from tests.local.archive import MEMBERS, keys, make_archive
from tests.local.world import ORGANIZATION, REGION, World, allow, role, statement

VIA = {"StringEquals": {"aws:PrincipalOrgID": ORGANIZATION, "kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
PREFIX = "access-events/day=!{timestamp:yyyy-MM-dd}/"


def make_stream(world: World, *, prefix: str = PREFIX, delimited: bool = False):
    archive = make_archive(
        world,
        bucket_statements=[
            statement("Write", "Allow", {"AWS": "*"}, "s3:PutObject*", "BUCKET/access-events/*", **MEMBERS)
        ],
        key_statements=[statement("Encrypt", "Allow", {"AWS": "*"}, "kms:GenerateDataKey", "*", **VIA)],
    )
    destination = {
        "BucketARN": archive.bucket_arn,
        "RoleARN": {"Fn::GetAtt": ["Delivery", "Arn"]},
        "Prefix": prefix,
        "ErrorOutputPrefix": "errors/access-events/!{firehose:error-output-type}/",
        "CompressionFormat": "GZIP",
        "FileExtension": ".json.gz",
        "BufferingHints": {"IntervalInSeconds": 60, "SizeInMBs": 5},
        "ProcessingConfiguration": {
            "Enabled": delimited,
            "Processors": [
                {
                    "Type": "AppendDelimiterToRecord",
                    "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}],
                }
            ]
            if delimited
            else [],
        },
    }
    statements = [allow(["s3:PutObject", "s3:PutObjectAcl", "kms:GenerateDataKey"])]
    resources = {
        "Delivery": role("delivery", service="firehose.amazonaws.com", statements=statements),
        "Stream": {
            "Type": "AWS::KinesisFirehose::DeliveryStream",
            "Properties": {
                "DeliveryStreamName": "records",
                "DeliveryStreamType": "DirectPut",
                "ExtendedS3DestinationConfiguration": destination,
            },
        },
    }
    world.deploy(world.member, resources, name="stream")
    return archive


def put(world: World, *records: bytes):
    firehose = world.client("firehose", world.member)
    answer = firehose.put_record_batch(DeliveryStreamName="records", Records=[{"Data": record} for record in records])
    assert answer["FailedPutCount"] == 0
    return [entry["RecordId"] for entry in answer["RequestResponses"]]


@pytest.mark.parametrize("delimited", [True, False])
def test_records_of_a_call_become_one_file_of_lines_under_the_day(world, delimited):
    archive = make_stream(world, delimited=delimited)
    end = b"" if delimited else b"\n"
    assert len(put(world, b'{"a":1}' + end, b'{"b":2}' + end)) == 2
    (key,) = keys(world, archive)
    assert re.fullmatch(r"access-events/day=\d{4}-\d\d-\d\d/records-1-[\w-]+\.json\.gz", key), key
    stored = world.client("s3", world.archive).get_object(Bucket=archive.bucket, Key=key)
    assert [json.loads(line) for line in gzip.decompress(stored["Body"].read()).splitlines()] == [{"a": 1}, {"b": 2}]
    assert stored["SSEKMSKeyId"] == archive.key_arn
    read = world.client("firehose", world.member).describe_delivery_stream(DeliveryStreamName="records")
    assert read["DeliveryStreamDescription"]["DeliveryStreamType"] == "DirectPut"


def test_a_stream_outside_its_prefix_is_refused_by_the_bucket(world):
    archive = make_stream(world, prefix="elsewhere/!{timestamp:yyyy}/")
    put(world, b"{}\n")
    assert keys(world, archive) == []
    (refused,) = world.decisions(action="s3:PutObject", account=world.member)
    assert (refused["allowed"], refused["policy"]) == (False, "bucket")


def test_a_single_record_is_a_file_too(world):
    archive = make_stream(world)
    firehose = world.client("firehose", world.member)
    firehose.put_record(DeliveryStreamName="records", Record={"Data": b'{"a":1}\n'})
    assert len(keys(world, archive)) == 1
