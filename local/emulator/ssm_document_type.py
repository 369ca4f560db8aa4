"""`AWS::SSM::Document` and `AWS::SSM::ServiceSetting`.

Creating a document that exists fails, whatever `UpdateMethod` says: AWS's handler calls CreateDocument.
"""

from __future__ import annotations

import json
from typing import Final

from ministack.core.responses import get_account_id, get_region
from ministack.services import ssm

from local.emulator import ssm_documents
from local.emulator.answers import RefusalError, read_answer
from local.emulator.cloudformation_types import Created, Properties, register, tag_list
from local.emulator.principals import deploying_principal

_DOCUMENT: Final = frozenset(
    {"Content", "DocumentFormat", "DocumentType", "Name", "Tags", "TargetType", "UpdateMethod", "VersionName"}
)
_SETTING: Final = frozenset({"SettingId", "SettingValue"})


class Document:
    """`Ref` is the document's name."""

    def create(self, logical_id: str, properties: Properties, stack: str) -> Created:
        """CreateDocument; an existing document fails the stack."""
        name = properties.get("Name") or f"{stack}-{logical_id}"
        if ssm_documents.exists(name):
            raise ValueError(f"Resource of type 'AWS::SSM::Document' with identifier '{name}' already exists.")
        ssm_documents.create(_members(properties, name))
        return name, {}

    def update(self, physical_id: str, old: Properties, new: Properties, _stack: str) -> Created:
        """With `NewVersion` a new version that becomes the default; `Replace` cannot keep a custom name."""
        changed = any(old.get(name) != new.get(name) for name in _DOCUMENT - {"Tags", "UpdateMethod"})
        named = any(old.get(name) != new.get(name) for name in ("Name", "DocumentType"))
        if changed and (named or new.get("UpdateMethod", "Replace") != "NewVersion"):
            raise ValueError(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                f"Rename {physical_id} and update the stack again."
            )
        if changed:
            updated = ssm_documents.update({**_members(new, physical_id), "DocumentVersion": "$LATEST"})
            number = updated["DocumentDescription"]["DocumentVersion"]
            ssm_documents.update_default({"Name": physical_id, "DocumentVersion": number})
        ssm_documents.tag(physical_id, tag_list(new))
        return physical_id, {}

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """DeleteDocument; one that is gone already is fine."""
        if ssm_documents.exists(physical_id):
            ssm_documents.delete({"Name": physical_id})


class ServiceSetting:
    """`Ref` is the setting's ARN; deleting it puts AWS's default back."""

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """UpdateServiceSetting."""
        answer = ssm._update_service_setting(properties, deploying_principal().arn)
        read_answer(answer, what="UpdateServiceSetting")
        setting = ssm._service_setting_out(ssm._service_setting_id(properties))
        arn = f"arn:aws:ssm:{get_region()}:{get_account_id()}:servicesetting{setting['SettingId']}"
        attributes = {"Arn": arn, "Status": setting["Status"], "LastModifiedUser": setting["LastModifiedUser"]}
        return arn, {**attributes, "LastModifiedDate": str(setting["LastModifiedDate"])}

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        """Another value in place; another setting is another resource."""
        if old["SettingId"] != new["SettingId"]:
            self.delete(physical_id, old)
        return self.create("", new, stack)

    def delete(self, _physical_id: str, properties: Properties) -> None:
        """ResetServiceSetting."""
        ssm._reset_service_setting(properties)


def install() -> None:
    """Registers both types."""
    register("AWS::SSM::Document", Document(), properties=_DOCUMENT | {"Attachments", "Requires"})
    register("AWS::SSM::ServiceSetting", ServiceSetting(), properties=_SETTING)


def _members(properties: Properties, name: str) -> Properties:
    if properties.get("Attachments") or properties.get("Requires"):
        raise RefusalError("InvalidDocument", "the embedded AWS models neither Attachments nor Requires")
    content = properties["Content"]
    taken = ("DocumentFormat", "DocumentType", "TargetType", "VersionName")
    return {
        "Name": name,
        "Content": content if isinstance(content, str) else json.dumps(content),
        "Tags": tag_list(properties),
        **{member: properties[member] for member in taken if member in properties},
    }
