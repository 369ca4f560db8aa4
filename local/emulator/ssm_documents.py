"""Systems Manager documents with their versions: MiniStack has no API for them.

A new content equal to the latest version's is refused as DuplicateDocumentContent, as AWS does.
https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateDocument.html
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import AccountRegionScopedDict, get_account_id

from local.emulator.answers import RefusalError

Members = dict[str, Any]

_documents = AccountRegionScopedDict()
_DESCRIBED: Final = ("DocumentType", "DocumentFormat", "TargetType")


def create(members: Members) -> Members:
    """CreateDocument: version 1, which is the default; a document of that name refuses it."""
    name = members["Name"]
    if name in _documents:
        raise RefusalError("DocumentAlreadyExists", f"Document with same name {name} already exists")
    document = {
        "Name": name,
        "DocumentType": members.get("DocumentType", "Command"),
        "DocumentFormat": members.get("DocumentFormat", "JSON"),
        "TargetType": members.get("TargetType", ""),
        "Tags": members.get("Tags", []),
        "Default": "1",
        "Versions": {},
    }
    _add_version(document, members)
    _documents[name] = document
    return {"DocumentDescription": _description(document, "1")}


def describe(members: Members) -> Members:
    """DescribeDocument."""
    document = _existing(members)
    return {"Document": _description(document, _selected(document, members))}


def get(members: Members) -> Members:
    """GetDocument: the content exactly as it was given."""
    document = _existing(members)
    number = _selected(document, members)
    version = document["Versions"][number]
    return _without_empty(
        {
            "Name": document["Name"],
            "CreatedDate": version["CreatedDate"],
            "VersionName": version["VersionName"],
            "DocumentVersion": number,
            "Status": "Active",
            "Content": version["Content"],
            "DocumentType": document["DocumentType"],
            "DocumentFormat": version["DocumentFormat"],
        }
    )


def update(members: Members) -> Members:
    """UpdateDocument: a new version, which does not become the default by itself."""
    document = _existing(members)
    if members.get("DocumentVersion"):
        _selected(document, {"DocumentVersion": members["DocumentVersion"]})
    latest = document["Versions"][_latest(document)]
    if latest["Content"] == members["Content"]:
        raise RefusalError(
            "DuplicateDocumentContent",
            "The content of the association document matches another document. Change the content of the document "
            "and try again.",
        )
    name = members.get("VersionName")
    if name and any(version["VersionName"] == name for version in document["Versions"].values()):
        raise RefusalError("DuplicateDocumentVersionName", f"The version name {name} is in use")
    return {"DocumentDescription": _description(document, _add_version(document, members))}


def update_default(members: Members) -> Members:
    """UpdateDocumentDefaultVersion."""
    document = _existing(members)
    number = members["DocumentVersion"]
    if number not in document["Versions"]:
        raise _no_version(number)
    document["Default"] = number
    name = document["Versions"][number]["VersionName"]
    described = {"Name": document["Name"], "DefaultVersion": number, "DefaultVersionName": name}
    return {"Description": _without_empty(described)}


def versions(members: Members) -> Members:
    """ListDocumentVersions, newest first."""
    document = _existing(members)
    return {
        "DocumentVersions": [
            _without_empty(
                {
                    "Name": document["Name"],
                    "DocumentVersion": number,
                    "VersionName": version["VersionName"],
                    "CreatedDate": version["CreatedDate"],
                    "IsDefaultVersion": number == document["Default"],
                    "DocumentFormat": version["DocumentFormat"],
                    "Status": "Active",
                }
            )
            for number, version in reversed(document["Versions"].items())
        ]
    }


def delete(members: Members) -> Members:
    """DeleteDocument: one version, which must not be the default, or the whole document."""
    document = _existing(members)
    if not (members.get("DocumentVersion") or members.get("VersionName")):
        del _documents[document["Name"]]
        return {}
    number = _selected(document, members)
    if number == document["Default"]:
        raise RefusalError("InvalidDocumentOperation", "Default version of the document can't be deleted.")
    del document["Versions"][number]
    return {}


def tag(name: str, tags: list[dict[str, str]]) -> None:
    """The document's tags are these."""
    _documents[name]["Tags"] = tags


def exists(name: str) -> bool:
    """Whether this account and Region has a document of the name."""
    return name in _documents


def clear() -> None:
    """No documents anywhere."""
    _documents.clear()


OPERATIONS: Final[dict[str, Callable[[Members], Members]]] = {
    "CreateDocument": create,
    "DescribeDocument": describe,
    "GetDocument": get,
    "UpdateDocument": update,
    "UpdateDocumentDefaultVersion": update_default,
    "ListDocumentVersions": versions,
    "DeleteDocument": delete,
}


def _existing(members: Members) -> Members:
    name = members["Name"].rsplit("/", 1)[-1] if members["Name"].startswith("arn:") else members["Name"]
    document: Members | None = _documents.get(name)
    if document is None:
        raise RefusalError("InvalidDocument", f"Document with name {name} does not exist.")
    return document


def _selected(document: Members, members: Members) -> str:
    if members.get("VersionName"):
        for number, version in document["Versions"].items():
            if version["VersionName"] == members["VersionName"]:
                return str(number)
        raise _no_version(members["VersionName"])
    wanted = members.get("DocumentVersion") or "$DEFAULT"
    number = {"$DEFAULT": document["Default"], "$LATEST": _latest(document)}.get(wanted, wanted)
    if number not in document["Versions"]:
        raise _no_version(wanted)
    return str(number)


def _no_version(wanted: str) -> RefusalError:
    return RefusalError("InvalidDocumentVersion", f"The document version {wanted} is not valid or does not exist.")


def _latest(document: Members) -> str:
    return str(max(int(number) for number in document["Versions"]))


def _add_version(document: Members, members: Members) -> str:
    content = members["Content"]
    file_format = members.get("DocumentFormat", "JSON")
    if file_format == "JSON":
        try:
            json.loads(content)
        except ValueError as mistake:
            raise RefusalError("InvalidDocumentContent", f"JSON not well-formed. {mistake}") from mistake
    number = str(int(_latest(document)) + 1) if document["Versions"] else "1"
    document["Versions"][number] = {
        "Content": content,
        "CreatedDate": time.time(),
        "VersionName": members.get("VersionName"),
        "DocumentFormat": file_format,
    }
    return number


def _description(document: Members, number: str) -> Members:
    version = document["Versions"][number]
    content = json.loads(version["Content"]) if version["DocumentFormat"] == "JSON" else {}
    return _without_empty(
        {
            "Hash": hashlib.sha256(version["Content"].encode()).hexdigest(),
            "HashType": "Sha256",
            "Name": document["Name"],
            "VersionName": version["VersionName"],
            "Owner": get_account_id(),
            "CreatedDate": version["CreatedDate"],
            "Status": "Active",
            "DocumentVersion": number,
            "Description": content.get("description"),
            "PlatformTypes": ["Windows", "Linux", "MacOS"],
            "SchemaVersion": content.get("schemaVersion"),
            "LatestVersion": _latest(document),
            "DefaultVersion": document["Default"],
            "Tags": document["Tags"],
            **{name: document[name] for name in _DESCRIBED},
        }
    )


def _without_empty(members: Members) -> Members:
    return {name: value for name, value in members.items() if value not in (None, "")}
