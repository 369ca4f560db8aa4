"""Every policy of a template is read exactly, or its place is named."""

from __future__ import annotations

import copy
import json

import pytest

from tools.prove.__main__ import main
from tools.prove.intrinsics import OWN_KEY_ID, Place, Resolver, UnresolvedIntrinsicError
from tools.prove.policies import MEMBER, PolicyKind, load_policies, template_policies
from tools.prove.unread import UnknownPolicyError

PLACE = Place(template="Example", account="111111111111", region="eu-west-1")
CHINA = Place(template="Example", account="111111111111", region="cn-north-1")
STATEMENT = {"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}
DOCUMENT = {"Version": "2012-10-17", "Statement": [STATEMENT]}


def resolved(value, *, place=PLACE, **template):
    return Resolver({"Resources": {}, **template}, place, key_id="mrk-1").resolve(value)


def policies_in(of_type, properties, settings):
    template = {"Resources": {"Thing": {"Type": of_type, "Properties": properties}}}
    return list(template_policies(template, PLACE, settings))


@pytest.mark.parametrize(
    ("place", "text"),
    [(PLACE, "arn:aws:s3:::eu-west-1.amazonaws.com"), (CHINA, "arn:aws-cn:s3:::cn-north-1.amazonaws.com.cn")],
)
def test_pseudo_parameters_follow_from_the_place(place, text):
    parts = ["arn:", {"Ref": "AWS::Partition"}, ":s3:::", {"Ref": "AWS::Region"}, ".", {"Ref": "AWS::URLSuffix"}]
    assert resolved({"Fn::Join": ["", parts]}, place=place) == text


def test_references_to_resources_give_what_cloudformation_gives():
    template = {
        "B": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "b"}},
        "K": {"Type": "AWS::KMS::Key", "Properties": {"MultiRegion": True}},
        "L": {"Type": "AWS::KMS::Key", "Properties": {}},
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}},
        "R": {"Type": "AWS::Events::Rule", "Properties": {"Name": "r"}},
        "T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}},
    }
    here = "eu-west-1:111111111111"
    assert resolved({"Ref": "B"}, Resources=template) == "b"
    assert resolved({"Fn::GetAtt": ["B", "Arn"]}, Resources=template) == "arn:aws:s3:::b"
    assert resolved({"Ref": "K"}, Resources=template) == "mrk-1"
    assert resolved({"Fn::GetAtt": "K.Arn"}, Resources=template) == f"arn:aws:kms:{here}:key/mrk-1"
    assert resolved({"Ref": "L"}, Resources=template) == OWN_KEY_ID
    assert resolved({"Ref": "Q"}, Resources=template) == "https://sqs.eu-west-1.amazonaws.com/111111111111/q"
    assert resolved({"Fn::GetAtt": ["Q", "Arn"]}, Resources=template) == f"arn:aws:sqs:{here}:q"
    assert resolved({"Fn::GetAtt": ["R", "Arn"]}, Resources=template) == f"arn:aws:events:{here}:rule/r"
    assert resolved({"Ref": "T"}, Resources=template) == f"arn:aws:sns:{here}:t"


@pytest.mark.parametrize(
    "value",
    [
        {"Fn::ImportValue": "x"},
        {"Fn::Sub": "${AWS::Region}"},
        {"Fn::If": ["C", "a", "b"]},
        {"Ref": "Missing"},
        {"Ref": "AWS::StackId"},
        {"Ref": "P"},
        {"Ref": "B"},
        {"Fn::GetAtt": ["B", "DomainName"]},
        {"Fn::GetAtt": ["R", "Arn"]},
        {"Ref": "P", "Fn::Sub": "x"},
        {"Fn::Join": ["", [["a"]]]},
    ],
    ids=str,
)
def test_an_intrinsic_that_is_not_known_exactly_is_an_error(value):
    unnamed = {
        "B": {"Type": "AWS::S3::Bucket", "Properties": {}},
        "R": {"Type": "AWS::Events::Rule", "Properties": {"Name": "r", "EventBusName": "b"}},
    }
    with pytest.raises(UnresolvedIntrinsicError, match=r"^Example: "):
        resolved(value, Resources=unnamed, Parameters={"P": {"Type": "String"}})


