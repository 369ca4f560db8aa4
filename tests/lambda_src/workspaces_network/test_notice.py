"""AWS's notice of new address ranges, and whether a file is the one that it tells of."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lambda_src.workspaces_network.notice import Notice, is_meant, newest

SAMPLE = Path(__file__).parents[2] / "events" / "ip_space_changed_sns_message.json"
MD5 = "6a45316e8bc9463c9e926d5d37836d33"


def event(**message):
    body = {"synctoken": "100", "md5": MD5, **message}
    return {"Records": [{"Sns": {"Message": json.dumps(body)}}]}


def test_the_sample_of_aws_is_read():
    message = json.loads(SAMPLE.read_text("utf-8"))
    assert newest({"Records": [{"Sns": {"Message": json.dumps(message)}}]}) == Notice(
        int(message["synctoken"]), message["md5"]
    )


def test_of_several_the_newest_counts():
    both = {"Records": event(synctoken="9")["Records"] + event(synctoken="100")["Records"]}
    assert newest(both) == Notice(100, MD5)


@pytest.mark.parametrize("called", [{}, {"source": "aws.events"}, {"accept": "a"}])
def test_a_schedule_tells_of_no_release(called):
    assert newest(called) is None


@pytest.mark.parametrize(
    "wrong",
    [
        event(synctoken="-1"),
        event(synctoken="soon"),
        event(md5="short"),
        event(md5=MD5.replace("6", "g")),
        {"Records": [{"Sns": {"Message": "no JSON"}}]},
        {"Records": [{"Sns": {"Message": "[]"}}]},
        {"Records": [{"s3": {}}]},
    ],
)
def test_what_is_no_notice_is_refused(wrong):
    with pytest.raises(ValueError, match="notice"):
        newest(wrong)


@pytest.mark.parametrize(
    ("sync_token", "md5", "meant"),
    [
        (100, MD5, True),
        (101, "0" * 32, True),
        (100, "0" * 32, False),
        (99, "0" * 32, False),
    ],
)
def test_a_file_is_meant_that_has_the_md5_or_is_newer(sync_token, md5, meant):
    assert is_meant(Notice(100, MD5), sync_token=sync_token, md5=md5) is meant
