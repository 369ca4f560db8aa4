"""Every policy of a cloud assembly: where it stands, what it guards and what it says, without intrinsics."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from stacks.settings import Settings
from tools.prove.intrinsics import Place, Resolver

MEMBER: Final = "123456789012"
"""Stands for any member account: member templates hold no account id, so what is shown for one holds for all."""
UNLEARNT_KEY_ID: Final = "mrk-00000000000000000000000000000000"
"""Stands for the id of the evidence key before the first deployment."""


class UnknownPolicyError(Exception):
    """A policy in a place that nobody has told how to read; leaving it out would prove too much."""


class PolicyKind(StrEnum):
    """What a policy guards, or whom it empowers."""

    BUCKET = "bucket"
    KEY = "key"
    BUS = "bus"
    TOPIC = "topic"
    QUEUE = "queue"
    LOGS = "logs"
    FUNCTION = "function"
    ENDPOINT = "endpoint"
    TRUST = "trust"
    PERMISSIONS = "permissions"

    @property
    def size_limit(self) -> int | None:
        """How many characters AWS accepts; None where this project has no such policy that could grow."""
        return _SIZE_LIMITS.get(self)


_SIZE_LIMITS: Final = {
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
    PolicyKind.BUCKET: 20_480,
    # https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html
    PolicyKind.KEY: 32_768,
    # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
    PolicyKind.BUS: 10_240,
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    PolicyKind.PERMISSIONS: 10_240,
    PolicyKind.TRUST: 2_048,
}


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One policy document.

    Args:
        kind: What it guards.
        place: Where its template is deployed.
        logical_id: The resource of the template that holds it.
        subject: What it guards or empowers: an ARN of a bucket, key, bus, … or of a role.
        document: The document, its intrinsics resolved.
    """

    kind: PolicyKind
    place: Place
    logical_id: str
    subject: str
    document: Mapping[str, Any]

    @property
    def owner(self) -> str:
        """The account of what it guards."""
        return self.place.account

    @property
    def statements(self) -> list[dict[str, Any]]:
        """Its statements."""
        listed = self.document["Statement"]
        return list(listed) if isinstance(listed, list) else [listed]

    @property
    def size(self) -> int:
        """Characters without white space, as AWS counts them."""
        return len(json.dumps(self.document, separators=(",", ":")))

    def __str__(self) -> str:
        return f"{self.kind} policy of {self.subject} ({self.place.template}/{self.logical_id})"


def load_policies(assembly: Path, settings: Settings) -> list[Policy]:
    """Every policy of an assembly on disk, once per Region in which its template is deployed.

    Raises:
        UnresolvedIntrinsicError: An intrinsic whose value is not known exactly.
        UnknownPolicyError: A policy document in a property that is not listed here, one that is missing or no JSON
            object, or a resource that gives rights without one.
    """
    templates = {
        path.name.removesuffix(".template.json"): json.loads(path.read_text("utf-8"))
        for path in sorted(assembly.glob("*.template.json"))
    }
    manifest = json.loads((assembly / "manifest.json").read_text("utf-8"))
    return policies_of(templates, manifest, settings)


def policies_of(
    templates: Mapping[str, Mapping[str, Any]], manifest: Mapping[str, Any], settings: Settings
) -> list[Policy]:
    """The same of templates that were read already."""
    return [
        policy
        for name, template in templates.items()
        for place in places_of(name, manifest, settings)
        for policy in template_policies(template, place, settings)
    ]


def places_of(template: str, manifest: Mapping[str, Any], settings: Settings) -> list[Place]:
    """Where a template is deployed: its own stack's account and Region, or any member in each of its Regions."""
    addresses = [
        artifact["environment"].removeprefix("aws://").split("/")
        for artifact in manifest["artifacts"].values()
        if artifact.get("properties", {}).get("templateFile") == f"{template}.template.json"
    ]
    accounts = {account for account, _ in addresses}
    shared = template.startswith("Member")
    regions = sorted({region for _, region in addresses}) or [settings.regions.home]
    return [
        Place(
            template=template,
            account=MEMBER if shared else accounts.pop(),
            region=region,
            parameters={"ArchiveKeyId": settings.archive.key_id or UNLEARNT_KEY_ID},
        )
        for region in regions
    ]


