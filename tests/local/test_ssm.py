"""Documents, service settings and sessions answer as Systems Manager does."""

from __future__ import annotations

import json

import pytest

NAME = "SSM-SessionManagerRunShell"


def content(**inputs: object) -> str:
    return json.dumps({"schemaVersion": "1.0", "sessionType": "Standard_Stream", "inputs": inputs})


def test_a_document_has_versions_one_of_them_the_default(world):
    ssm = world.client("ssm", world.member)
    with pytest.raises(ssm.exceptions.InvalidDocument):
        ssm.describe_document(Name=NAME)
    made = ssm.create_document(Name=NAME, Content=content(a=1), DocumentType="Session", DocumentFormat="JSON")
    assert made["DocumentDescription"]["DocumentVersion"] == "1"
    with pytest.raises(ssm.exceptions.DocumentAlreadyExists):
        ssm.create_document(Name=NAME, Content=content(a=1), DocumentType="Session")
    with pytest.raises(ssm.exceptions.DuplicateDocumentContent):
        ssm.update_document(Name=NAME, Content=content(a=1), DocumentVersion="$LATEST")
    with pytest.raises(ssm.exceptions.InvalidDocumentContent):
        ssm.update_document(Name=NAME, Content="{", DocumentVersion="$LATEST")
    ssm.update_document(Name=NAME, Content=content(a=2), DocumentVersion="$LATEST", VersionName="second")
    with pytest.raises(ssm.exceptions.DuplicateDocumentVersionName):
        ssm.update_document(Name=NAME, Content=content(a=3), DocumentVersion="$LATEST", VersionName="second")
    assert ssm.get_document(Name=NAME)["Content"] == content(a=1)
    assert ssm.get_document(Name=NAME, DocumentVersion="$LATEST")["Content"] == content(a=2)
    assert ssm.get_document(Name=NAME, VersionName="second")["DocumentVersion"] == "2"
    ssm.update_document_default_version(Name=NAME, DocumentVersion="2")
    assert ssm.get_document(Name=NAME)["Content"] == content(a=2)
    described = ssm.describe_document(Name=NAME)["Document"]
    assert (described["LatestVersion"], described["DefaultVersion"], described["DocumentType"]) == ("2", "2", "Session")
    listed = ssm.list_document_versions(Name=NAME)["DocumentVersions"]
    assert [(v["DocumentVersion"], v["IsDefaultVersion"]) for v in listed] == [("2", True), ("1", False)]
    with pytest.raises(ssm.exceptions.InvalidDocumentVersion):
        ssm.update_document_default_version(Name=NAME, DocumentVersion="9")
    with pytest.raises(ssm.exceptions.InvalidDocumentOperation):
        ssm.delete_document(Name=NAME, DocumentVersion="2")
    ssm.delete_document(Name=NAME, DocumentVersion="1")
    ssm.delete_document(Name=NAME)
    with pytest.raises(ssm.exceptions.InvalidDocument):
        ssm.get_document(Name=NAME)


def _document(text: dict[str, object], **more: object) -> dict[str, object]:
    properties = {"Name": NAME, "DocumentType": "Session", "Content": text, "UpdateMethod": "NewVersion", **more}
    return {"Type": "AWS::SSM::Document", "Properties": properties}


def test_a_documents_stack_updates_it_with_a_new_default_version(world):
    assert world.deploy(world.member, {"Document": _document({"schemaVersion": "1.0"})})["DocumentRef"] == NAME
    world.deploy(world.member, {"Document": _document({"schemaVersion": "1.0", "inputs": {}})})
    ssm = world.client("ssm", world.member)
    assert json.loads(ssm.get_document(Name=NAME)["Content"]) == {"schemaVersion": "1.0", "inputs": {}}
    assert ssm.describe_document(Name=NAME)["Document"]["DefaultVersion"] == "2"
    cloudformation = world.client("cloudformation", world.member)
    cloudformation.delete_stack(StackName="stack")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="stack", WaiterConfig={"Delay": 0.1})
    with pytest.raises(ssm.exceptions.InvalidDocument):
        ssm.get_document(Name=NAME)


def test_a_stack_does_not_adopt_a_document_that_exists(world):
    world.client("ssm", world.member).create_document(Name=NAME, Content=content(), DocumentType="Session")
    with pytest.raises(AssertionError, match="already exists"):
        world.deploy(world.member, {"Document": _document({"schemaVersion": "1.0"})})


def test_a_service_setting_is_set_and_put_back(world):
    setting = "/ssm/managed-instance/default-ec2-instance-management-role"
    properties = {"SettingId": setting, "SettingValue": "service-role/host"}
    made = world.deploy(world.member, {"Setting": {"Type": "AWS::SSM::ServiceSetting", "Properties": properties}})
    assert made["SettingRef"].endswith(f":servicesetting{setting}")
    ssm = world.client("ssm", world.member)
    read = ssm.get_service_setting(SettingId=setting)["ServiceSetting"]
    assert (read["SettingValue"], read["Status"]) == ("service-role/host", "Customized")
    ssm.update_service_setting(SettingId=setting, SettingValue="service-role/other")
    assert ssm.reset_service_setting(SettingId=setting)["ServiceSetting"]["SettingValue"] == "$None"


def test_a_session_is_named_after_the_role_session(world):
    ssm = world.client("ssm", world.member, role=f"arn:aws:iam::{world.member}:role/Ops", session="bob")
    started = ssm.start_session(Target="i-1", DocumentName="AWS-StartPortForwardingSession")
    name, _dash, digits = started["SessionId"].rpartition("-")
    assert (name, len(digits)) == ("bob", 17)
    assert ssm.terminate_session(SessionId=started["SessionId"])["SessionId"] == started["SessionId"]
    with pytest.raises(ssm.exceptions.InvalidDocument):
        ssm.start_session(Target="i-1", DocumentName="Unknown")