@pytest.mark.parametrize(
    ("of_type", "properties"),
    [
        ("AWS::SecretsManager::ResourcePolicy", {"ResourcePolicy": DOCUMENT}),
        ("AWS::Lambda::Permission", {"Action": "lambda:InvokeFunction", "Principal": "*"}),
        (
            "AWS::Lambda::Permission",
            {
                "Action": "lambda:InvokeFunctionUrl",
                "Principal": "*",
                "FunctionName": "f",
                "FunctionUrlAuthType": "NONE",
            },
        ),
        ("AWS::Lambda::LayerVersionPermission", {"Action": "lambda:GetLayerVersion", "Principal": "*"}),
        ("AWS::Events::EventBusPolicy", {"EventBusName": "b", "Principal": "*", "Action": "events:PutEvents"}),
        ("AWS::Events::EventBusPolicy", {"Statement": STATEMENT}),
        ("AWS::SQS::QueuePolicy", {"Queues": ["https://sqs.eu-west-1.amazonaws.com/2/q"], "PolicyDocument": DOCUMENT}),
        ("AWS::ECR::Repository", {"RepositoryPolicyText": DOCUMENT}),
        ("AWS::S3::BucketPolicy", {"Bucket": "b", "Elsewhere": {"Deep": [DOCUMENT]}}),
    ],
)
def test_a_policy_in_an_unknown_place_is_named(settings, of_type, properties):
    with pytest.raises(UnknownPolicyError, match=r"Example/Thing: .*AWS::"):
        policies_in(of_type, properties, settings)


@pytest.mark.parametrize(
    ("of_type", "properties", "more"),
    [
        ("AWS::KMS::Key", {}, {}),
        ("AWS::KMS::Key", {"KeyPolicy": json.dumps(DOCUMENT)}, {}),
        ("AWS::Logs::ResourcePolicy", {"PolicyName": "p", "PolicyDocument": "no JSON"}, {}),
        ("AWS::Logs::ResourcePolicy", {"PolicyName": "p", "PolicyDocument": json.dumps([DOCUMENT])}, {}),
        ("AWS::Logs::ResourcePolicy", {"PolicyName": "p", "PolicyDocument": DOCUMENT}, {}),
        ("AWS::S3::BucketPolicy", {"Bucket": "b", "PolicyDocument": DOCUMENT}, {"Condition": "Sometimes"}),
        ("AWS::IAM::User", {"ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"]}, {}),
        (
            "AWS::IAM::Role",
            {
                "RoleName": "r",
                "AssumeRolePolicyDocument": DOCUMENT,
                "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AdministratorAccess"],
            },
            {},
        ),
        ("AWS::IAM::ManagedPolicy", {"ManagedPolicyName": "p", "PolicyDocument": DOCUMENT, "Users": ["u"]}, {}),
        ("AWS::CloudFormation::Stack", {"TemplateURL": "https://example.com/t.json"}, {}),
        ("AWS::S3::AccessPoint", {"Bucket": "b"}, {}),
    ],
    ids=str,
)
def test_rights_that_no_document_here_tells_of_are_an_error(settings, of_type, properties, more):
    template = {"Resources": {"Thing": {"Type": of_type, "Properties": properties, **more}}}
    with pytest.raises(UnknownPolicyError, match=r"Example/Thing: "):
        list(template_policies(template, PLACE, settings))


def test_a_managed_policy_and_a_topic_policy_know_what_they_are_about(settings):
    (host,) = policies_in("AWS::IAM::ManagedPolicy", {"ManagedPolicyName": "p", "PolicyDocument": DOCUMENT}, settings)
    assert (host.kind, host.subject) == (PolicyKind.PERMISSIONS, "arn:aws:iam::111111111111:policy/p")
    topic = {"Topics": ["arn:aws:sns:eu-west-1:111111111111:t"], "PolicyDocument": DOCUMENT}
    (policy,) = policies_in("AWS::SNS::TopicPolicy", topic, settings)
    assert (policy.kind, policy.subject) == (PolicyKind.TOPIC, "arn:aws:sns:eu-west-1:111111111111:t")


def test_a_document_that_is_text_is_read_with_its_intrinsics(settings):
    before, after = json.dumps(DOCUMENT).split('"*"', 1)
    text = {"Fn::Join": ["", [before, '"arn:', {"Ref": "AWS::Partition"}, ':logs:*:*:*"', after]]}
    (policy,) = policies_in("AWS::Logs::ResourcePolicy", {"PolicyName": "p", "PolicyDocument": text}, settings)
    assert policy.statements == [{**STATEMENT, "Action": "arn:aws:logs:*:*:*"}]
    assert (policy.kind, policy.subject) == (PolicyKind.LOGS, "arn:aws:logs:eu-west-1:111111111111:resource-policy:p")


