"""The files of a day are found where Athena finds them, and their digest changes with them alone."""

from __future__ import annotations

from datetime import date

import pytest

from lambda_src.compaction.files import Place, digests, source

TRAIL = {
    "storage.location.template": "s3://logs/cloudtrail/AWSLogs/o-1/${account}/CloudTrail/${region}/${day}",
    "projection.account.values": "111111111111,222222222222",
    "projection.region.values": "eu-west-1,us-east-1",
    "projection.day.format": "yyyy/MM/dd",
}
EVENTS = {"storage.location.template": "s3://logs/access-events/day=${day}", "projection.day.format": "yyyy-MM-dd"}
DAYS = [date(2026, 5, 2), date(2026, 5, 1)]


def found(*keys, parameters=EVENTS, size=7):
    def list_objects(bucket, prefix, after):
        assert bucket == "logs"
        yield from ((key, size) for key in sorted(keys) if key.startswith(prefix) and key > after)

    return digests(source(parameters), DAYS, list_objects)


def test_a_place_for_each_account_and_region():
    places = source(TRAIL).places
    assert len(places) == 4
    assert Place("logs", "cloudtrail/AWSLogs/o-1/222222222222/CloudTrail/us-east-1/") in places
    assert source(EVENTS).places == (Place("logs", "access-events/day="),)


def test_the_region_may_be_in_the_name_of_the_bucket():
    parameters = TRAIL | {"storage.location.template": "s3://logs-${region}/region=${region}/day=${day}"}
    assert source(parameters).places == (
        Place("logs-eu-west-1", "region=eu-west-1/day="),
        Place("logs-us-east-1", "region=us-east-1/day="),
    )


def test_a_template_that_does_not_end_with_the_day_is_refused():
    with pytest.raises(ValueError, match=r"must end with \$\{day\}, not 's3://logs/\$\{day\}/x'"):
        source(EVENTS | {"storage.location.template": "s3://logs/${day}/x"})


def test_files_count_for_their_day_and_nothing_else_does():
    answers = found(
        "access-events/day=2026-05-01/a.gz",
        "access-events/day=2026-05-01/b.gz",
        "access-events/day=2026-05-01/manifest",
        "access-events/day=2026-05-03/a.gz",
        "access-events/day=2026-04-30/a.gz",
        "access-events/day=junk/a.gz",
        "access-events/day=2026-5-001/a.gz",
    )
    assert [answer.partition(", sha")[0] for answer in answers.values()] == ["2 files, 14 bytes", "0 files, 0 bytes"]
    assert list(answers) == sorted(DAYS)


def test_days_of_the_trail_are_folders():
    key = "cloudtrail/AWSLogs/o-1/222222222222/CloudTrail/us-east-1/2026/05/02/a.json.gz"
    assert found(key, parameters=TRAIL)[date(2026, 5, 2)].startswith("1 files, 7 bytes, sha256 ")


@pytest.mark.parametrize(
    ("changed", "size"),
    [(["access-events/day=2026-05-01/b.gz"], 7), (["access-events/day=2026-05-01/a.gz"], 8), ([], 7)],
)
def test_another_name_another_size_or_one_file_less_is_another_digest(changed, size):
    before = found("access-events/day=2026-05-01/a.gz")
    after = found(*changed, size=size)
    assert before[DAYS[1]] != after[DAYS[1]]
    assert before[DAYS[0]] == after[DAYS[0]]
