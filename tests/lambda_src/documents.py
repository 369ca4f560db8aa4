"""SSM documents in memory, as far as the session preferences need them; the rules are those of the API pages.

https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UpdateDocument.html
"""

from __future__ import annotations

from typing import Any


class InvalidDocument(Exception):  # noqa: N818 - the API's own name
    pass


class DuplicateDocumentContent(Exception):  # noqa: N818 - the API's own name
    pass


class Documents:
    """One account's Session Manager preferences document with its versions."""

    class exceptions:  # noqa: N801 - as on a boto3 client
        InvalidDocument = InvalidDocument
        DuplicateDocumentContent = DuplicateDocumentContent

    def __init__(self, *contents: str) -> None:
        self.versions = [{"content": content, "name": ""} for content in contents]
        self.default = len(contents)

    @property
    def content(self) -> Any:
        """What sessions obey now."""
        return self.versions[self.default - 1]["content"] if self.versions else None

    def get_document(self, *, Name: str, DocumentVersion: str, DocumentFormat: str = "JSON") -> dict[str, Any]:
        if not self.versions:
            raise InvalidDocument(Name)
        number = self.default if DocumentVersion == "$DEFAULT" else int(DocumentVersion)
        version = self.versions[number - 1]
        found = {"DocumentVersion": str(number), "Content": version["content"]}
        return {**found, "VersionName": version["name"]} if version["name"] else found

    def create_document(
        self, *, Name: str, Content: str, DocumentType: str, DocumentFormat: str, VersionName: str
    ) -> None:
        assert DocumentType == "Session"
        assert not self.versions
        self.versions = [{"content": Content, "name": VersionName}]
        self.default = 1

    def update_document(
        self, *, Name: str, Content: str, DocumentVersion: str, DocumentFormat: str, VersionName: str
    ) -> dict[str, Any]:
        if any(version["content"] == Content for version in self.versions):
            raise DuplicateDocumentContent(Name)
        assert VersionName not in {version["name"] for version in self.versions}
        self.versions.append({"content": Content, "name": VersionName})
        return {"DocumentDescription": {"DocumentVersion": str(len(self.versions))}}

    def update_document_default_version(self, *, Name: str, DocumentVersion: str) -> None:
        self.default = int(DocumentVersion)
        assert 1 <= self.default <= len(self.versions)

    def delete_document(self, *, Name: str) -> None:
        self.versions, self.default = [], 0

    def get_paginator(self, operation: str) -> Documents:
        assert operation == "list_document_versions"
        return self

    def paginate(self, *, Name: str) -> list[dict[str, Any]]:
        numbers = [
            {"DocumentVersion": str(number), **({"VersionName": version["name"]} if version["name"] else {})}
            for number, version in enumerate(self.versions, start=1)
        ]
        return [{"DocumentVersions": numbers[:1]}, {"DocumentVersions": numbers[1:]}]
