"""What must be refused: from outside the organization, across members, and inside the archive account."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from constructs_lib.archive_layout import (
    CLOUDTRAIL_PREFIX,
    DELIVERY_ROLE,
    MEMBER_TRAIL,
    BucketKind,
    athena_results,
    bucket_name,
    key_arn,
    query_role,
    transcripts_prefix,
)
from local.demo.attempt import Attempt, carry_out
from local.demo.evidence import Evidence
from local.demo.hub_attempts import attempts_on_hub
from local.demo.people import allow_everything, session_arn
from local.demo.setting import OUTSIDER, Setting
from local.embedded_aws import EmbeddedAws


def attempt_everything(
    aws: EmbeddedAws, setting: Setting, *, roles: dict[str, str], transcript_uri: str, key_id: str
) -> list[Evidence]:
    """Each attempt with what became of it and the statement that decided."""
    on_archive = _attempts(aws, setting, roles=roles, transcript_uri=transcript_uri, key_id=key_id)
    on_hub = attempts_on_hub(aws, setting, roles=roles)
    return [carry_out(aws, attempt) for attempt in chain(on_archive, on_hub)]


def _attempts(
    aws: EmbeddedAws, setting: Setting, *, roles: dict[str, str], transcript_uri: str, key_id: str
) -> Iterator[Attempt]:
    first, second = setting.two_members
    home, archive = setting.home, setting.archive
    bucket = bucket_name(BucketKind.LOGS, account=archive, region=home)
    own = f"{transcripts_prefix(account=OUTSIDER, region=home)}day=2026-01-01/forged.json.gz"
    foreign = f"{transcripts_prefix(account=first, region=home)}day=2026-01-01/forged.json.gz"
    evidence_key = key_arn(partition="aws", region=home, account=archive, key_id=key_id)
    stored = transcript_uri.removeprefix(f"s3://{bucket}/")
    delivery = f"arn:aws:iam::{second}:role/{DELIVERY_ROLE}"

    def s3(account: str, role: str = "", session: str = "attempt") -> Any:
        return aws.client("s3", account=account, region=home, role=role, session=session)

    def attempt(account: str, actor: str, target: str, call: Callable[[], Any]) -> Attempt:
        return Attempt(account=account, region=home, actor=actor, target=target, call=call)

    def put_with_every_permission() -> None:
        """The member's administrator lets the role do anything; the archive's policy is what must hold."""
        allow_everything(aws, delivery, home)
        s3(second, delivery, "firehose").put_object(Bucket=bucket, Key=foreign, Body=b"x")

    outsider = f"arn:aws:iam::{OUTSIDER}:root"
    yield attempt(OUTSIDER, outsider, f"put {own}", lambda: s3(OUTSIDER).put_object(Bucket=bucket, Key=own, Body=b"x"))
    yield attempt(OUTSIDER, outsider, f"get {stored}", lambda: s3(OUTSIDER).get_object(Bucket=bucket, Key=stored))
    yield attempt(
        OUTSIDER,
        f"cloudtrail.amazonaws.com for {OUTSIDER}",
        f"deliver a trail of the same name into {bucket}",
        lambda: aws.client("cloudtrail", account=OUTSIDER, region=home).create_trail(
            Name=MEMBER_TRAIL,
            S3BucketName=bucket,
            S3KeyPrefix=CLOUDTRAIL_PREFIX,
            KmsKeyId=evidence_key,
        ),
    )
    recordings = bucket_name(BucketKind.RECORDINGS, account=archive, region=home)
    destination = {"BucketName": recordings, "BucketOwner": archive}
    yield attempt(
        OUTSIDER,
        outsider,
        f"record into {recordings}",
        lambda: aws.client("ssm-guiconnect", account=OUTSIDER, region=home).update_connection_recording_preferences(
            ConnectionRecordingPreferences={
                "KMSKeyArn": evidence_key,
                "RecordingDestinations": {"S3Buckets": [destination]},
            }
        ),
    )
    yield attempt(
        second,
        session_arn(delivery, "firehose"),
        f"put {foreign}",
        put_with_every_permission,
    )
    yield attempt(
        second,
        session_arn(roles[second], "mallory"),
        f"get {stored}",
        lambda: s3(second, roles[second], "mallory").get_object(Bucket=bucket, Key=stored),
    )
    insider = session_arn(roles[archive], "mallory")

    def as_insider() -> Any:
        return s3(archive, roles[archive], "mallory")

    yield attempt(
        archive, insider, f"put {foreign}", lambda: as_insider().put_object(Bucket=bucket, Key=foreign, Body=b"x")
    )
    yield attempt(archive, insider, f"delete {stored}", lambda: as_insider().delete_object(Bucket=bucket, Key=stored))
    yield attempt(archive, insider, f"get {stored}", lambda: as_insider().get_object(Bucket=bucket, Key=stored))
    yield attempt(
        archive,
        insider,
        f"delete the policy of {bucket}",
        lambda: as_insider().delete_bucket_policy(Bucket=bucket),
    )
    derived = bucket_name(BucketKind.DERIVED, account=archive, region=home)
    owner, *others = setting.asking or ("anybody",)
    answer = f"{athena_results(owner)}1.csv"
    yield attempt(archive, insider, f"get {answer}", lambda: as_insider().get_object(Bucket=derived, Key=answer))
    for role in [f"arn:aws:iam::{archive}:role/{query_role(other)}" for other in others[:1]]:
        yield attempt(
            archive,
            session_arn(role, "mallory"),
            f"get {answer}",
            functools.partial(_allowed_everything, aws, setting, role, bucket=derived, key=answer),
        )


def _allowed_everything(aws: EmbeddedAws, setting: Setting, role: str, *, bucket: str, key: str) -> None:
    """An auditor whose role may do anything asks for another's answer; the bucket's policy is what must hold."""
    allow_everything(aws, role, setting.home)
    s3 = aws.client("s3", account=setting.archive, region=setting.home, role=role, session="mallory")
    s3.get_object(Bucket=bucket, Key=key)
