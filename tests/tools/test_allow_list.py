"""`make allow-list`, `make explain` and `make ip-ranges` print files for firewalls, and errors that help."""

from __future__ import annotations

import email.message
import io
import json
import urllib.error

import pytest

from lambda_src.workspaces_network.ip_ranges import MAX_BYTES, URL, IpRangesError
from tests.lambda_src.workspaces_network.conftest import EXCERPT
from tools.allow_list import fetch
from tools.allow_list.__main__ import FORMATS, main

TOKYO = "ap-northeast-1"
FROM = ["--ip-ranges", str(EXCERPT)]


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_is_printed_as_it_is_written(tmp_path, capfdbinary, form):
    assert main(["list", TOKYO, "--format", form, *FROM]) == 0
    printed = capfdbinary.readouterr().out
    assert main(["list", TOKYO, "-o", str(tmp_path), *FROM]) == 0
    assert printed == (tmp_path / FORMATS[form]).read_bytes() != b""


def test_text_prints_the_cidrs_of_a_rule(capsys):
    assert main(["list", TOKYO, "--format", "text", "--rule", "pcoip-client-ports", *FROM]) == 0
    expected = ["18.180.178.0/24", "18.180.180.0/23", "54.250.251.0/24", "2406:da32:4000::/40"]
    assert capsys.readouterr().out.split() == expected


def test_differences_are_told_beside_the_list(capsys):
    assert main(["list", "il-central-1", "--format", "json", *FROM]) == 0
    assert "51.17.28.0/22" in capsys.readouterr().err


def test_directories_and_variants_are_named(capsys):
    more = ["--directory", "d-1", "--variant", "smart-card"]
    assert main(["list", TOKYO, "--format", "domains", *more, *FROM]) == 0
    found = capsys.readouterr().out.split()
    assert {"d-1.awsapps.com", "smartcard.ap-northeast-1.signin.aws"} <= set(found)
    assert "skylight-cm.ap-northeast-1.amazonaws.com" not in found


def test_explain_ends_with_1_where_nothing_allows_the_address(capsys):
    assert main(["explain", "54.250.251.7", TOKYO, *FROM]) == 0
    assert main(["explain", "203.0.113.9", TOKYO, *FROM]) == 1
    assert "is not allowed" in capsys.readouterr().out


def test_select_prints_the_rows_of_service_and_region(capsys):
    assert main(["select", "--service", "s3", "--region", "US-WEST-2", *FROM]) == 0
    printed = [line.split(",") for line in capsys.readouterr().out.split()]
    document = json.loads(EXCERPT.read_text("utf-8"))
    rows = [
        [row.get("ip_prefix") or row["ipv6_prefix"], row["region"], row["service"], row["network_border_group"]]
        for row in document["prefixes"] + document["ipv6_prefixes"]
        if (row["service"], row["region"]) == ("S3", "us-west-2")
    ]
    assert printed == rows != []


def test_select_prints_several_services_and_prefixes_alone(capsys):
    services = ["--service", "S3", "--service", "WORKSPACES_GATEWAYS"]
    assert main(["select", *services, "--region", TOKYO, "--cidrs", *FROM]) == 0
    found = capsys.readouterr().out.split()
    assert "54.250.251.0/24" in found
    assert [line for line in found if "," in line] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["list", "tokyo", *FROM], "Region 'tokyo'"),
        (["list", TOKYO, "--format", "text", "--rule", "dcv", *FROM], "--rule 'dcv' is none of dns, client-https"),
        (["list", TOKYO, "--ip-ranges", "nowhere.json"], "nowhere.json: No such file"),
        (["list", TOKYO, "--ip-ranges", __file__], "test_allow_list.py: no JSON"),
        (["explain", "gateway", TOKYO, *FROM], "'gateway' is no IPv4"),
        (["select", "--service", "WORKSPACES_GATEWAY", *FROM], "did you mean WORKSPACES_GATEWAYS?"),
        (["select", "--region", "ap-northeast-l", *FROM], "no Region 'ap-northeast-l'"),
    ],
)
def test_a_mistake_ends_with_2_and_says_what_is_wrong(capsys, arguments, message):
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


def test_what_is_served_is_taken_whole():
    content = EXCERPT.read_bytes() * 20
    assert fetch.download(connect=lambda: io.BytesIO(content)) == content


def test_an_endless_answer_is_cut_off():
    class Endless:
        taken = 0

        def read(self, amount):
            self.taken += amount
            return b"x" * amount

    endless = Endless()
    with pytest.raises(IpRangesError, match=f"more than {MAX_BYTES} bytes"):
        fetch.download(connect=lambda: endless)
    assert endless.taken < 2 * MAX_BYTES


def test_a_slow_answer_is_cut_off():
    class Slow:
        def read(self, _amount):
            return b"x"

    seconds = iter(range(0, 10_000, 7))
    with pytest.raises(IpRangesError, match="within 30 seconds, only 5 bytes"):
        fetch.download(connect=Slow, clock=lambda: float(next(seconds)))


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (urllib.error.URLError("certificate verify failed"), r"nothing came \(certificate verify failed\)"),
        (TimeoutError("timed out"), r"nothing came \(timed out\)"),
        (urllib.error.HTTPError(URL, 302, "Found", email.message.Message(), None), "the answer was 302 Found"),
    ],
)
def test_no_answer_is_said_with_its_reason(error, message):
    def fail():
        raise error

    with pytest.raises(IpRangesError, match=message):
        fetch.download(connect=fail)
    if isinstance(error, urllib.error.HTTPError):
        error.close()


def test_an_answer_that_sends_elsewhere_is_not_followed(monkeypatch):
    import http.server
    import threading

    class Elsewhere(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302 if self.path == "/" else 200)
            self.send_header("Location", "/other")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setattr(fetch, "URL", f"http://127.0.0.1:{server.server_port}/")
        monkeypatch.setenv("no_proxy", "*")
        with pytest.raises(IpRangesError, match="the answer was 302"):
            fetch.download()
        server.shutdown()
