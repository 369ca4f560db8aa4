"""One bad account, one bug and one bad file do not hide the rest; what a person, a program and a pipeline see."""

from __future__ import annotations

import io
import json
import threading
import time
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from tests.tools.doctor.places import ARCHIVE, EXAMPLE, HERE, HOME, MEMBER, NOW, SECOND, Stubbed, expected
from tools.doctor import __main__ as command
from tools.doctor.accounts import DEFAULT_ROLE, Accounts
from tools.doctor.check import Check
from tools.doctor.document import as_json
from tools.doctor.eyes import Eyes, UnseenError
from tools.doctor.page import places, print_page
from tools.doctor.run import ACCESS, examine
from tools.doctor.verdict import Found, Place, State, broken, ready, unknown, warning

OTHER = "333333333333"


class Open(Stubbed):
    """Every account can be entered but those that are closed."""

    def __init__(self, *closed: str) -> None:
        super().__init__()
        self.closed = closed

    def client(self, service: str, place: Place) -> Any:
        if place.account in self.closed:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "AssumeRole")
        return SimpleNamespace(meta=SimpleNamespace(method_to_api_mapping={}), get_caller_identity=dict)


def check(name, look, *accounts):
    return Check(name=name, places=lambda _expected: [Place(each, HOME) for each in accounts], look=look)


def fine(_eyes, _expected, place):
    return [ready(place, "fine")]


def test_an_account_that_cannot_be_entered_is_told_once_and_the_others_are_looked_at():
    checks = [check(name, fine, MEMBER, OTHER) for name in ("one", "two")]
    found = examine(checks, Eyes(Open(OTHER)), expected(), at_once=4)
    assert [(one.check, one.verdict.place.account, one.verdict.state) for one in found] == [
        (ACCESS, OTHER, State.UNKNOWN),
        ("one", MEMBER, State.READY),
        ("two", MEMBER, State.READY),
    ]
    assert "sts:AssumeRole denied" in found[0].verdict.what


def test_one_account_is_done_after_the_other_and_then_forgotten_but_for_the_archive():
    accounts = [str(number) * 12 for number in (1, 2, 3)]
    asked = []

    def noting(_eyes, _expected, place):
        asked.append(place.account)
        return [ready(place, "fine")]

    clients = Open()
    examine([check(name, noting, *accounts) for name in "ab"], Eyes(clients), expected(), at_once=1)
    assert asked == [account for account in accounts for _ in "ab"]
    assert clients.forgotten == [account for account in accounts if account != ARCHIVE]


def test_an_archive_that_cannot_be_entered_is_told_too():
    found = examine([check("one", fine, ARCHIVE, MEMBER)], Eyes(Open(ARCHIVE)), expected(), at_once=2)
    assert [(one.check, one.verdict.place.account) for one in found] == [(ACCESS, ARCHIVE), ("one", MEMBER)]


def test_a_check_that_is_denied_or_fails_is_unknown_and_the_others_are_made():
    def denied(_eyes, _expected, _place):
        raise UnseenError("ssm:GetDocument denied to role", "allow it")

    def surprised(_eyes, _expected, _place):
        raise KeyError("Contents")

    checks = [check("denied", denied, MEMBER), check("surprised", surprised, MEMBER), check("fine", fine, MEMBER)]
    found = examine(checks, Eyes(Open()), expected(), at_once=2)
    assert [(one.check, one.verdict.state.value) for one in found] == [
        ("denied", "unknown"),
        ("surprised", "unknown"),
        ("fine", "ready"),
    ]
    assert "KeyError: 'Contents'" in found[1].verdict.what


def test_places_are_looked_at_together_but_never_more_than_asked():
    running, most, lock = 0, 0, threading.Lock()

    def slow(_eyes, _expected, place):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.02)
        with lock:
            running -= 1
        return [ready(place, "fine")]

    accounts = [str(100_000_000_000 + number) for number in range(20)]
    found = examine([check("slow", slow, *accounts)], Eyes(Open()), expected(), at_once=3)
    assert (len(found), most) == (20, 3)
    assert [one.verdict.place.account for one in found] == accounts


