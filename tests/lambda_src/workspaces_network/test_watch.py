"""A run of the watcher: what is new takes effect and is told, what is wrong changes nothing and is told once."""

from __future__ import annotations

import copy
import hashlib
import json

import pytest

from lambda_src.workspaces_network.artefacts import JSON, files, from_json
from lambda_src.workspaces_network.fetch import FetchError
from lambda_src.workspaces_network.notice import Notice
from lambda_src.workspaces_network.prefix_lists import PrefixListError
from lambda_src.workspaces_network.watch import ATTEMPTS, FRESH_SECONDS
from tests.lambda_src.workspaces_network.watching import TOKYO, VIRGINIA, Watching, released, written

NEW = "198.51.100.0/24"
BEGUN = "WorkSpaces allow-list: not brought up to date"
OVER = "WorkSpaces allow-list: no longer in the way"


@pytest.fixture
def watching(document):
    """After its first run."""
    made = Watching(document)
    made.run()
    made.bucket.order.clear()
    return made


def notice_of(document, **changes):
    content = written(document)
    return Notice(int(document["syncToken"]), hashlib.md5(content).hexdigest())._replace(**changes)


def pointers(watching):
    return {region: watching.bucket.read(f"{region}/current.json") for region in watching.regions}


def test_the_first_run_writes_every_form_and_the_pointer_last(document):
    watching = Watching(document)
    answer = watching.run()
    assert answer["written"] == [TOKYO, VIRGINIA]
    assert answer["troubles"] == []
    for region, pointer in pointers(watching).items():
        listed = from_json(watching.bucket.objects[pointer["files"][JSON]])
        assert listed.region == region
        assert {name: watching.bucket.objects[key] for name, key in pointer["files"].items()} == files(listed)
        of_region = [key for key in watching.bucket.order if f"/{region}/" in key]
        assert of_region[-1] == f"allow-list/{region}/current.json"
        assert set(of_region[:-1]) == set(pointer["files"].values())
    assert watching.bucket.encryption == {"AES256"}
    assert watching.said == []


def test_prefix_lists_hold_what_desktops_stream_with(watching):
    assert {"54.250.251.0/24", "3.114.164.0/22"} <= set(watching.lists[TOKYO, TOKYO, "ipv4"])
    assert set(watching.lists) == {(TOKYO, of, family) for of in (TOKYO, VIRGINIA) for family in ("ipv4", "ipv6")}


def test_an_unchanged_file_is_asked_for_by_its_entity_tag_and_leads_to_nothing(watching):
    watching.lists.clear()
    answer = watching.run()
    assert watching.asked[0] == ""
    assert watching.asked[1] == hashlib.md5(watching.files[0]).hexdigest()
    assert answer["written"] == []
    assert watching.said == []
    assert len(watching.lists) == 4  # what somebody else did to a prefix list is put right nevertheless


def test_a_release_that_changes_no_list_makes_no_version(watching, document):
    before = pointers(watching)
    watching.publish(released(document, 60))
    assert watching.run()["written"] == []
    assert pointers(watching) == before
    assert watching.said == []


def test_a_new_gateway_leads_to_a_version_entries_and_one_message(watching, document):
    before = pointers(watching)
    later = released(document, 60, NEW)
    watching.publish(later)
    answer = watching.run(notice_of(later))
    assert answer["written"] == [TOKYO]
    assert answer["filled"] == [f"{TOKYO} ipv4 in {TOKYO}: version 2"]
    assert NEW in watching.lists[TOKYO, TOKYO, "ipv4"]
    after = pointers(watching)
    assert after[VIRGINIA] == before[VIRGINIA]
    assert after[TOKYO]["version"].startswith(f"{later['syncToken']}-")
    assert all(key in watching.bucket.objects for key in before[TOKYO]["files"].values())
    (message,) = watching.said
    assert message.subject == f"WorkSpaces allow-list changed: {TOKYO}"
    assert message.regions == [TOKYO]
    assert "pcoip-streaming" in message.lists
    assert f"added 1 CIDRs (256 IPv4 addresses): {NEW}" in message.text
    watching.run()
    assert len(watching.said) == 1