def template_policies(template: Mapping[str, Any], place: Place, settings: Settings) -> Iterator[Policy]:
    """The policies of one template at one place; a bucket without one has an empty one."""
    resolver = Resolver(template, place, key_id=settings.archive.key_id or UNLEARNT_KEY_ID)
    for logical_id, resource in template["Resources"].items():
        of_type = resource["Type"]
        readable = _DOCUMENTS.get(of_type, {})
        _refuse_what_is_not_read(resource, template["Resources"], f"{place.template}/{logical_id}")
        found = list(_documents(_spelt_out(resource, resolver)))
        unread = set(readable) - _OPTIONAL - {path[0] for path, _ in found}
        if unread:
            raise UnknownPolicyError(f"{place.template}/{logical_id}: no document in {of_type}.{', '.join(unread)}")
        for path, document in found:
            name = path[0]
            if name not in readable:
                raise UnknownPolicyError(f"{place.template}/{logical_id}: a policy in {of_type}.{'.'.join(path)}")
            kind, subject = readable[name]
            if document.get("Version") != _VERSION:
                raise UnknownPolicyError(
                    f"{place.template}/{logical_id}: a policy of version {document.get('Version')}"
                )
            for arn in _subjects(template, resolver, place, logical_id, resource, subject):
                yield Policy(
                    kind=kind,
                    place=place,
                    logical_id=logical_id,
                    subject=arn,
                    document=resolver.resolve(document),
                )
        if of_type == "AWS::S3::Bucket" and not _is_guarded(template, resolver, logical_id):
            yield Policy(
                kind=PolicyKind.BUCKET,
                place=place,
                logical_id=logical_id,
                subject=resolver.resolve({"Fn::GetAtt": [logical_id, "Arn"]}),
                document={"Version": _VERSION, "Statement": []},
            )
        if of_type not in _DOCUMENTS and of_type.endswith(("Policy", "Permission")):
            raise UnknownPolicyError(f"{place.template}/{logical_id}: a policy of the unknown type {of_type}")


def _spelt_out(resource: Mapping[str, Any], resolver: Resolver) -> Mapping[str, Any]:
    """The properties of a resource, where its policy stands as text or in properties of its own as a document.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-permission.html
    """
    properties: Mapping[str, Any] = resource.get("Properties", {})
    if resource["Type"] == "AWS::Logs::ResourcePolicy":
        return {**properties, "PolicyDocument": _parsed(resolver.resolve(properties["PolicyDocument"]))}
    if resource["Type"] == "AWS::Lambda::Permission" and set(properties) == _PERMISSION:
        principal, function = properties["Principal"], properties["FunctionName"]
        statement = {
            "Sid": "Permission",
            "Effect": "Allow",
            "Principal": {"Service": principal} if ".amazonaws.com" in principal else {"AWS": principal},
            "Action": properties["Action"],
            "Resource": _function_arn(resolver.resolve(function), resolver),
            "Condition": {"ArnLike": {"aws:SourceArn": properties["SourceArn"]}},
        }
        return {"FunctionName": function, "Statement": [statement]}
    return properties


def _parsed(text: str) -> Any:
    """The document that a text holds; the text itself where it holds none, which then is missed."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def _function_arn(function: str, resolver: Resolver) -> str:
    place = [resolver.resolve({"Ref": f"AWS::{part}"}) for part in ("Partition", "Region", "AccountId")]
    return "arn:{}:lambda:{}:{}:function:{}".format(*place, function)


_PERMISSION: Final = frozenset({"Action", "FunctionName", "Principal", "SourceArn"})
"""The properties of a permission that is read; another condition would have to be told."""

_SELF: Final = ""
"""The resource that holds the document is itself what it guards."""

_DOCUMENTS: Final[Mapping[str, Mapping[str, tuple[PolicyKind, str]]]] = {
    "AWS::EC2::VPCEndpoint": {"PolicyDocument": (PolicyKind.ENDPOINT, _SELF)},
    "AWS::IAM::ManagedPolicy": {"PolicyDocument": (PolicyKind.PERMISSIONS, "ManagedPolicyName")},
    "AWS::IAM::Policy": {"PolicyDocument": (PolicyKind.PERMISSIONS, "Roles")},
    "AWS::IAM::Role": {
        "AssumeRolePolicyDocument": (PolicyKind.TRUST, _SELF),
        "Policies": (PolicyKind.PERMISSIONS, _SELF),
    },
    "AWS::KMS::Key": {"KeyPolicy": (PolicyKind.KEY, _SELF)},
    "AWS::KMS::ReplicaKey": {"KeyPolicy": (PolicyKind.KEY, _SELF)},
    "AWS::Lambda::Permission": {"Statement": (PolicyKind.FUNCTION, "FunctionName")},
    "AWS::Logs::ResourcePolicy": {"PolicyDocument": (PolicyKind.LOGS, "PolicyName")},
    "AWS::S3::BucketPolicy": {"PolicyDocument": (PolicyKind.BUCKET, "Bucket")},
    "AWS::SNS::TopicPolicy": {"PolicyDocument": (PolicyKind.TOPIC, "Topics")},
    "AWS::SQS::QueuePolicy": {"PolicyDocument": (PolicyKind.QUEUE, "Queues")},
    "AWS::Events::EventBusPolicy": {"Statement": (PolicyKind.BUS, "EventBusName")},
}
"""Which property of which type holds a document, and which property names what it guards."""


_VERSION: Final = "2012-10-17"
"""In older versions ``${…}`` is no variable.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"""

_OPTIONAL: Final = frozenset({"Policies"})
"""What a resource may lack without a default that AWS would put in its place."""

_ELSEWHERE: Final = frozenset(
    {
        "AWS::CloudFormation::Stack", "AWS::IAM::Group", "AWS::IAM::User", "AWS::RAM::ResourceShare",
        "AWS::S3::AccessPoint",
    }
)  # fmt: skip
"""Types that give rights by something that stands elsewhere."""

_MANAGED: Final = (":iam::aws:policy/AmazonSSMManagedEC2InstanceDefaultPolicy",)
"""AWS's own policies that roles have: those that docs/security.md tells of."""


