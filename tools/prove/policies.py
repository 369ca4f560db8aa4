"""Every policy of a cloud assembly: where it stands, what it guards and what it says, without intrinsics."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from stacks.settings import Settings
from tools.prove.intrinsics import Place, Resolver, queue_url
from tools.prove.lambda_permission import document_of, function_of
from tools.prove.unread import UnknownPolicyError, refuse_what_is_not_read

MEMBER: Final = "123456789012"
"""Stands for any member account: member templates hold no account id, so what is shown for one holds for all."""
UNLEARNT_KEY_ID: Final = "mrk-00000000000000000000000000000000"
"""Stands for the id of the evidence key before the first deployment."""


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
    SERVICE_CONTROL = "service control"
    RESOURCE_CONTROL = "resource control"
    ORGANIZATION = "organization"

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
    # https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html
    PolicyKind.LOGS: 5_120,
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
    PolicyKind.PERMISSIONS: 10_240,
    PolicyKind.TRUST: 2_048,
    # https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
    PolicyKind.SERVICE_CONTROL: 5_120,
    PolicyKind.RESOURCE_CONTROL: 5_120,
    PolicyKind.ORGANIZATION: 40_000,
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


NOT_PROVED = ("DeployRole", "Pipeline")
"""The stacks of who deploys, where no evidence lies. A role that an identity provider's tokens take is not modelled;
the policies of a CodePipeline are written by CDK Pipelines. tests/stacks/test_pipelines.py says what both may do."""


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
        if not path.name.startswith(NOT_PROVED)
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
    """The policies of one template at one place; what has none, and its account opens, has an empty one."""
    resolver = Resolver(template, place, key_id=settings.archive.key_id or UNLEARNT_KEY_ID)
    for logical_id, resource in template["Resources"].items():
        of_type, where = resource["Type"], f"{place.template}/{logical_id}"
        readable = _DOCUMENTS.get(of_type, {})
        is_permission = of_type == "AWS::Lambda::Permission"
        refuse_what_is_not_read(resource, template["Resources"], where, read=bool(readable) or is_permission)
        if is_permission:
            yield _permission(resolver, place, logical_id, resource)
            continue
        found = list(_documents(_with_texts_read(resolver, of_type, resource.get("Properties", {}), where)))
        unread = set(readable) - _OPTIONAL - {path[0] for path, _ in found}
        if unread:
            raise UnknownPolicyError(f"{where}: no document in {of_type}.{', '.join(unread)}")
        for path, document in found:
            name = path[0]
            if name not in readable:
                raise UnknownPolicyError(f"{where}: a policy in {of_type}.{'.'.join(path)}")
            kind, subject = readable[name]
            kind = _kind_of(resource, kind)
            if document.get("Version") != _VERSION:
                raise UnknownPolicyError(f"{where}: a policy of version {document.get('Version')}")
            for arn in _subjects(resolver, place, logical_id, resource, subject):
                yield Policy(
                    kind=kind,
                    place=place,
                    logical_id=logical_id,
                    subject=arn,
                    document=resolver.resolve(document),
                )
        yield from _empty(template, resolver, place, logical_id)
        if of_type not in _DOCUMENTS and of_type.endswith(("Policy", "Permission")):
            raise UnknownPolicyError(f"{where}: a policy of the unknown type {of_type}")


def _permission(resolver: Resolver, place: Place, logical_id: str, resource: Mapping[str, Any]) -> Policy:
    properties = resolver.resolve(resource["Properties"])
    document = document_of(properties, place, where=f"{place.template}/{logical_id}")
    return Policy(
        kind=PolicyKind.FUNCTION,
        place=place,
        logical_id=logical_id,
        subject=function_of(properties, place),
        document=document,
    )


def _with_texts_read(resolver: Resolver, of_type: str, properties: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """The properties, a document that is written as text read as JSON."""
    name = _TEXTS.get(of_type)
    if name is None or name not in properties:
        return properties
    text = resolver.resolve(properties[name])
    try:
        document = json.loads(text) if isinstance(text, str) else None
    except json.JSONDecodeError:
        document = None
    if not isinstance(document, dict):
        raise UnknownPolicyError(f"{where}: no JSON object in {of_type}.{name}")
    return {**properties, name: document}


def _empty(template: Mapping[str, Any], resolver: Resolver, place: Place, logical_id: str) -> Iterator[Policy]:
    """The policy of what its account's own IAM policies open, where the template has none for it."""
    guard = _GUARDS.get(template["Resources"][logical_id]["Type"])
    if guard is None:
        return
    policy_type, name = guard
    kind = next(kind for kind, subject in _DOCUMENTS[policy_type].values() if subject == name)
    arn = resolver.resolve({"Fn::GetAtt": [logical_id, "Arn"]})
    guarded = [
        subject
        for other, resource in template["Resources"].items()
        if resource["Type"] == policy_type
        for subject in _subjects(resolver, place, other, resource, name)
    ]
    if arn not in guarded:
        document = {"Version": _VERSION, "Statement": []}
        yield Policy(kind=kind, place=place, logical_id=logical_id, subject=arn, document=document)


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
    "AWS::Logs::ResourcePolicy": {"PolicyDocument": (PolicyKind.LOGS, "PolicyName")},
    "AWS::Organizations::Policy": {"Content": (PolicyKind.SERVICE_CONTROL, "Name")},
    "AWS::Organizations::ResourcePolicy": {"Content": (PolicyKind.ORGANIZATION, _SELF)},
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