def test_a_change_of_lists_that_nobody_uses_is_not_told(watching, document):
    later = released(document, 60)
    row = {"ip_prefix": NEW, "region": "GLOBAL", "service": "AMAZON", "network_border_group": "GLOBAL"}
    later["prefixes"] = [*later["prefixes"], row]
    watching.publish(later)
    assert watching.run()["written"] == [TOKYO, VIRGINIA]
    assert watching.said == []


def test_what_is_told_is_the_difference_to_what_was_told_last(watching, document):
    """A run that ends before it tells leaves that to the next one."""
    later = released(document, 60, NEW)
    watching.publish(later)
    told, watching.said = watching.said, None
    with pytest.raises(AttributeError):
        watching.run()
    watching.said = told
    watching.publish(released(document, 120, NEW, "203.0.113.0/24"))
    watching.run()
    (message,) = watching.said
    assert f"{NEW}, 203.0.113.0/24" in message.text


def bad(document, kind):
    whole = written(released(document, 60, NEW))
    broken = copy.deepcopy(released(document, 60, NEW))
    if kind == "host bits":
        broken["prefixes"][0]["ip_prefix"] = "10.0.0.1/8"
    if kind == "a subset is missing":
        broken["prefixes"] = [row for row in broken["prefixes"] if row["service"] != "S3"]
        broken["ipv6_prefixes"] = [row for row in broken["ipv6_prefixes"] if row["service"] != "S3"]
    return {
        "truncated": whole[:-100],
        "empty": b"",
        "older": written(released(document, -60, NEW)),
        "oversized": b" " * (17 << 20),
        "no JSON": b"<html>",
        "host bits": written(broken),
        "a subset is missing": written(broken),
        "out of reach": FetchError("https://x answered 503 Slow Down"),
    }[kind]


@pytest.mark.parametrize(
    ("kind", "trouble"),
    [
        ("truncated", "file/unreadable"),
        ("empty", "file/unreadable"),
        ("older", "file/older"),
        ("oversized", "file/unreadable"),
        ("no JSON", "file/unreadable"),
        ("host bits", "file/unreadable"),
        ("a subset is missing", "file/incomplete"),
        ("out of reach", "file/unreachable"),
    ],
)
def test_a_bad_file_changes_nothing_and_is_told_once_and_again_when_it_is_over(watching, document, kind, trouble):
    before = {key: body for key, body in watching.bucket.objects.items() if not key.endswith("state.json")}
    lists = dict(watching.lists)
    watching.publish(bad(document, kind))
    for _ in range(3):
        assert watching.run()["troubles"] == [trouble]
    assert watching.subjects == [BEGUN]
    assert {key: body for key, body in watching.bucket.objects.items() if not key.endswith("state.json")} == before
    assert watching.lists == lists
    later = released(document, 120, NEW)
    watching.publish(later)
    assert watching.run()["troubles"] == []
    assert watching.subjects == [BEGUN, f"WorkSpaces allow-list changed: {TOKYO}", OVER]


def test_nothing_is_half_written_where_one_region_cannot_be_computed(document):
    watching = Watching(document, regions=(TOKYO, "eu-north-1"))
    assert watching.run()["troubles"] == ["file/incomplete"]
    assert [key for key in watching.bucket.objects if not key.endswith("state.json")] == []


def test_a_file_with_another_md5_is_fetched_again_until_it_is_right(watching, document):
    later = released(document, 60, NEW)
    watching.publish(document, written(later)[:-1] + b" }", later)
    answer = watching.run(notice_of(later))
    assert answer["written"] == [TOKYO]
    assert len(watching.slept) == 2
    assert len(watching.said) == 1


def test_after_three_files_with_another_md5_somebody_is_told(watching, document):
    later = released(document, 60, NEW)
    watching.publish(written(later) + b" ")
    asked = len(watching.asked)
    for _ in range(2):
        assert watching.run(notice_of(later))["troubles"] == ["file/mismatch"]
    assert len(watching.asked) - asked == 2 * ATTEMPTS
    assert watching.subjects == [BEGUN]
    assert later["syncToken"] in watching.said[0].text


