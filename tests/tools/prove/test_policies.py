"""Every policy of a template is read exactly, or its place is named."""

from __future__ import annotations

import json

import pytest

from tools.prove.__main__ import main
from tools.prove.intrinsics import OWN_KEY_ID, Place, Resolver, UnresolvedIntrinsicError
from tools.prove.policies import MEMBER, PolicyKind, UnknownPolicyError, load_policies, template_policies

PLACE = Place(template="Example", account="111111111111", region="eu-west-1")
CHINA = Place(template="Example", account="111111111111", region="cn-north-1")
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Allow", "Action": "*", "Resource": "*"}]}


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
        "T": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "t"}},
        "Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "q"}},
        "R": {"Type": "AWS::Events::Rule", "Properties": {"Name": "r"}},
    }
    assert resolved({"Ref": "B"}, Resources=template) == "b"
    assert resolved({"Fn::GetAtt": ["B", "Arn"]}, Resources=template) == "arn:aws:s3:::b"
    assert resolved({"Ref": "K"}, Resources=template) == "mrk-1"
    assert resolved({"Fn::GetAtt": "K.Arn"}, Resources=template) == "arn:aws:kms:eu-west-1:111111111111:key/mrk-1"
    assert resolved({"Ref": "L"}, Resources=template) == OWN_KEY_ID
    assert resolved({"Ref": "T"}, Resources=template) == "arn:aws:sns:eu-west-1:111111111111:t"
    assert resolved({"Fn::GetAtt": ["Q", "Arn"]}, Resources=template) == "arn:aws:sqs:eu-west-1:111111111111:q"
    assert resolved({"Ref": "Q"}, Resources=template) == "https://sqs.eu-west-1.amazonaws.com/111111111111/q"
    assert resolved({"Fn::GetAtt": ["R", "Arn"]}, Resources=template) == "arn:aws:events:eu-west-1:111111111111:rule/r"


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
        {"Ref": "OfAnotherBus"},
        {"Fn::GetAtt": ["B", "DomainName"]},
        {"Ref": "P", "Fn::Sub": "x"},
        {"Fn::Join": ["", [["a"]]]},
    ],
    ids=str,
)
def test_an_intrinsic_that_is_not_known_exactly_is_an_error(value):
    unnamed = {
        "B": {"Type": "AWS::S3::Bucket", "Properties": {}},
        "OfAnotherBus": {"Type": "AWS::Events::Rule", "Properties": {"Name": "r", "EventBusName": "b"}},
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
            {"Action": "a", "FunctionName": "f", "Principal": "*", "SourceArn": "x", "PrincipalOrgID": "o"},
        ),
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
        ("AWS::Logs::ResourcePolicy", {"PolicyName": "p", "PolicyDocument": "no document"}, {}),
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


def test_a_policy_that_is_no_document_of_its_own_is_read_as_one(settings):
    text = {"PolicyName": "p", "PolicyDocument": json.dumps(DOCUMENT)}
    (logs,) = policies_in("AWS::Logs::ResourcePolicy", text, settings)
    assert (logs.kind, logs.subject) == (
        PolicyKind.LOGS,
        "arn:aws:logs:eu-west-1:111111111111:resource-policy:p",
    )
    assert logs.document == DOCUMENT
    queues = {"Queues": ["https://sqs.eu-west-1.amazonaws.com/111111111111/q"], "PolicyDocument": DOCUMENT}
    (queue,) = policies_in("AWS::SQS::QueuePolicy", queues, settings)
    assert (queue.kind, queue.subject) == (PolicyKind.QUEUE, "arn:aws:sqs:eu-west-1:111111111111:q")
    permission = {"Action": "lambda:InvokeFunction", "FunctionName": "f", "Principal": "events.amazonaws.com"}
    (function,) = policies_in("AWS::Lambda::Permission", {**permission, "SourceArn": "arn:r"}, settings)
    assert (function.kind, function.subject) == (
        PolicyKind.FUNCTION,
        "arn:aws:lambda:eu-west-1:111111111111:function:f",
    )
    assert function.statements == [
        {
            "Sid": "Permission",
            "Effect": "Allow",
            "Principal": {"Service": "events.amazonaws.com"},
            "Action": "lambda:InvokeFunction",
            "Resource": function.subject,
            "Condition": {"ArnLike": {"aws:SourceArn": "arn:r"}},
        }
    ]


def test_every_policy_of_every_variant_stays_below_its_size_limit(any_assembly, settings):
    policies = load_policies(any_assembly.directory, settings)
    sizes = {str(policy): (policy.size, policy.kind.size_limit) for policy in policies}
    assert [name for name, (size, limit) in sizes.items() if limit is not None and size >= limit] == []
    assert {policy.owner for policy in policies} >= {MEMBER, settings.archive.account}


def copied(assembly, directory, change):
    """The example on disk, one policy of its home archive changed."""
    for name, template in assembly.templates.items():
        (directory / f"{name}.template.json").write_text(json.dumps(template))
    (directory / "manifest.json").write_text(json.dumps(assembly.manifest))
    file = directory / "LogArchive-ap-northeast-1.template.json"
    template = json.loads(file.read_text())
    change(next(item for item in template["Resources"].values() if item["Type"] == "AWS::S3::BucketPolicy"))
    file.write_text(json.dumps(template))
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
