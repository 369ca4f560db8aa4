"""Resolves the intrinsic functions of a template exactly, or says which one it cannot.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Resource = Mapping[str, Any]


class UnresolvedIntrinsicError(Exception):
    """An intrinsic whose value does not follow from the template and its place; a guess would prove nothing."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a template is deployed.

    Args:
        template: The name of the template, for messages.
        account: Twelve digits.
        region: For instance ``eu-west-1``.
        parameters: Values of the template's parameters; they win over its defaults.
    """

    template: str
    account: str
    region: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def partition(self) -> str:
        """``aws``, ``aws-cn`` or ``aws-us-gov``."""
        return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(self.region.rsplit("-", 2)[0], "aws")

    @property
    def dns_suffix(self) -> str:
        """``amazonaws.com``, or ``amazonaws.com.cn`` in China."""
        return "amazonaws.com.cn" if self.partition == "aws-cn" else "amazonaws.com"

    def pseudo_parameter(self, name: str) -> str | None:
        """The value of ``AWS::AccountId`` and its like; None where the place does not say it."""
        return {
            "AWS::AccountId": self.account,
            "AWS::Partition": self.partition,
            "AWS::Region": self.region,
            "AWS::URLSuffix": self.dns_suffix,
        }.get(name)


class Resolver:
    """Resolves values of one template at one place.

    Args:
        template: The template as JSON.
        place: Where it is deployed.
        key_id: What ``Ref`` of a multi-Region KMS key, or of a replica, gives: an id that only a deployment teaches.
    """

    def __init__(self, template: Mapping[str, Any], place: Place, *, key_id: str) -> None:
        self._template = template
        self._place = place
        self._key_id = key_id

    def resolve(self, value: Any) -> Any:
        """The value with every intrinsic replaced.

        Raises:
            UnresolvedIntrinsicError: An intrinsic that is not known exactly.
        """
        if isinstance(value, list):
            return [self.resolve(item) for item in value]
        if not isinstance(value, dict):
            return value
        name = next(iter(value), "")
        if name == "Ref" or name.startswith("Fn::"):
            if len(value) != 1:
                raise self._unresolved(f"{value!r} has more than one member")
            return self._intrinsic(name, value[name])
        return {key: self.resolve(item) for key, item in value.items()}

    def _intrinsic(self, name: str, argument: Any) -> str:
        if name == "Ref":
            return self._ref(str(argument))
        if name == "Fn::GetAtt":
            logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
            return self._attribute(str(logical_id), str(attribute))
        if name == "Fn::Join":
            separator, parts = argument
            resolved = [self.resolve(part) for part in parts]
            if all(isinstance(part, str) for part in resolved):
                return str(separator).join(resolved)
        raise self._unresolved(f"{name} {argument!r}")

    def _ref(self, name: str) -> str:
        pseudo = self._place.pseudo_parameter(name)
        if pseudo is not None:
            return pseudo
        parameter = self._template.get("Parameters", {}).get(name)
        if parameter is not None:
            value = self._place.parameters.get(name, parameter.get("Default"))
            if value is None:
                raise self._unresolved(f"the parameter {name} has no value")
            return str(value)
        reference = _REF_OF.get(self._resource(name)["Type"])
        return self._name(name) if reference is None else reference(self._name(name), self._place)

    def _name(self, logical_id: str) -> str:
        """The name of a resource, as its template sets it; of a key, the id."""
        resource = self._resource(logical_id)
        of_type, properties = resource["Type"], resource.get("Properties", {})
        if of_type in _KEYS:
            replicated = of_type == "AWS::KMS::ReplicaKey" or properties.get("MultiRegion") is True
            return self._key_id if replicated else OWN_KEY_ID
        named = _NAME_OF.get(of_type)
        if named is None or named not in properties or _BESIDE_NAME.get(of_type, named) in set(properties) - {named}:
            raise self._unresolved(f"Ref {logical_id}, a {of_type}")
        return str(self.resolve(properties[named]))

    def _attribute(self, logical_id: str, attribute: str) -> str:
        resource = self._resource(logical_id)
        arn = _ARN_OF.get(resource["Type"])
        if attribute != "Arn" or arn is None:
            raise self._unresolved(f"Fn::GetAtt {logical_id}.{attribute}, a {resource['Type']}")
        return arn(self._name(logical_id), self._place)

    def _resource(self, logical_id: str) -> Resource:
        resource: Resource | None = self._template["Resources"].get(logical_id)
        if resource is None:
            raise self._unresolved(f"{logical_id} is no resource")
        return resource

    def _unresolved(self, what: str) -> UnresolvedIntrinsicError:
        return UnresolvedIntrinsicError(f"{self._place.template}: {what}")


OWN_KEY_ID: Final = "00000000-0000-4000-8000-000000000000"
"""Stands for the id of a key of one Region; a template holds one such key at most."""

_KEYS: Final = frozenset({"AWS::KMS::Key", "AWS::KMS::ReplicaKey"})

_NAME_OF: Final = {
    "AWS::CloudTrail::Trail": "TrailName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::EventBus": "Name",
    "AWS::Events::Rule": "Name",
    "AWS::IAM::Role": "RoleName",
    "AWS::KinesisFirehose::DeliveryStream": "DeliveryStreamName",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
}
"""The property that names a resource; ``Ref`` gives it, but for the types in ``_REF_OF``."""

_BESIDE_NAME: Final = {"AWS::Events::Rule": "EventBusName"}
"""A property that changes what a name means: rules of a bus of their own are told apart in another way."""


def _arn(service: str, form: str) -> Callable[[str, Place], str]:
    def build(name: str, place: Place) -> str:
        return f"arn:{place.partition}:{service}:{place.region}:{place.account}:{form.format(name)}"

    return build


def queue_url(name: str, place: Place) -> str:
    """What ``Ref`` of a queue gives."""
    return f"https://sqs.{place.region}.{place.dns_suffix}/{place.account}/{name}"


_REF_OF: Final[Mapping[str, Callable[[str, Place], str]]] = {
    "AWS::SNS::Topic": _arn("sns", "{}"),
    "AWS::SQS::Queue": queue_url,
}
"""What ``Ref`` gives of a resource, where it is not the name.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-sqs-queue.html"""

_ARN_OF: Final[Mapping[str, Callable[[str, Place], str]]] = {
    "AWS::CloudTrail::Trail": _arn("cloudtrail", "trail/{}"),
    "AWS::DynamoDB::Table": _arn("dynamodb", "table/{}"),
    "AWS::Events::EventBus": _arn("events", "event-bus/{}"),
    "AWS::Events::Rule": _arn("events", "rule/{}"),
    "AWS::IAM::Role": lambda name, place: f"arn:{place.partition}:iam::{place.account}:role/{name}",
    "AWS::KMS::Key": _arn("kms", "key/{}"),
    "AWS::KMS::ReplicaKey": _arn("kms", "key/{}"),
    "AWS::KinesisFirehose::DeliveryStream": _arn("firehose", "deliverystream/{}"),
    "AWS::Lambda::Function": _arn("lambda", "function:{}"),
    "AWS::Logs::LogGroup": _arn("logs", "log-group:{}:*"),
    "AWS::S3::Bucket": lambda name, place: f"arn:{place.partition}:s3:::{name}",
    "AWS::SNS::Topic": _arn("sns", "{}"),
    "AWS::SQS::Queue": _arn("sqs", "{}"),
}
