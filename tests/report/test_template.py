"""The committed template is what the sources build, and can neither load nor send anything."""

from __future__ import annotations

import re
import subprocess

import pytest

from lambda_src.report_page.fill import SLOT
from tests.conftest import ROOT
from tests.report.conftest import TEMPLATE

NODE = str(ROOT / ".venv" / "jsii-node")


@pytest.mark.parametrize(
    "command", [["report/build.mjs", "--check"], ["node_modules/typescript/bin/tsc", "-p", "report"]]
)
def test_the_template_is_what_sources_build_that_type_check(command):
    process = subprocess.run([NODE, *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout + process.stderr) == (0, "")


def test_the_policy_lets_two_known_texts_run_and_nothing_be_loaded():
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', TEMPLATE)
    directives = dict(directive.split(" ", 1) for directive in policy.split("; "))
    assert directives["default-src"] == "'none'"
    for name in ("script-src", "style-src"):
        assert re.fullmatch(r"'sha256-[A-Za-z0-9+/=]{44}'", directives[name]), directives[name]
    assert "unsafe" not in policy


def test_the_page_names_no_address_to_load_from():
    without_namespaces = re.sub(r"http://www\.w3\.org/[\w/]+", "", TEMPLATE)
    licences = re.search(r'<script type="text/plain".*?</script>', without_namespaces, re.DOTALL)
    assert licences is not None
    rest = without_namespaces.replace(licences.group(), "")
    assert re.findall(r"""(?:src|url|import)\s*[=(]\s*["']?(?!data:)(?:https?:)?//[^"')]*""", rest) == []


def test_the_slot_is_the_whole_content_of_an_element_that_is_data():
    assert TEMPLATE.count(f'<script type="application/json" id="data">{SLOT}</script>') == 1


def test_the_licences_of_what_is_bundled_come_with_the_page():
    licences = re.search(r'id="licences">(.*?)</script>', TEMPLATE, re.DOTALL)
    assert licences is not None
    for package in ("preact", "d3-time", "d3-time-format"):
        assert f"{package} " in licences.group(1)
    assert licences.group(1).count("Permission") >= 3
