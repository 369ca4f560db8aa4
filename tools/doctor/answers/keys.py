"""What services tell KMS when they use the evidence key for somebody."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any, Final

from constructs_lib.archive_layout import SESSION_LOG_GROUP, BucketKind
from tools.doctor.answers.answer import Answer, Question, observed, unobserved
from tools.doctor.check import session_log_group
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes, Json
from tools.doctor.verdict import Place

SOURCE_ORG: Final = "aws:SourceOrgID"
_CONTEXT: Final = "kms:EncryptionContext:aws:logs:arn"


def demands_organization(policy: Mapping[str, Any], service: str, group: str) -> bool:
    """Whether a key policy lets a service use the key for a log group only where the organization is sent.

    Args:
        policy: The key policy.
        service: What the service's name begins with.
        group: The log group's ARN; sentences for other groups do not count.
    """
    statements = [
        conditions
        for one in policy.get("Statement", [])
        if one.get("Effect") == "Allow" and str(_mapping(one.get("Principal")).get("Service", "")).startswith(service)
        if _covers(conditions := _mapping(one.get("Condition")), group)
    ]
    return bool(statements) and all(
        any(
            SOURCE_ORG.lower() in (key.lower() for key in keys) and not operator.endswith("IfExists")
            for operator, keys in conditions.items()
        )
        for conditions in statements
    )


def _covers(conditions: Mapping[str, Any], group: str) -> bool:
    patterns = [
        [value] if isinstance(value, str) else list(value)
        for keys in conditions.values()
        for key, value in keys.items()
        if key.lower() == _CONTEXT.lower()
    ]
    return all(any(fnmatchcase(group, pattern) for pattern in some) for some in patterns)


def logs_tell(*, demanded: bool, groups: Sequence[str]) -> Answer:
    """Whether CloudWatch Logs tells KMS the organization.

    Args:
        demanded: Whether the key policy lets Logs use the key only then.
        groups: Log groups of members, not of the archive account, that are encrypted with the key.
    """
    how = "GetKeyPolicy of the evidence key, and kmsKeyId of the members' session log groups"
    if not groups:
        needed = 'enrol a member with session_manager.log_key = "archive", which makes the log group'
        return unobserved(f"{how}: no member's group has the key", needed)
    if not demanded:
        return unobserved(f"{how}: the policy does not demand it", "the key policy of this app")
    said = f"yes: the key policy demands it, and {len(groups)} members' log groups were made with the key"
    return observed(said, how)


def trail_tells() -> Answer:
    """Whether CloudTrail tells KMS the organization: our policy lets it be silent, so success shows nothing."""
    return unobserved(
        "GetKeyPolicy of the evidence key: the sentence for CloudTrail asks for it only where it is sent",
        "a test key whose sentence for CloudTrail demands it without IfExists, and a trail that is made with that key",
    )


def writers_need(denied: Iterable[str]) -> Answer:
    """Whether who writes to an encrypted log group needs the key: shown by a writer that is denied the key.

    Args:
        denied: Roles of instances that write transcripts and are denied the key.
    """
    how = "every role that writes is given the key by this app, so success shows nothing"
    return unobserved(
        how,
        "an instance whose role may write to the log group and is denied the key, and one session on it "
        f"({', '.join(denied) or 'no such role'})",
    )


def keyless_trail(trails: Iterable[Mapping[str, Any]], *, bucket: str) -> Answer:
    """Whether a trail without a key of its own delivers into a bucket that encrypts with ours by default.

    Args:
        trails: Each with `KmsKeyId`, `S3BucketName`, `delivered` (a time, or nothing) and `problem`.
        bucket: The archive's log bucket.
    """
    how = "DescribeTrails and GetTrailStatus"
    some = [one for one in trails if one.get("S3BucketName") == bucket and not one.get("KmsKeyId")]
    if not some:
        return unobserved(f"{how}: every trail to the archive names the key", "a test trail that names no key")
    failing = [one for one in some if one.get("problem")]
    if failing:
        return observed(f"no: {failing[0]['problem']}", how)
    if any(one.get("delivered") for one in some):
        return observed(f"yes: {len(some)} trails without a key deliver to {bucket}", how)
    return unobserved(f"{how}: such a trail has not delivered yet", "an hour")


def foreign_tag() -> Answer:
    """Whether a condition on the tag of another account's key ever holds."""
    return unobserved(
        "nothing that this app makes depends on it",
        "a person with AWSSystemsManagerJustInTimeAccessTokenPolicy and no other right to the key holds an RDP "
        "connection: it is recorded only if the condition holds across accounts",
    )


def _policy(eyes: Eyes, expected: Expected) -> Json:
    key = expected.settings.archive.key_id
    if key is None:
        return {}
    found = eyes.ask(
        expected.archive, "kms", "get_key_policy", absent=["NotFoundException"], KeyId=key, PolicyName="default"
    )
    policy: Json = json.loads((found or {}).get("Policy", "{}"))
    return policy


def _logs(eyes: Eyes, expected: Expected) -> Answer:
    policy = _policy(eyes, expected)
    groups, demanded = [], True
    for place in expected.governed:
        group = session_log_group(eyes, place) or {}
        if place.account != expected.archive.account and group.get("kmsKeyId") == expected.key_arn(place.region):
            groups.append(str(place))
            arn = f"arn:{expected.partition}:logs:{expected.home}:{place.account}:log-group:{SESSION_LOG_GROUP}"
            demanded = demanded and demands_organization(policy, "logs.", arn)
    return logs_tell(demanded=demanded, groups=groups)


def _keyless(eyes: Eyes, expected: Expected) -> Answer:
    trails = []
    for place in expected.accounts:
        home = Place(place.account, expected.home)
        for one in eyes.told(home, "cloudtrail", "describe_trails")["trailList"]:
            if one.get("KmsKeyId"):
                continue
            status = eyes.told(home, "cloudtrail", "get_trail_status", Name=one["TrailARN"])
            delivered, problem = status.get("LatestDeliveryTime"), status.get("LatestDeliveryError")
            trails.append({**one, "delivered": delivered, "problem": problem})
    return keyless_trail(trails, bucket=expected.bucket(BucketKind.LOGS, expected.home))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


QUESTIONS: Final = (
    Question(id="3-logs", asked="Does CloudWatch Logs send aws:SourceOrgID to KMS?", look=_logs),
    Question(
        id="3-cloudtrail",
        asked="Does CloudTrail send aws:SourceOrgID to KMS?",
        look=lambda _eyes, _expected: trail_tells(),
    ),
    Question(
        id="4-put-log-events",
        asked="Do callers of PutLogEvents need the key of an encrypted log group?",
        look=lambda _eyes, _expected: writers_need(()),
    ),
    Question(
        id="11-keyless-trail",
        asked="Does a trail without a key deliver into a bucket that encrypts with a customer key by default?",
        look=_keyless,
    ),
    Question(
        id="12-foreign-tag",
        asked="Does aws:ResourceTag hold in an IAM policy for a key of another account?",
        look=lambda _eyes, _expected: foreign_tag(),
    ),
)