_TEXTS: Final = {"AWS::Logs::ResourcePolicy": "PolicyDocument"}
"""Documents that are text.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-logs-resourcepolicy.html"""

_GUARDS: Final = {
    "AWS::S3::Bucket": ("AWS::S3::BucketPolicy", "Bucket"),
    "AWS::SNS::Topic": ("AWS::SNS::TopicPolicy", "Topics"),
    "AWS::SQS::Queue": ("AWS::SQS::QueuePolicy", "Queues"),
}
"""What its account's own IAM policies open though it has no policy, and the type and property of the one it should
have."""


_CONTROLS: Final = {
    "SERVICE_CONTROL_POLICY": PolicyKind.SERVICE_CONTROL,
    "RESOURCE_CONTROL_POLICY": PolicyKind.RESOURCE_CONTROL,
}


def _kind_of(resource: Mapping[str, Any], kind: PolicyKind) -> PolicyKind:
    """The kind of a document, which a policy of Organizations names itself."""
    if resource["Type"] != "AWS::Organizations::Policy":
        return kind
    of_type = resource["Properties"].get("Type")
    if of_type not in _CONTROLS:
        raise UnknownPolicyError(f"an organization's policy of the type {of_type}")
    return _CONTROLS[of_type]


def _subjects(
    resolver: Resolver, place: Place, logical_id: str, resource: Mapping[str, Any], subject: str
) -> list[str]:
    of_type = resource["Type"]
    if of_type == "AWS::Organizations::ResourcePolicy":
        return [f"arn:{place.partition}:organizations::{place.account}:organization"]
    if subject == _SELF:
        return [resolver.resolve({"Fn::GetAtt": [logical_id, "Arn"]})]
    if subject not in resource["Properties"]:
        raise UnknownPolicyError(f"{place.template}/{logical_id}: no {subject} in {of_type}")
    value = resource["Properties"][subject]
    names = [resolver.resolve(item) for item in (value if isinstance(value, list) else [value])]
    here = f"{place.region}:{place.account}"
    prefix = {
        "AWS::S3::BucketPolicy": f"arn:{place.partition}:s3:::",
        "AWS::IAM::ManagedPolicy": f"arn:{place.partition}:iam::{place.account}:policy/",
        "AWS::IAM::Policy": f"arn:{place.partition}:iam::{place.account}:role/",
        "AWS::Logs::ResourcePolicy": f"arn:{place.partition}:logs:{here}:resource-policy:",
        "AWS::Events::EventBusPolicy": f"arn:{place.partition}:events:{here}:event-bus/",
        "AWS::Organizations::Policy": f"arn:{place.partition}:organizations::{place.account}:policy/",
        "AWS::SQS::QueuePolicy": f"arn:{place.partition}:sqs:{here}:",
    }.get(of_type, "")
    plain = [name.removeprefix(queue_url("", place)) for name in names]
    elsewhere = [name for name in plain if "/" in name and not name.startswith("arn:")]
    if elsewhere:
        raise UnknownPolicyError(f"{place.template}/{logical_id}: {of_type} of {', '.join(elsewhere)}")
    return [name if name.startswith("arn:") else f"{prefix}{name}" for name in plain]


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
