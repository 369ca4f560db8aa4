"""A custom resource whose code stands in the template runs, and answers through `cfnresponse`."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from tests.local.world import World, allow, role

CODE = """
import boto3
import cfnresponse

def handler(event, context):
    if event["RequestType"] == "Create":
        boto3.client("ssm").put_parameter(Name="made", Value=event["ResourceProperties"]["Word"], Type="String")
    cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, "made")
"""


def test_a_custom_resource_with_inline_code_runs_in_its_own_account(world: World):
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Code": {"ZipFile": CODE},
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Runtime": "python3.13",
            "Timeout": 30,
        },
    }
    custom = {
        "Type": "Custom::Word",
        "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}, "Word": "evidence"},
    }
    statements = [allow("ssm:PutParameter")]
    made = world.deploy(
        world.member,
        {
            "Role": role("word", service="lambda.amazonaws.com", statements=statements),
            "Function": function,
            "Word": custom,
        },
    )
    assert made["WordRef"] == "made"
    read = world.client("ssm", world.member).get_parameter(Name="made")["Parameter"]
    assert read["Value"] == "evidence"


def test_making_a_function_leaves_its_namesake_of_another_account_at_work(world: World):
    name = "namesake"
    code = (
        "import time\ndef handler(event, context):\n"
        "    time.sleep(event['seconds'])\n    return context.invoked_function_arn\n"
    )
    template = {
        "Role": role("namesake", service="lambda.amazonaws.com", statements=[allow("ssm:PutParameter")]),
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "FunctionName": name,
                "Code": {"ZipFile": code},
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Runtime": "python3.13",
                "Timeout": 30,
            },
        },
    }
    world.deploy(world.member, template)
    at_work = world.client("lambda", world.member)
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(at_work.invoke, FunctionName=name, Payload=b'{"seconds": 3}')
        time.sleep(1.5)
        world.deploy(world.other, template)
        result = answer.result()
    assert "FunctionError" not in result
    assert world.member in result["Payload"].read().decode()
