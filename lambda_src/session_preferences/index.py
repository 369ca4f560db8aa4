"""Writes an account's Session Manager preferences, keeps what was there, and puts it back on deletion.

The document's own version history is the memory: each version written here is named after the version that
was the default before (``evidence-before-3-…``, or ``evidence-before-none-…``), so that a repeated call
finds the same answer and a reader of the document sees it too.
"""

import json
import logging
import re
from typing import Any

import boto3
import cfnresponse
from botocore.config import Config

log = logging.getLogger()
log.setLevel(logging.INFO)

DOCUMENT = "SSM-SessionManagerRunShell"
NONE = "none"
Content = dict[str, Any]
DEFAULT_INPUTS = {"s3EncryptionEnabled": True, "runAsEnabled": False}


def handler(event: dict[str, Any], context: object) -> None:
    """Answer CloudFormation; a deletion succeeds whatever happens, or the stack could never be removed."""
    config = Config(connect_timeout=5, read_timeout=10, retries={"total_max_attempts": 4})
    identity = event.get("PhysicalResourceId", DOCUMENT)
    try:
        ssm = boto3.client("ssm", config=config)
        if event["RequestType"] == "Delete":
            log.info(restore(ssm))
        else:
            content = json.loads(event["ResourceProperties"]["Content"])
            log.info(apply(ssm, content, event["RequestId"]))
        cfnresponse.send(event, context, cfnresponse.SUCCESS, {}, DOCUMENT)
    except Exception as error:
        log.exception("%s of %s failed", event["RequestType"], DOCUMENT)
        status = cfnresponse.SUCCESS if event["RequestType"] == "Delete" else cfnresponse.FAILED
        cfnresponse.send(event, context, status, {}, identity, reason=f"{DOCUMENT}: {error}")


def apply(ssm: Any, ours: Content, request_id: str) -> str:
    """Make the wanted content, merged over what was there before us, the default version."""
    current = default_version(ssm)
    if current is None:
        name = version_name(NONE, request_id)
        text = json.dumps(merge({}, ours, NONE))
        ssm.create_document(
            Name=DOCUMENT, Content=text, DocumentType="Session", DocumentFormat="JSON", VersionName=name
        )
        return f"created {DOCUMENT}"
    before = version_before(current["VersionName"]) or current["DocumentVersion"]
    text = json.dumps(merge({} if before == NONE else content_of(ssm, before), ours, before))
    version = write(ssm, text, version_name(before, request_id))
    ssm.update_document_default_version(Name=DOCUMENT, DocumentVersion=version)
    return f"version {version} of {DOCUMENT} is the default; before it was {before}"


def restore(ssm: Any) -> str:
    """Bring back what was there before us, unless somebody has changed the preferences since."""
    current = default_version(ssm)
    if current is None:
        return f"{DOCUMENT} is gone already"
    before = version_before(current["VersionName"])
    if before is None:
        return f"left {DOCUMENT} as it is: version {current['DocumentVersion']} was not written by this stack"
    if before == NONE:
        if any(version_before(item.get("VersionName", "")) is None for item in versions(ssm)):
            return f"left {DOCUMENT} as it is: somebody has added a version of their own"
        ssm.delete_document(Name=DOCUMENT)
        return f"deleted {DOCUMENT}, which did not exist before this stack"
    ssm.update_document_default_version(Name=DOCUMENT, DocumentVersion=before)
    return f"version {before} of {DOCUMENT} is the default again"


def merge(previous: Content, ours: Content, before: str) -> Content:
    """Our inputs over the previous ones over the defaults; of the rest, what the inputs may refer to stays.

    The description says what was there before, so that two versions of one content have the same past.
    """
    inputs = {**DEFAULT_INPUTS, **previous.get("inputs", {}), **ours["inputs"]}
    parameters = {"parameters": previous["parameters"]} if "parameters" in previous else {}
    return {**parameters, **ours, "description": f"{ours['description']} (before: version {before})", "inputs": inputs}


def version_name(before: str, request_id: str) -> str:
    """The name of a version that follows ``before``; unique, as SSM demands."""
    return f"evidence-before-{before}-{request_id[:8]}"


def version_before(name: str) -> str | None:
    """What a version named by us says was the default before it; None for anybody else's version."""
    found = re.fullmatch(r"evidence-before-(\d+|none)-.+", name)
    return str(found[1]) if found else None


def default_version(ssm: Any) -> dict[str, str] | None:
    """Number and name of the default version; None where the document does not exist."""
    try:
        found = ssm.get_document(Name=DOCUMENT, DocumentVersion="$DEFAULT")
    except ssm.exceptions.InvalidDocument:
        return None
    return {"DocumentVersion": found["DocumentVersion"], "VersionName": found.get("VersionName", "")}


def content_of(ssm: Any, version: str) -> Content:
    """The content of one version."""
    found = ssm.get_document(Name=DOCUMENT, DocumentVersion=version, DocumentFormat="JSON")
    content: Content = json.loads(found["Content"])
    return content


def write(ssm: Any, text: str, name: str) -> str:
    """A new version with this content, or the version that holds it already."""
    try:
        updated = ssm.update_document(
            Name=DOCUMENT, Content=text, DocumentVersion="$LATEST", DocumentFormat="JSON", VersionName=name
        )
        return str(updated["DocumentDescription"]["DocumentVersion"])
    except ssm.exceptions.DuplicateDocumentContent:
        numbers = [item["DocumentVersion"] for item in versions(ssm)]
        return str(next(number for number in numbers if content_of(ssm, number) == json.loads(text)))


def versions(ssm: Any) -> list[dict[str, Any]]:
    """Every version of the document."""
    pages = ssm.get_paginator("list_document_versions").paginate(Name=DOCUMENT)
    return [item for page in pages for item in page["DocumentVersions"]]
