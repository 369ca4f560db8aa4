"""What services put into the archive, and how."""

from __future__ import annotations

from typing import Final

from constructs_lib.archive_layout import TRANSCRIPTS_PREFIX, BucketKind
from tools.doctor.answers.answer import Answer, Question, observed, unobserved
from tools.doctor.answers.recordings import is_locked
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes


def firehose_lock(*, locked: bool, transcripts: bool) -> Answer:
    """Whether Data Firehose's uploads survive a default retention."""
    how = "GetObjectLockConfiguration and ListObjectsV2 of the log buckets"
    if locked and transcripts:
        return observed("yes: transcripts lie in a bucket with a default retention", how)
    why = "a default retention, and no transcript yet" if locked else "no default retention"
    return unobserved(f"{how}: {why}", "archive.lock_days, and a shell session in an enrolled account")


def policy_variable(policy: str) -> Answer:
    """Whether the source account may stand in a bucket policy's Resource as a variable."""
    how = "GetBucketPolicy of the log bucket"
    if "${aws:SourceAccount}" not in policy:
        needed = "a test bucket whose sentence for CloudTrail names …/AWSLogs/${aws:SourceAccount}/*, and a trail to it"
        return unobserved(f"{how}: our policy does not use it", needed)
    return unobserved(f"{how}: it is used", "the check of the trails: it works where trails deliver")


def upload_headers() -> Answer:
    """Whether GuiConnect sends headers of encryption or ACLs."""
    return unobserved(
        "the archive's trail records no PutObject, on purpose: it would feed itself",
        "for an hour, a test trail elsewhere with data events of PutObject on the recording bucket, and a connection: "
        "requestParameters names x-amz-server-side-encryption and x-amz-acl where they are sent",
    )


def control_messages() -> Answer:
    """Whether Firehose passes on control messages of CloudWatch Logs."""
    return unobserved(
        "the doctor reads names of objects, never what they hold",
        "as an auditor, make query Q=what-could-not-be-read: a control message is a line that is no session record",
    )


def sign_in_spelling() -> Answer:
    """How the detail-type of a console sign-in is spelt."""
    return unobserved(
        "the doctor reads names of objects, never what they hold; both spellings are taken",
        "as an auditor, make query SQL=\"SELECT DISTINCT json_extract_scalar(raw_data, '$.detail-type') FROM events\" "
        "after a sign-in",
    )


def _lock(eyes: Eyes, expected: Expected) -> Answer:
    locked, some = False, False
    for place in expected.archives:
        bucket = expected.bucket(BucketKind.LOGS, place.region)
        if is_locked(eyes, place, bucket):
            locked = True
            found = eyes.pages(
                place, "s3", "list_objects_v2", "Contents", at_most=1, Bucket=bucket, Prefix=TRANSCRIPTS_PREFIX
            )
            some = some or bool(found)
    return firehose_lock(locked=locked, transcripts=some)


def _variable(eyes: Eyes, expected: Expected) -> Answer:
    bucket = expected.bucket(BucketKind.LOGS, expected.home)
    absent = ["NoSuchBucketPolicy", "NoSuchBucket"]
    found = eyes.ask(expected.archive, "s3", "get_bucket_policy", absent=absent, Bucket=bucket)
    return policy_variable((found or {}).get("Policy", ""))


QUESTIONS: Final = (
    Question(
        id="5-firehose-lock",
        asked="Do Data Firehose's uploads survive Object Lock with a default retention?",
        look=_lock,
    ),
    Question(
        id="6-sign-in",
        asked="Which spelling has the detail-type of console sign-ins?",
        look=lambda _eyes, _expected: sign_in_spelling(),
    ),
    Question(
        id="8-control-messages",
        asked="Does Firehose drop control messages when it extracts messages?",
        look=lambda _eyes, _expected: control_messages(),
    ),
    Question(
        id="9-policy-variable",
        asked="Does ${aws:SourceAccount} work in the Resource of a bucket policy for CloudTrail?",
        look=_variable,
    ),
    Question(
        id="13-headers",
        asked="Does GuiConnect send headers of encryption or ACLs with its uploads?",
        look=lambda _eyes, _expected: upload_headers(),
    ),
)