def test_a_release_that_was_announced_is_taken_with_its_md5_alone_or_a_later_one(watching, document):
    later = released(document, 60, NEW)
    watching.publish(written(later) + b" ")
    watching.run(notice_of(later))
    assert watching.run()["troubles"] == ["file/mismatch"]
    watching.publish(later)
    assert watching.run()["written"] == [TOKYO]
    assert watching.bucket.read("state.json")["announced"] == []


def test_a_late_notice_takes_the_newer_file(watching, document):
    newer = released(document, 120, NEW)
    watching.publish(newer)
    announced = notice_of(released(document, 60, "203.0.113.0/24"))
    assert watching.run(announced)["written"] == [TOKYO]
    assert watching.slept == []


def test_a_notice_of_a_release_that_is_known_is_no_reason_to_wait(watching, document):
    answer = watching.run(notice_of(document, md5="0" * 32))
    assert answer["troubles"] == []
    assert watching.slept == []


def test_a_great_loss_keeps_the_list_until_somebody_accepts_just_this_one(watching, document):
    watching.publish(released(document, 60, NEW, "203.0.113.0/24"))
    watching.run()
    before = pointers(watching)
    watching.limit = 0.01
    watching.publish(released(document, 120))
    for _ in range(2):
        (trouble,) = watching.run()["troubles"]
    assert trouble.startswith(f"guard/{TOKYO}/")
    assert pointers(watching) == before
    assert watching.subjects[1:] == [BEGUN]
    code = trouble.rsplit("/", 1)[-1]
    assert f'{{"accept": "{code}"}}' in watching.said[-1].text
    assert watching.run(accepted="0" * 12)["troubles"] == [trouble]
    watching.publish(released(document, 180))
    assert watching.run(accepted=code)["written"] == [TOKYO]
    assert NEW not in watching.lists[TOKYO, TOKYO, "ipv4"]
    assert watching.subjects[2:] == [f"WorkSpaces allow-list changed: {TOKYO}", OVER]


def test_what_the_settings_end_is_no_loss(watching):
    watching.variants, watching.fingerprint = ("dcv",), "0" * 64
    answer = watching.run()
    assert answer["troubles"] == []
    assert answer["written"] == [TOKYO, VIRGINIA]
    assert "pcoip-streaming" in watching.said[0].lists


def test_other_code_or_settings_compute_everything_again(watching):
    watching.fingerprint = "0" * 64
    assert watching.run()["written"] == [TOKYO, VIRGINIA]
    assert watching.asked[-1] == ""
    assert {pointer["version"][-8:] for pointer in pointers(watching).values()} == {"00000000"}
    assert watching.said == []


def test_a_version_is_written_again_before_the_bucket_forgets_it(watching):
    watching.time += FRESH_SECONDS - 1
    assert watching.run()["written"] == []
    watching.time += 1
    assert watching.run()["written"] == [TOKYO, VIRGINIA]
    assert watching.said == []


def test_one_prefix_list_in_trouble_keeps_no_other_from_being_filled(watching, document):
    watching.broken[TOKYO, TOKYO, "ipv6"] = PrefixListError("is there 0 times")
    watching.lists.clear()
    for _ in range(2):
        assert watching.run()["troubles"] == [f"prefix-list/{TOKYO}/{TOKYO}/ipv6"]
    assert len(watching.lists) == 3
    assert watching.subjects == [BEGUN]
    assert f"The prefix list of {TOKYO} ipv6 in {TOKYO} is there 0 times." in watching.said[0].text
    watching.broken.clear()
    watching.run()
    assert watching.subjects == [BEGUN, OVER]


def test_the_state_is_json_that_says_what_it_knows(watching, document):
    kept = watching.bucket.read("state.json")
    assert kept["sync_token"] == int(document["syncToken"])
    assert kept["told"].keys() == {TOKYO, VIRGINIA}
    assert json.dumps(kept)