def test_what_several_checks_ask_is_read_once_though_they_ask_together():
    eyes, reads = Eyes(Open()), []

    def read():
        time.sleep(0.02)
        reads.append(1)
        return "roster"

    threads = [threading.Thread(target=lambda: eyes.once("key", read)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (eyes.once("key", read), len(reads)) == ("roster", 1)


def test_a_network_that_fails_is_no_crash():
    class Unreachable(Open):
        def client(self, service: str, place: Place) -> Any:
            raise EndpointConnectionError(endpoint_url="https://sts.test")

    (found,) = examine([check("fine", fine, MEMBER)], Eyes(Unreachable()), expected(), at_once=1)
    assert (found.check, found.verdict.state) == (ACCESS, State.UNKNOWN)
    assert "https://sts.test" in found.verdict.what


# --- In whose name --------------------------------------------------------------------------------


class Session:
    """A boto3 session whose STS notes which roles are taken."""

    def __init__(self, access_key: str = "AKIAIOSFODNN7EXAMPLE") -> None:
        self.access_key = access_key
        self.taken: list[str] = []
        self.made: list[tuple[str, str, str | None]] = []

    def get_credentials(self) -> Any:
        return SimpleNamespace(access_key=self.access_key)

    def get_partition_for_region(self, region: str) -> str:
        return "aws-us-gov" if region.startswith("us-gov") else "aws"

    def client(self, service: str, **arguments: Any) -> Any:
        self.made.append((service, arguments["region_name"], arguments.get("aws_access_key_id")))
        return self

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": ARCHIVE, "Arn": f"arn:aws:iam::{ARCHIVE}:user/me"}

    def assume_role(self, RoleArn: str, RoleSessionName: str) -> dict[str, Any]:
        self.taken.append(RoleArn)
        return {"Credentials": {"AccessKeyId": "A", "SecretAccessKey": "B", "SessionToken": "C"}}


def test_a_role_is_taken_once_an_account_and_none_in_ones_own():
    session = Session()
    accounts = Accounts(session, role=DEFAULT_ROLE, home=HOME)
    for place in (Place(ARCHIVE, HOME), Place(MEMBER, HOME), Place(MEMBER, SECOND), Place(MEMBER)):
        accounts.client("ssm", place)
    role = f"arn:aws:iam::{MEMBER}:role/cdk-hnb659fds-lookup-role-{MEMBER}-{HOME}"
    assert session.taken == [role]
    assert (accounts.acting_as(MEMBER), accounts.acting_as(ARCHIVE)) == (role, f"arn:aws:iam::{ARCHIVE}:user/me")


def test_the_role_is_of_the_partition_and_may_be_named():
    session = Session()
    accounts = Accounts(session, role="OrganizationAccountAccessRole", home="us-gov-west-1")
    accounts.client("ssm", Place(MEMBER))
    assert session.taken == [f"arn:aws-us-gov:iam::{MEMBER}:role/OrganizationAccountAccessRole"]


def test_in_the_embedded_aws_each_account_is_its_own_key():
    session = Session(access_key=ARCHIVE)
    accounts = Accounts(session, role=DEFAULT_ROLE, home=HOME)
    accounts.client("sqs", Place(MEMBER, SECOND))
    accounts.client("iam", Place(MEMBER))
    assert session.made == [("sqs", SECOND, MEMBER), ("iam", HOME, MEMBER)]
    assert session.taken == []


def test_a_client_is_made_once_and_again_when_it_was_forgotten_or_its_credentials_grow_old():
    session, now = Session(), [0.0]
    accounts = Accounts(session, role="r", home=HOME, clock=lambda: now[0])

    def made():
        accounts.client("sqs", Place(MEMBER, SECOND))
        return len([one for one in session.made if one[0] == "sqs"]), len(session.taken)

    assert [made(), made()] == [(1, 1), (1, 1)]
    accounts.forget(MEMBER)
    assert made() == (2, 1)
    now[0] = 46 * 60
    assert made() == (3, 2)


# --- What is shown --------------------------------------------------------------------------------

FOUND = [
    Found("trails", warning(Place(MEMBER), "a second trail", "aws cloudtrail delete-trail --name x; or keep it")),
    Found("evidence key", broken(Place(ARCHIVE, SECOND), "lacks the tag", f"aws kms tag-resource {'--long ' * 30}end")),
    Found("bus", ready(HERE, "23 rules")),
    Found("bus", unknown(Place(OTHER, HOME), "events:ListRules denied to [role]", "allow it")),
    *(Found("quotas", warning(Place(OTHER, f"region-{n}"), "nearly full", "ask for more")) for n in range(6)),
]


def shown(found, *, width=80, everything=False):
    console = Console(file=io.StringIO(), width=width, highlight=False)
    print_page(console, found, everything=everything)
    return console.file.getvalue()  # type: ignore[attr-defined] # a StringIO


def test_a_person_sees_the_worst_last_and_can_copy_its_fix():
    page = shown(FOUND)
    assert page.index("a second trail") < page.index("denied to [role]") < page.index("lacks the tag")
    assert FOUND[1].verdict.fix in page
    assert f"{OTHER} region-0" in page
    assert "and 2 more" in page
    assert page.count("nearly full") == 1
    assert page.rstrip().splitlines()[-1] == "1 broken, 1 unknown, 7 warning, 1 ready, in 3 accounts."
    assert "23 rules" not in page
    assert "23 rules" in shown(FOUND, everything=True)


def test_the_table_counts_each_check():
    (row,) = [line.split() for line in shown(FOUND).splitlines() if line.startswith("bus ")]
    assert row == ["bus", "1", "-", "1", "-"]


@given(st.lists(st.builds(Place, st.sampled_from([MEMBER, OTHER]), st.sampled_from([HOME, SECOND, "", "x", "y"]))))
def test_no_place_is_lost_among_many(some):
    named = places(some)
    number = len(set(some))
    assert named.endswith(f"and {number - 4} more") if number > 4 else named.count(", ") == max(number - 1, 0)


def test_a_program_reads_every_verdict():
    document = json.loads(as_json(FOUND, at=NOW))
    assert document["state"] == "broken"
    assert document["counts"] == {"ready": 1, "warning": 7, "broken": 1, "unknown": 1}
    assert document["verdicts"][2] == {
        "check": "bus",
        "state": "ready",
        "account": MEMBER,
        "region": HOME,
        "what": "23 rules",
        "fix": None,
    }


# --- The command ----------------------------------------------------------------------------------


@pytest.fixture
def doctor(monkeypatch, tmp_path):
    """Runs the command over one check that gives a verdict."""
    monkeypatch.setattr(boto3, "Session", lambda profile_name=None: Session())
    monkeypatch.setattr(command, "Accounts", lambda *_arguments, **_more: Open())

    def run(say, *arguments):
        def look(_eyes, _expected, place):
            return [say(place)]

        monkeypatch.setattr(command, "CHECKS", (check("one", look, MEMBER),))
        return command.main(["--config", str(EXAMPLE), "--output", str(tmp_path / "deep" / "out.json"), *arguments])

    return run


@pytest.mark.parametrize(
    ("say", "code"),
    [
        (lambda place: ready(place, "w"), 0),
        (lambda place: warning(place, "w", "f"), 0),
        (lambda place: broken(place, "w", "f"), 1),
        (lambda place: unknown(place, "w", "f"), 2),
    ],
)
def test_a_pipeline_sees_the_exit_code(doctor, capsys, tmp_path, say, code):
    assert doctor(say, "--format", "json") == code
    printed = capsys.readouterr().out
    assert json.loads(printed)["verdicts"][0]["what"] == "w"
    assert (tmp_path / "deep" / "out.json").read_text("utf-8") == printed


def test_a_bad_settings_file_ends_with_2_and_says_where(doctor, capsys, tmp_path):
    file = tmp_path / "bad.toml"
    file.write_text('[organization]\nid = "o-1"\n')
    assert doctor(lambda place: ready(place, "w"), "--config", str(file)) == 2
    assert "bad.toml" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--account", "12"], ["--account", MEMBER, "--organization"], ["--check", "no"]])
def test_bad_arguments_are_named(doctor, capsys, arguments):
    with pytest.raises(SystemExit) as caught:
        doctor(lambda place: ready(place, "w"), *arguments)
    assert caught.value.code == 2
    assert arguments[0] in capsys.readouterr().err


def test_looking_at_nothing_is_not_ready(doctor):
    assert doctor(lambda place: ready(place, "w"), "--skip", "bus", "--check", "bus") == 2
