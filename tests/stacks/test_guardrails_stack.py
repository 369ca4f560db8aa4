"""What the management account attaches: the guardrails that the settings ask for, to whom they name, and no others."""

from __future__ import annotations

import re

import aws_cdk as cdk
import pytest

from constructs_lib.guardrail import LARGEST, size_of
from stacks.guardrail_documents import guardrail_documents
from stacks.guardrails_stack import GuardrailsStack
from stacks.regions import COMMERCIAL, PARTITION_OF_REGION
from tests.assembly import flat, only, resources, settings_with

UNIT = "ou-ex4m-abcdefgh"
ALL = {
    "guardrails__archive": ["111111111111"],
    "guardrails__members": ["r-ex4m"],
    "guardrails__sessions": [UNIT, "222222222222"],
    "guardrails__perimeter": [UNIT],
    "guardrails__read_organization": True,
}
EVERY_REGION = [region for region, partition in PARTITION_OF_REGION.items() if partition == COMMERCIAL]


def artifact_of(settings):
    app = cdk.App(analytics_reporting=False, tree_metadata=False)
    GuardrailsStack(app, "Guardrails", settings=settings)
    return app.synth().get_stack_artifact("Guardrails")


def policies_of(template):
    """Name, targets and kind of every policy, in the order in which they are attached."""
    found = dict(resources(template, "AWS::Organizations::Policy"))
    ordered: list[str] = []
    while len(ordered) < len(found):
        (following,) = [
            name
            for name, policy in found.items()
            if name not in ordered and set(policy.get("DependsOn", [])) == set(ordered[-1:])
        ]
        ordered.append(following)
    return [
        (found[name]["Properties"]["Name"], found[name]["Properties"]["TargetIds"], found[name]["Properties"]["Type"])
        for name in ordered
    ]


def test_nothing_is_attached_by_default(assembly):
    assert "Guardrails" not in assembly.templates
    assert list(assembly.resources("AWS::Organizations::Policy")) == []


def test_each_is_attached_to_whom_the_settings_name_one_after_the_other(example):
    artifact = artifact_of(settings_with(example, **ALL))
    assert policies_of(artifact.template) == [
        ("evidence-archive", ["111111111111"], "SERVICE_CONTROL_POLICY"),
        ("evidence-members", ["r-ex4m"], "SERVICE_CONTROL_POLICY"),
        ("evidence-sessions", [UNIT, "222222222222"], "SERVICE_CONTROL_POLICY"),
        ("evidence-perimeter", [UNIT], "RESOURCE_CONTROL_POLICY"),
    ]


def test_the_stack_stands_in_the_management_account_at_home_under_its_own_name(example):
    artifact = artifact_of(settings_with(example, **ALL))
    assert (artifact.stack_name, artifact.environment.account, artifact.environment.region) == (
        "evidence-guardrails",
        "999999999999",
        "ap-northeast-1",
    )


@pytest.mark.parametrize("name", ["archive", "members", "sessions", "perimeter"])
def test_one_alone_is_attached_alone(name, example):
    chosen = {f"guardrails__{name}": ALL[f"guardrails__{name}"]}
    template = artifact_of(settings_with(example, **chosen)).template
    assert [found for found, _, _ in policies_of(template)] == [f"evidence-{name}"]
    assert resources(template, "AWS::Organizations::ResourcePolicy") == []


def test_what_is_deployed_is_what_is_simulated(example):
    settings = settings_with(example, **ALL)
    template = artifact_of(settings).template
    deployed = {
        policy["Properties"]["Name"].removeprefix("evidence-"): flat(policy["Properties"]["Content"])
        for _, policy in resources(template, "AWS::Organizations::Policy")
    }
    assert deployed == guardrail_documents(settings, partition="<AWS::Partition>")


def test_the_archive_account_reads_accounts_and_units_and_changes_nothing(example):
    template = artifact_of(settings_with(example, guardrails__read_organization=True)).template
    assert policies_of(template) == []
    content = flat(only(template, "AWS::Organizations::ResourcePolicy")["Content"])
    reader = {"AWS": "arn:<AWS::Partition>:iam::111111111111:root"}
    here = "arn:<AWS::Partition>:organizations::999999999999"
    assert content["Statement"] == [
        {
            "Sid": "ArchiveListsAccounts",
            "Effect": "Allow",
            "Principal": reader,
            "Action": ["organizations:DescribeOrganization", "organizations:ListAccounts", "organizations:ListRoots"],
            "Resource": "*",
        },
        {
            "Sid": "ArchiveReadsPlaces",
            "Effect": "Allow",
            "Principal": reader,
            "Action": [
                "organizations:DescribeAccount",
                "organizations:DescribeOrganizationalUnit",
                "organizations:ListAccountsForParent",
                "organizations:ListOrganizationalUnitsForParent",
                "organizations:ListParents",
            ],
            "Resource": [f"{here}:{kind}/o-exampleorg1/*" for kind in ("account", "ou", "root")],
        },
    ]


@pytest.mark.parametrize("direct", [["111111111111"], ["111111111111", "222222222222"]])
@pytest.mark.parametrize("regions", [["ap-northeast-1", "us-east-1"], EVERY_REGION])
def test_each_is_below_what_aws_takes_whatever_the_regions(direct, regions, example):
    settings = settings_with(
        example,
        **ALL,
        members__direct=direct,
        regions__governed=regions,
        guardrails__deployment_roles=["AWSCloudFormationStackSetExecutionRole", "AWSControlTowerExecution"],
    )
    template = artifact_of(settings).template
    sizes = {
        policy["Properties"]["Name"]: size_of(policy["Properties"]["Content"], "aws-us-gov")
        for _, policy in resources(template, "AWS::Organizations::Policy")
    }
    assert len(sizes) == 4
    assert {name: size for name, size in sizes.items() if size >= LARGEST} == {}


def test_where_the_regions_are_too_many_to_be_named_the_archive_is_guarded_by_a_pattern(example):
    def excepted(regions):
        settings = settings_with(example, regions__governed=regions)
        (sentence,) = [
            found
            for found in guardrail_documents(settings, partition="aws")["archive"]["Statement"]
            if found["Sid"] == "DenyArchiveConfiguration"
        ]
        return sentence["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]

    form = "arn:aws:iam::111111111111:role/cdk-hnb659fds-cfn-exec-role-111111111111"
    assert excepted(EVERY_REGION[:2]) == [f"{form}-{region}" for region in EVERY_REGION[:2]]
    assert excepted(EVERY_REGION) == [f"{form}-*"]


def test_a_policy_over_the_limit_is_found_at_synthesis_and_named(example):
    roles = [f"{'a-long-name-of-a-role-' * 2}{number}" for number in range(8)]
    settings = settings_with(example, guardrails__members=["r-ex4m"], guardrails__deployment_roles=roles)
    (told,) = [message.entry.data for message in artifact_of(settings).messages if message.level.name == "ERROR"]
    assert re.match(r"evidence-members has \d{4} characters, and AWS takes 5120: ", told)
    assert [message.level for message in artifact_of(settings_with(example, **ALL)).messages] == []


def test_the_size_is_counted_as_aws_counts_it():
    document = {"Resource": {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::a"]]}, "Action": ["s3:*"]}
    assert size_of(document, "aws-cn") == len('{"Resource":"arn:aws-cn:s3:::a","Action":["s3:*"]}')
