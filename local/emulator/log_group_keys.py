"""A log group takes a key only if the key's policy lets CloudWatch Logs use it; MiniStack never asks.

CloudWatch Logs encrypts under the context of the group's ARN, and the caller must be able to describe the key.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from ministack import app
from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudwatch_logs
from ministack.services.cloudformation import provisioners

from local.emulator.answers import RefusalError, json_answer, json_body, operation
from local.emulator.hooks import replace_entry
from local.emulator.judge import judge_key
from local.emulator.principals import caller, deploying_principal, service_principal
from local.policy_request import IamPrincipal

_ACTIONS: Final = ("kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey")


def install() -> None:
    """Asks at CreateLogGroup, AssociateKmsKey and wherever a stack makes or changes a group."""
    replace_entry(app.SERVICE_HANDLERS, "logs", _api)
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Logs::LogGroup"]
    replace_entry(handlers, "create", _create)
    replace_entry(handlers, "update", _update)


def require_key(*, group: str, key_arn: str, principal: IamPrincipal) -> None:
    """Refuses the key, in AWS's words, if its policy does not serve this group and this caller."""
    account, region = get_account_id(), get_region()
    group_arn = f"arn:aws:logs:{region}:{account}:log-group:{group}"
    service = service_principal(f"logs.{region}.amazonaws.com", account=account, source_arn=group_arn)
    describe = judge_key(
        principal,
        action="kms:DescribeKey",
        key_arn=key_arn,
        context={"kms:ViaService": f"logs.{region}.amazonaws.com", "aws:ViaAWSService": "true"},
    )
    context = {"kms:EncryptionContext:aws:logs:arn": group_arn}
    asked = (judge_key(service, action=action, key_arn=key_arn, context=context) for action in _ACTIONS)
    if not (describe.allowed and all(decision.allowed for decision in asked)):
        raise RefusalError(
            "InvalidParameterException",
            f"The specified KMS key does not exist or is not allowed to be used with Arn '{group_arn}'",
        )


def _api(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Any:
        name = operation(headers)
        if name not in ("CreateLogGroup", "AssociateKmsKey", "DisassociateKmsKey"):
            return await original(method, path, headers, body, query)
        members = json_body(body)
        try:
            if members.get("kmsKeyId"):
                group = members["logGroupName"]
                require_key(group=group, key_arn=members["kmsKeyId"], principal=caller(headers, query))
            if name == "CreateLogGroup":
                return await original(method, path, headers, body, query)
            return _associate(members)
        except RefusalError as refusal:
            return refusal.answer()

    return handle


def _associate(members: Mapping[str, Any]) -> Any:
    record = cloudwatch_logs._log_groups.get(members.get("logGroupName"))
    if record is None:
        raise RefusalError("ResourceNotFoundException", "The specified log group does not exist.")
    record["kmsKeyId"] = members.get("kmsKeyId")
    return json_answer({})


def _create(original: Callable[..., Any]) -> Callable[..., Any]:
    def create(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name = properties.get("LogGroupName")
        if name in cloudwatch_logs._log_groups:
            raise ValueError(f"Resource of type 'AWS::Logs::LogGroup' with identifier '{name}' already exists.")
        _require(properties, name or f"/aws/cloudformation/{stack}/{logical_id}")
        return original(logical_id, properties, stack)

    return create


def _update(original: Callable[..., Any]) -> Callable[..., Any]:
    def update(name: str, old: dict[str, Any], new: dict[str, Any], *rest: Any) -> Any:
        if new.get("KmsKeyId") != old.get("KmsKeyId"):
            _require(new, new.get("LogGroupName") or name)
        return original(name, old, new, *rest)

    return update


def _require(properties: dict[str, Any], group: str) -> None:
    if not properties.get("KmsKeyId"):
        return
    try:
        require_key(group=group, key_arn=properties["KmsKeyId"], principal=deploying_principal())
    except RefusalError as refusal:
        raise ValueError(refusal.message) from refusal
