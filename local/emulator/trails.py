"""`AWS::CloudTrail::Trail`, and a CreateTrail that tests bucket, key and log group as AWS does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import get_account_id, get_region
from ministack.services import cloudtrail

from local.emulator.answers import RefusalError, read_answer
from local.emulator.cloudformation_types import Created, Properties, register, tag_list
from local.emulator.hooks import replace_entry
from local.emulator.principals import organization
from local.emulator.trail_delivery import preflight_bucket, preflight_key, preflight_log_group

_LOGS: Final = ("CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn")
_TAKEN: Final = (
    "S3BucketName",
    "S3KeyPrefix",
    "SnsTopicName",
    "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail",
    "IsOrganizationTrail",
    "EnableLogFileValidation",
    *_LOGS,
)
_PROPERTIES: Final = frozenset(
    {*_TAKEN, "TrailName", "KMSKeyId", "IsLogging", "EventSelectors", "AdvancedEventSelectors", "Tags"}
)


def install() -> None:
    """Puts the tests in front of CreateTrail and UpdateTrail, and registers the type."""
    replace_entry(cloudtrail._DISPATCH, "CreateTrail", _tested_create)
    replace_entry(cloudtrail._DISPATCH, "UpdateTrail", _tested_update)
    register("AWS::CloudTrail::Trail", TrailType(), properties=_PROPERTIES)


class TrailType:
    """`Ref` is the trail's name."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Created:
        """CreateTrail, its selectors, and StartLogging where the template asks for it."""
        name = properties.get("TrailName") or f"{stack}-{logical_id}"
        members = {**_members(properties), "Name": name, "TagsList": tag_list(properties)}
        arn = _call("CreateTrail", members)["TrailARN"]
        return self._finish(name, arn, properties)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        """UpdateTrail; another name is another trail."""
        if old.get("TrailName") != new.get("TrailName"):
            return self.create("", new, stack)
        arn = _call("UpdateTrail", {**_members(new), "Name": physical_id})["TrailARN"]
        cloudtrail._trail_tags[arn] = {tag["Key"]: tag["Value"] for tag in tag_list(new)}
        return self._finish(physical_id, arn, new)

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """DeleteTrail."""
        if cloudtrail._trails.get(physical_id) is not None:
            _call("DeleteTrail", {"Name": physical_id})

    def _finish(self, name: str, arn: str, properties: Properties) -> Created:
        for kind in ("EventSelectors", "AdvancedEventSelectors"):
            if kind in properties:
                _call("PutEventSelectors", {"TrailName": name, kind: properties[kind]})
        logging = str(properties["IsLogging"]).lower() == "true"
        _call("StartLogging" if logging else "StopLogging", {"Name": name})
        return name, {"Arn": arn}


def _tested_create(original: Callable[..., Any]) -> Callable[..., Any]:
    def create(members: dict[str, Any]) -> Any:
        arn = cloudtrail._trail_arn(members.get("Name", ""))
        try:
            _test(
                {**members, "TrailARN": arn, "KmsKeyId": cloudtrail._normalize_kms_key_id(members.get("KmsKeyId", ""))}
            )
        except RefusalError as refusal:
            return refusal.answer()
        answer = original(members)
        if answer[0] == 200:
            cloudtrail._trails[members["Name"]] |= {name: members[name] for name in _LOGS if name in members}
            if members.get("TagsList"):
                cloudtrail._add_tags({"ResourceId": arn, "TagsList": members["TagsList"]})
        return answer

    return create


def _tested_update(original: Callable[..., Any]) -> Callable[..., Any]:
    def update(members: dict[str, Any]) -> Any:
        name = members.get("Name", "").rsplit("/", 1)[-1]
        trail = cloudtrail._trails.get(name)
        try:
            if trail is not None:
                key = cloudtrail._normalize_kms_key_id(members.get("KmsKeyId", trail.get("KmsKeyId", "")))
                _test({**trail, **members, "KmsKeyId": key})
        except RefusalError as refusal:
            return refusal.answer()
        return original(members)

    return update


def _test(trail: dict[str, Any]) -> None:
    """Fails in AWS's words; what refused stands in the journal and behind the words."""
    account = get_account_id()
    if trail.get("IsOrganizationTrail") and account != organization().management_account:
        raise RefusalError("NotOrganizationMasterAccountException", f"{account} is not the management account")
    bucket = trail.get("S3BucketName", "")
    refused = preflight_bucket(trail, account=account)
    if refused:
        words = f"Incorrect S3 bucket policy is detected for bucket: {bucket} ({refused.reason})"
        raise RefusalError("InsufficientS3BucketPolicyException", words)
    refused = preflight_key(trail, account=account)
    if refused:
        words = (
            f"Insufficient permissions to access S3 bucket {bucket} or KMS key {trail['KmsKeyId']} ({refused.reason})"
        )
        raise RefusalError("InsufficientEncryptionPolicyException", words)
    refused = preflight_log_group(trail, account=account, region=get_region())
    if refused:
        words = f"Access denied. Verify that the role has the required permissions ({refused.reason})"
        raise RefusalError("InvalidCloudWatchLogsRoleArnException", words)


def _members(properties: Properties) -> dict[str, Any]:
    members: dict[str, Any] = {name: properties[name] for name in _TAKEN if name in properties}
    if "KMSKeyId" in properties:
        members["KmsKeyId"] = properties["KMSKeyId"]
    return members


def _call(operation: str, members: dict[str, Any]) -> dict[str, Any]:
    return read_answer(cloudtrail._DISPATCH[operation](members), what=operation)
