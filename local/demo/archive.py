"""Reads the archive back, as the auditor and nobody else can."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from constructs_lib.archive_layout import AUDITOR_ROLE, BucketKind, bucket_name, key_arn, transcripts_prefix
from local.demo.archive_copy import copy_bucket
from local.demo.evidence import Evidence
from local.demo.people import Connection, Session
from local.demo.setting import Setting
from local.demo.trail_copy import copy_public_keys, copy_trails
from local.embedded_aws import EmbeddedAws


@dataclass(frozen=True, kw_only=True)
class Transcripts:
    """The lines of one object: what could be read as a record, and how many could not."""

    records: tuple[dict[str, Any], ...]
    unreadable: int


def read_transcripts(body: bytes) -> Transcripts:
    """Every line of a gzipped object; one that is no record is counted and hides no other."""
    records, unreadable = [], 0
    for line in gzip.decompress(body).splitlines():
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if isinstance(record, dict) and "sessionId" in record:
            records.append(record)
        else:
            unreadable += 1
    return Transcripts(records=tuple(records), unreadable=unreadable)


class Auditor:
    """Finds and reads what sessions, connections and trails should have left behind."""

    def __init__(self, aws: EmbeddedAws, setting: Setting, *, key_id: str) -> None:
        self._aws = aws
        self._setting = setting
        self._key_id = key_id
        self._clients: dict[str, Any] = {}

    def transcript(self, session: Session) -> Evidence:
        """The object that holds every line of a session, or the word that it is missing."""
        bucket = self.bucket(BucketKind.LOGS, session.region)
        prefix = transcripts_prefix(account=session.account, region=session.region)
        shown: dict[str, list[str]] = {}
        for key in self._keys(bucket, prefix, session.region):
            for record in read_transcripts(self._body(bucket, key, session.region)).records:
                if record["sessionId"] == session.session_id and record["userIdentity"]["arn"] == session.actor:
                    shown.setdefault(key, []).extend(record["sessionData"])
        complete = sorted(line for lines in shown.values() for line in lines) == sorted(session.lines)
        return self.evidence(
            "transcript",
            session.account,
            session.region,
            actor=session.actor,
            target=session.instance,
            bucket=bucket,
            key=min(shown) if complete else None,
        )

    def recording(self, connection: Connection) -> Evidence:
        """The recording of a connection, or the word that it is missing."""
        bucket = self.bucket(BucketKind.RECORDINGS, connection.region)
        found = [key for key in self._keys(bucket, "", connection.region) if f"s3://{bucket}/{key}" == connection.uri]
        return self.evidence(
            "recording",
            connection.account,
            connection.region,
            actor=connection.actor,
            target=connection.instance,
            bucket=bucket,
            key=found[0] if found else None,
        )

    def trails(self, deliveries: Iterable[dict[str, Any]], accounts: Iterable[str]) -> Iterator[Evidence]:
        """A trail file of every account, or the word that it is missing."""
        home = self._setting.home
        bucket = self.bucket(BucketKind.LOGS, home)
        delivered = list(deliveries)
        for account in accounts:
            found = [item for item in delivered if item["account"] == account and item["allowed"]]
            key = found[0]["uri"].removeprefix(f"s3://{bucket}/") if found else None
            yield self.evidence(
                "trail",
                account,
                home,
                actor=f"cloudtrail.amazonaws.com for {account}",
                target=found[0]["trail"] if found else "the account's trail",
                bucket=bucket,
                key=key,
            )

    def take_trails_home(self, folder: Path) -> int:
        """A copy of every trail file and digest, fit to be validated; how many there are."""
        home, archive = self._setting.home, self._setting.archive
        copied = copy_trails(self.s3(home), bucket=self.bucket(BucketKind.LOGS, home), folder=folder)
        # The keys are the same for everybody, and the auditor's role may not ask.
        regions = sorted({path.name for path in folder.glob("*/AWSLogs/**/CloudTrail-Digest/*")})
        clients = (self._aws.client("cloudtrail", account=archive, region=region) for region in regions)
        copy_public_keys(clients, folder=folder)
        return copied

    def take_archive_home(self, folder: Path) -> int:
        """A copy of what queries read, of every Region's log bucket, in place of an earlier one; how many objects."""
        shutil.rmtree(folder, ignore_errors=True)
        regions = self._setting.governed
        buckets = {region: self.bucket(BucketKind.LOGS, region) for region in regions}
        return sum(copy_bucket(self.s3(region), bucket=buckets[region], folder=folder) for region in regions)

    def evidence(
        self, kind: str, account: str, region: str, *, actor: str, target: str, bucket: str, key: str | None
    ) -> Evidence:
        """An object of a Region's bucket, or the word that there is none."""
        head: dict[str, Any] = {}
        if key is not None:
            head = self.s3(region).head_object(Bucket=bucket, Key=key)
        return Evidence(
            kind=kind,
            account=account,
            region=region,
            actor=actor,
            target=target,
            time=head["LastModified"].isoformat() if head else "",
            evidence_uri=f"s3://{bucket}/{key}" if head else None,
            kms_key_arn=head.get("SSEKMSKeyId"),
            outcome=self._outcome(head, region),
        )

    def _outcome(self, head: dict[str, Any], region: str) -> str:
        """``stored`` is only what the archive's own key of the Region encrypts."""
        if not head:
            return "missing"
        wanted = key_arn(partition="aws", region=region, account=self._setting.archive, key_id=self._key_id)
        return "stored" if head.get("SSEKMSKeyId") == wanted else "stored with another key"

    def bucket(self, kind: BucketKind, region: str) -> str:
        """The archive's bucket of a Region."""
        return bucket_name(kind, account=self._setting.archive, region=region)

    def s3(self, region: str) -> Any:
        """A client with the auditor's permissions, the same one for a Region every time."""
        if region not in self._clients:
            archive = self._setting.archive
            role = f"arn:aws:iam::{archive}:role/{AUDITOR_ROLE}"
            client = self._aws.client("s3", account=archive, region=region, role=role, session="auditor")
            self._clients[region] = client
        return self._clients[region]

    def _keys(self, bucket: str, prefix: str, region: str) -> Iterator[str]:
        pages = self.s3(region).get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        yield from (entry["Key"] for page in pages for entry in page.get("Contents", ()))

    def _body(self, bucket: str, key: str, region: str) -> bytes:
        body: bytes = self.s3(region).get_object(Bucket=bucket, Key=key)["Body"].read()
        return body