def _refuse_what_is_not_read(resource: Mapping[str, Any], others: Mapping[str, Any], where: str) -> None:
    """What would change a right without a document that is read here."""
    of_type, properties = resource["Type"], resource.get("Properties", {})
    if of_type in _ELSEWHERE:
        raise UnknownPolicyError(f"{where}: {of_type}")
    if of_type in _DOCUMENTS and "Condition" in resource:
        raise UnknownPolicyError(f"{where}: a policy that is not always deployed")
    if of_type.startswith("AWS::IAM::"):
        for arn in properties.get("ManagedPolicyArns", []):
            written = json.dumps(arn).rstrip('"]} ')
            read = (
                isinstance(arn, dict) and others.get(str(arn.get("Ref")), {}).get("Type") == "AWS::IAM::ManagedPolicy"
            )
            if not read and not written.endswith(_MANAGED):
                raise UnknownPolicyError(f"{where}: the managed policy {written}")
        attached = {"Groups", "Users"} & set(properties)
        if attached:
            raise UnknownPolicyError(f"{where}: {', '.join(attached)} of a policy")


def _is_guarded(template: Mapping[str, Any], resolver: Resolver, bucket: str) -> bool:
    """Some policy of the template is that of the bucket."""
    return resolver.resolve({"Ref": bucket}) in [
        resolver.resolve(resource["Properties"]["Bucket"])
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::S3::BucketPolicy"
    ]


def _subjects(
    template: Mapping[str, Any],
    resolver: Resolver,
    place: Place,
    logical_id: str,
    resource: Mapping[str, Any],
    subject: str,
) -> list[str]:
    if subject == _SELF:
        return [resolver.resolve({"Fn::GetAtt": [logical_id, "Arn"]})]
    value = resource["Properties"][subject]
    names = [resolver.resolve(item) for item in (value if isinstance(value, list) else [value])]
    prefix = {
        "AWS::S3::BucketPolicy": f"arn:{place.partition}:s3:::",
        "AWS::IAM::ManagedPolicy": f"arn:{place.partition}:iam::{place.account}:policy/",
        "AWS::IAM::Policy": f"arn:{place.partition}:iam::{place.account}:role/",
        "AWS::Lambda::Permission": f"arn:{place.partition}:lambda:{place.region}:{place.account}:function:",
        "AWS::Logs::ResourcePolicy": f"arn:{place.partition}:logs:{place.region}:{place.account}:resource-policy:",
        "AWS::Events::EventBusPolicy": f"arn:{place.partition}:events:{place.region}:{place.account}:event-bus/",
    }.get(resource["Type"], "")
    if resource["Type"] == "AWS::SQS::QueuePolicy":  # which names queues by their URLs
        prefix = f"arn:{place.partition}:sqs:{place.region}:{place.account}:"
        names = [name.rsplit("/", 1)[-1] for name in names]
    return [name if name.startswith("arn:") else f"{prefix}{name}" for name in names]


def _documents(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every policy document in a property tree, with its path; a bare statement counts as one."""
    if isinstance(value, dict):
        if "Statement" in value and isinstance(value["Statement"], list | dict):
            if path or "Version" in value:
                yield path or ("Statement",), value
            else:
                yield ("Statement",), {"Version": "2012-10-17", "Statement": value["Statement"]}
            return
        for key, item in value.items():
            yield from _documents(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _documents(item, (*path, str(index)))
