"""The preferences document becomes ours, keeps what was there, and comes back when we go."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.lambda_src.documents import Documents

OURS: dict[str, Any] = {
    "schemaVersion": "1.0",
    "description": "ours",
    "sessionType": "Standard_Stream",
    "inputs": {"cloudWatchLogGroupName": "/evidence/session-manager", "cloudWatchEncryptionEnabled": True},
}
THEIRS: dict[str, Any] = {
    "schemaVersion": "1.0",
    "description": "theirs",
    "sessionType": "Standard_Stream",
    "inputs": {"s3BucketName": "their-bucket", "cloudWatchEncryptionEnabled": False, "runAsEnabled": True},
}


def event(request, content=OURS, request_id="11111111-aaaa"):
    return {"RequestType": request, "RequestId": request_id, "ResourceProperties": {"Content": json.dumps(content)}}


@pytest.fixture
def call(load, answers, monkeypatch):
    """Runs the function on an account's documents and returns the status it answered."""
    module = load("session_preferences")

    def run(documents, *args, **kwargs):
        monkeypatch.setattr(module.boto3, "client", lambda *_args, **_kwargs: documents)
        module.handler(event(*args, **kwargs), None)
        return answers.sent[-1]

    return run


def inputs(documents):
    return json.loads(documents.content)["inputs"]


def test_an_account_without_preferences_gets_ours(call):
    documents = Documents()
    assert call(documents, "Create")[0] == "SUCCESS"
    assert inputs(documents)["cloudWatchLogGroupName"] == "/evidence/session-manager"
    assert inputs(documents)["s3EncryptionEnabled"] is True
    assert documents.versions[0]["name"].startswith("evidence-before-none-")


def test_existing_preferences_are_adopted_and_what_we_do_not_decide_stays(call):
    documents = Documents(json.dumps(THEIRS))
    assert call(documents, "Create")[0] == "SUCCESS"
    assert inputs(documents) == {
        "s3BucketName": "their-bucket",
        "runAsEnabled": True,
        "s3EncryptionEnabled": True,
        **OURS["inputs"],
    }
    assert json.loads(documents.versions[0]["content"]) == THEIRS


def test_the_previous_preferences_come_back_on_deletion(call):
    documents = Documents(json.dumps({"first": 1}), json.dumps(THEIRS))
    call(documents, "Create")
    call(documents, "Update", {**OURS, "description": "newer"}, request_id="22222222")
    assert call(documents, "Delete", request_id="33333333")[0] == "SUCCESS"
    assert json.loads(documents.content) == THEIRS


def test_a_document_that_we_made_goes_when_we_go(call):
    documents = Documents()
    call(documents, "Create")
    assert call(documents, "Delete")[0] == "SUCCESS"
    assert documents.content is None


def test_a_document_of_ours_to_which_somebody_added_a_version_stays(call):
    documents = Documents()
    call(documents, "Create")
    documents.versions.append({"content": json.dumps(THEIRS), "name": ""})
    assert call(documents, "Delete")[0] == "SUCCESS"
    assert documents.content is not None


def test_parameters_that_previous_inputs_refer_to_stay(call):
    parameters = {"bucket": {"type": "String"}}
    documents = Documents(json.dumps({**THEIRS, "parameters": parameters}))
    call(documents, "Create")
    assert json.loads(documents.content)["parameters"] == parameters


def test_a_repeated_call_remembers_what_was_there_before_the_first(call):
    documents = Documents(json.dumps(THEIRS))
    call(documents, "Create")
    call(documents, "Create", request_id="22222222")
    call(documents, "Delete")
    assert json.loads(documents.content) == THEIRS


def test_an_update_takes_back_what_we_no_longer_decide(call):
    documents = Documents(json.dumps(THEIRS))
    profile = {**OURS, "inputs": {**OURS["inputs"], "shellProfile": {"linux": "date"}}}
    call(documents, "Create", profile)
    call(documents, "Update", OURS, request_id="22222222")
    assert "shellProfile" not in inputs(documents)


def test_content_that_some_version_holds_already_is_found_and_made_the_default(call):
    documents = Documents(json.dumps(THEIRS))
    call(documents, "Create")
    ours = documents.content
    call(documents, "Update", {**OURS, "description": "newer"}, request_id="22222222")
    assert call(documents, "Update", OURS, request_id="33333333")[0] == "SUCCESS"
    assert documents.content == ours
    assert len(documents.versions) == 3


def test_preferences_changed_between_two_stays_are_the_ones_that_come_back(call):
    documents = Documents(json.dumps(THEIRS))
    call(documents, "Create")
    call(documents, "Delete")
    documents.versions.append({"content": json.dumps({**THEIRS, "description": "newer"}), "name": ""})
    documents.default = 3
    call(documents, "Create", request_id="22222222")
    call(documents, "Delete")
    assert json.loads(documents.content)["description"] == "newer"


def test_preferences_that_somebody_changed_since_are_left_alone_on_deletion(call):
    documents = Documents()
    call(documents, "Create")
    documents.versions.append({"content": json.dumps(THEIRS), "name": ""})
    documents.default = 2
    assert call(documents, "Delete")[0] == "SUCCESS"
    assert json.loads(documents.content) == THEIRS


def test_deleting_what_is_gone_succeeds(call):
    assert call(Documents(), "Delete")[0] == "SUCCESS"


@pytest.mark.parametrize(
    ("request_type", "status"), [("Create", "FAILED"), ("Update", "FAILED"), ("Delete", "SUCCESS")]
)
def test_an_error_is_answered_with_its_reason_and_never_blocks_a_deletion(call, request_type, status):
    class Broken(Documents):
        def get_document(self, **_kwargs):
            raise RuntimeError("SSM is down")

    answered, _, reason = call(Broken(), request_type)
    assert answered == status
    assert "SSM is down" in reason