@pytest.mark.parametrize(
    ("principal", "named"),
    [
        ("events.amazonaws.com", {"Service": "events.amazonaws.com"}),
        ("111111111111", {"AWS": "111111111111"}),
        ("arn:aws:iam::111111111111:role/r", {"AWS": "arn:aws:iam::111111111111:role/r"}),
        ("*", "*"),
    ],
)
def test_a_permission_on_a_function_becomes_the_statement_that_lambda_makes_of_it(settings, principal, named):
    properties = {
        "Action": "lambda:InvokeFunction",
        "FunctionName": "f",
        "Principal": principal,
        "SourceAccount": {"Ref": "AWS::AccountId"},
        "SourceArn": "arn:aws:events:eu-west-1:111111111111:rule/r",
    }
    (policy,) = policies_in("AWS::Lambda::Permission", properties, settings)
    function = "arn:aws:lambda:eu-west-1:111111111111:function:f"
    assert (policy.kind, policy.subject) == (PolicyKind.FUNCTION, function)
    assert policy.statements == [
        {
            "Sid": "Permission",
            "Effect": "Allow",
            "Principal": named,
            "Action": "lambda:InvokeFunction",
            "Resource": function,
            "Condition": {
                "ArnLike": {"aws:SourceArn": "arn:aws:events:eu-west-1:111111111111:rule/r"},
                "StringEquals": {"aws:SourceAccount": "111111111111"},
            },
        }
    ]


@pytest.mark.parametrize(
    ("of_type", "name", "kind"),
    [
        ("AWS::S3::Bucket", "BucketName", PolicyKind.BUCKET),
        ("AWS::SNS::Topic", "TopicName", PolicyKind.TOPIC),
        ("AWS::SQS::Queue", "QueueName", PolicyKind.QUEUE),
    ],
)
def test_what_an_account_opens_by_itself_counts_without_a_policy_too(settings, of_type, name, kind):
    (policy,) = policies_in(of_type, {name: "n"}, settings)
    assert (policy.kind, policy.statements) == (kind, [])
    assert policy.subject.endswith(":n")


def test_a_statement_of_a_bus_is_a_policy_of_the_bus(settings):
    properties = {"EventBusName": "b", "StatementId": "A", "Statement": STATEMENT}
    (policy,) = policies_in("AWS::Events::EventBusPolicy", properties, settings)
    assert (policy.kind, policy.subject) == (PolicyKind.BUS, "arn:aws:events:eu-west-1:111111111111:event-bus/b")
    assert policy.statements == [STATEMENT]


def test_every_policy_of_every_variant_stays_below_its_size_limit(any_assembly, settings):
    policies = load_policies(any_assembly.directory, settings)
    sizes = {str(policy): (policy.size, policy.kind.size_limit) for policy in policies}
    assert [name for name, (size, limit) in sizes.items() if limit is not None and size >= limit] == []
    assert {policy.owner for policy in policies} >= {MEMBER, settings.archive.account}


def copied(assembly, directory, change):
    """The home archive of the example on disk, the rest left away, one of its policies changed."""
    name = "LogArchive-ap-northeast-1"
    template = copy.deepcopy(assembly.templates[name])
    change(next(item for item in template["Resources"].values() if item["Type"] == "AWS::S3::BucketPolicy"))
    (directory / f"{name}.template.json").write_text(json.dumps(template))
    (directory / "manifest.json").write_text(json.dumps(assembly.manifest))
    return str(directory)


@pytest.mark.parametrize(
    ("change", "code", "said"),
    [
        (lambda policy: None, 0, "0 refuted"),
        (
            lambda policy: policy["Properties"]["PolicyDocument"]["Statement"][-1].pop("Condition"),
            1,
            "NOT PROVED: a sentence allows no more than AWS's pages ask for",
        ),
        (
            lambda policy: policy["Properties"]["PolicyDocument"]["Statement"][0].update(Sid="Long" * 6000),
            1,
            "TOO LONG: the bucket policy of arn:aws:s3:::evidence-access-logs-",
        ),
        (
            lambda policy: policy["Properties"]["PolicyDocument"]["Statement"][0].update(NotPrincipal="x"),
            2,
            "cannot be proved: DenyInsecureTransport: NotPrincipal",
        ),
        (lambda policy: policy.update(Type="AWS::S3::AccessPointPolicy"), 2, "AWS::S3::AccessPointPolicy"),
    ],
)
@pytest.mark.xdist_group("proof of variants")
def test_the_command_says_what_is_wrong(assembly, tmp_path, monkeypatch, capsys, change, code, said):
    monkeypatch.setattr("sys.argv", ["prove", copied(assembly, tmp_path, change)])
    assert main() == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err
