"""A WorkSpaces login from an address of AWS is marked, with the day of the table that says so."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

import pytest

from lambda_src.access_events import aws_addresses
from lambda_src.access_events.addresses import number
from lambda_src.access_events.normalize import normalize
from lambda_src.workspaces_network.ip_ranges import read
from tests.lambda_src.workspaces_network.conftest import EXCERPT
from tools.ip_ranges import TABLE, main, table, text

ROOT = Path(__file__).parents[3]
LOGIN = json.loads((ROOT / "tests/events/workspaces_access.json").read_text("utf-8"))


def _holds(networks, address):
    found = number(str(address))
    assert found is not None
    return found in networks


def _facts(address):
    event = LOGIN | {"detail": LOGIN["detail"] | {"clientIpAddress": address}}
    record = normalize(event, json.dumps(event), received=0)
    return {name: record["unmapped"].get(name) for name in ("client_in_aws", "aws_addresses_of")}


@pytest.mark.parametrize(
    "address", ["54.250.251.7", "3.114.164.0", "3.114.167.255", "2406:da24:28::1", "::ffff:54.250.251.7"]
)
def test_a_login_from_an_address_of_aws_is_marked(address):
    assert _facts(address)["client_in_aws"] is True


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.1", "2001:db8::1", "127.0.0.1"])
def test_a_login_from_elsewhere_is_not(address):
    assert _facts(address)["client_in_aws"] is False


def test_the_record_says_how_old_that_knowledge_is():
    assert _facts("203.0.113.9")["aws_addresses_of"] == json.loads(TABLE.read_text("utf-8"))["createDate"][:10]


@pytest.mark.parametrize("address", [None, "", "gateway", "54.250.251.7:443", 7])
def test_nothing_is_said_of_what_is_no_address(address):
    assert _facts(address) == {"client_in_aws": None, "aws_addresses_of": None}


def test_other_events_are_not_marked():
    event = json.loads((ROOT / "tests/events/signin_iam_success_mfa.json").read_text("utf-8"))
    assert "client_in_aws" not in normalize(event, json.dumps(event), received=0)["unmapped"]


def test_the_table_holds_the_excerpt_of_the_same_day():
    ranges = read(EXCERPT.read_bytes())
    known = aws_addresses.table()
    missing = [
        prefix.cidr
        for prefix in ranges.prefixes()
        if prefix.service == "AMAZON" and not _holds(known.networks, prefix.cidr.partition("/")[0])
    ]
    assert missing == []


def test_the_table_holds_what_amazon_holds_and_no_more():
    ranges = read(EXCERPT.read_bytes())
    known = aws_addresses.from_document(json.loads(text(table(ranges)))).networks
    prefixes = [prefix for prefix in ranges.prefixes() if prefix.service == "AMAZON"]
    networks = [ip_network(prefix.cidr) for prefix in prefixes]
    asked = [a for n in networks for a in (n[0], n[-1], n[0] - 1, n[-1] + 1)]
    wrong = [str(a) for a in asked if _holds(known, a) != any(a in n for n in networks)]
    assert wrong == []


def test_an_import_of_the_handler_does_not_read_the_table():
    program = (
        "import lambda_src.access_events.handler, lambda_src.access_events.aws_addresses as a; print(len(a._READ))"
    )
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "0\n"


def test_the_table_is_refreshed_from_a_file(tmp_path, capsys):
    path = tmp_path / "table.json"
    arguments = ["--ip-ranges", str(EXCERPT), "--table", str(path)]
    assert main(arguments) == 0
    assert "fewer than before" in capsys.readouterr().out
    written = path.read_bytes()
    assert main(arguments) == 0
    assert "0 IPv4 addresses more and 0 fewer" in capsys.readouterr().out
    assert path.read_bytes() == written


def test_an_older_file_does_not_replace_the_table(tmp_path, capsys):
    path = tmp_path / "table.json"
    main(["--ip-ranges", str(EXCERPT), "--table", str(path)])
    written = path.read_bytes()
    older = json.loads(EXCERPT.read_text("utf-8")) | {"syncToken": "1787433424"}
    (tmp_path / "older.json").write_text(json.dumps(older), encoding="utf-8")
    assert main(["--ip-ranges", str(tmp_path / "older.json"), "--table", str(path)]) == 2
    assert "is older than the table" in capsys.readouterr().err
    assert path.read_bytes() == written


def test_a_wrong_file_does_not_replace_the_table(tmp_path, capsys):
    path = tmp_path / "table.json"
    main(["--ip-ranges", str(EXCERPT), "--table", str(path)])
    written = path.read_bytes()
    (tmp_path / "part.json").write_bytes(EXCERPT.read_bytes()[:500])
    assert main(["--ip-ranges", str(tmp_path / "part.json"), "--table", str(path)]) == 2
    assert "part.json: no JSON" in capsys.readouterr().err
    assert path.read_bytes() == written


def test_the_age_is_told(capsys):
    assert main(["--check"], now=datetime(2026, 11, 25, tzinfo=UTC)) == 0
    created = datetime.strptime(json.loads(TABLE.read_text("utf-8"))["createDate"], "%Y-%m-%d-%H-%M-%S").replace(
        tzinfo=UTC
    )
    assert f"{(datetime(2026, 11, 25, tzinfo=UTC) - created).days} days old" in capsys.readouterr().out
