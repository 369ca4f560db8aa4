"""SSM GuiConnect: the recording preferences of an account and Region, over the API and as a CloudFormation type.

Setting them makes a grant on the key, so the caller needs `kms:CreateGrant` through the service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ministack import app
from ministack.core import router
from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region

from local.emulator.answers import RefusalError, json_answer, json_body
from local.emulator.cloudformation_types import Created, Properties, register
from local.emulator.hooks import add_entry
from local.emulator.judge import judge_key
from local.emulator.principals import caller, deploying_principal
from local.policy_request import IamPrincipal

SERVICE: Final = "ssm-guiconnect"
_PREFERENCE: Final = "preference"
_preferences = AccountRegionScopedDict()


def install() -> None:
    """Adds the service and the type."""
    add_entry(router.SERVICE_PATTERNS, SERVICE, {"host_patterns": [r"ssm-guiconnect\."]})
    add_entry(app.SERVICE_HANDLERS, SERVICE, _api)
    register("AWS::SSMGuiConnect::Preferences", Preferences(), properties=frozenset({"ConnectionRecordingPreferences"}))


def preferences() -> dict[str, Any] | None:
    """What this account and Region has set; None where nothing is."""
    found: dict[str, Any] | None = _preferences.get(_PREFERENCE)
    return found


def clear() -> None:
    """No preferences anywhere."""
    _preferences.clear()


def set_preferences(wanted: dict[str, Any], *, principal: IamPrincipal) -> None:
    """UpdateConnectionRecordingPreferences: one bucket, a key of this Region, and a grant on it."""
    key, buckets = wanted["KMSKeyArn"], wanted["RecordingDestinations"]["S3Buckets"]
    if len(buckets) != 1 or set(buckets[0]) != {"BucketName", "BucketOwner"}:
        raise RefusalError("ValidationException", "exactly one S3 bucket with its owner is needed")
    if key.split(":")[3:4] != [get_region()]:
        raise RefusalError("ValidationException", f"the key {key} is not in the Region {get_region()}")
    decision = judge_key(
        principal,
        action="kms:CreateGrant",
        key_arn=key,
        context={
            "kms:ViaService": f"{SERVICE}.{get_region()}.amazonaws.com",
            "kms:GrantIsForAWSResource": "true",
            "aws:ViaAWSService": "true",
        },
    )
    if not decision.allowed:
        words = f"User: {principal.name} is not authorized to perform: kms:CreateGrant on resource: {key}"
        raise RefusalError("AccessDeniedException", f"{words} ({decision.reason})", status=403)
    _preferences[_PREFERENCE] = wanted


class Preferences:
    """`Ref` is the account: there is one preference per account and Region."""

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """Sets it; one that exists already fails the stack."""
        if preferences() is not None:
            raise ValueError(
                "Resource of type 'AWS::SSMGuiConnect::Preferences' with identifier "
                f"'{get_account_id()}' already exists."
            )
        return self.update("", {}, properties, "")

    def update(self, _physical_id: str, _old: Properties, new: Properties, _stack: str) -> Created:
        """Sets it anew."""
        set_preferences(new["ConnectionRecordingPreferences"], principal=deploying_principal())
        return get_account_id(), {"AccountId": get_account_id()}

    def delete(self, _physical_id: str, _properties: Properties) -> None:
        """Connections are not recorded any longer."""
        _preferences.pop(_PREFERENCE, None)


async def _api(method: str, path: str, headers: Mapping[str, str], body: bytes, query: Any) -> Any:
    try:
        members = json_body(body)
        operation = path.strip("/")
        if method != "POST":
            raise RefusalError("UnknownOperationException", operation, status=404)
        answer = _operate(operation, members, principal=caller(headers, query))
    except RefusalError as refusal:
        return refusal.answer()
    return json_answer({"ClientToken": members.get("ClientToken", "embedded"), **answer})


def _operate(operation: str, members: dict[str, Any], *, principal: IamPrincipal) -> dict[str, Any]:
    if operation == "UpdateConnectionRecordingPreferences":
        set_preferences(members["ConnectionRecordingPreferences"], principal=principal)
        return {"ConnectionRecordingPreferences": preferences()}
    if operation not in ("GetConnectionRecordingPreferences", "DeleteConnectionRecordingPreferences"):
        raise RefusalError("UnknownOperationException", operation, status=404)
    found = preferences()
    if found is None:
        raise RefusalError("ResourceNotFoundException", "no connection recording preferences", status=404)
    if operation.startswith("Delete"):
        _preferences.pop(_PREFERENCE, None)
        return {}
    return {"ConnectionRecordingPreferences": found}
