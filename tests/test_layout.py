"""The arrows between folders point one way, and synthesis reads nothing but the repository."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.layout_rules import ARROWS, beyond_standard_library, impurities, sources, wrong_arrows

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("folder", ARROWS)
def test_imports_follow_the_arrows_between_folders(folder):
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in sources(ROOT, folder)
        if (found := wrong_arrows(folder, path.read_text("utf-8")))
    }
    assert wrong == {}


@pytest.mark.parametrize("folder", ["app", "stacks", "constructs_lib"])
def test_synthesis_uses_no_clock_environment_program_or_network(folder):
    impure = {
        str(path.relative_to(ROOT)): found
        for path in sources(ROOT, folder)
        if (found := impurities(path.read_text("utf-8")))
    }
    assert impure == {}


@pytest.mark.parametrize("module", ["__init__.py", "archive_layout.py"])
def test_the_shared_vocabulary_needs_the_standard_library_alone(module):
    assert beyond_standard_library((ROOT / "constructs_lib" / module).read_text("utf-8")) == []


def test_reading_the_shared_vocabulary_does_not_load_the_cdk():
    program = "import sys, constructs_lib.archive_layout; sys.exit(int('aws_cdk' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize(
    ("folder", "source", "found"),
    [
        ("constructs_lib", "import stacks.settings", ["1: stacks.settings"]),
        ("constructs_lib", "def f():\n    from stacks import settings", ["2: stacks.settings"]),
        ("stacks", "import app", ["1: app"]),
        ("local", "from constructs_lib import log_archive", ["1: constructs_lib.log_archive"]),
        ("local", "from constructs_lib.archive_layout_more import x", ["1: constructs_lib.archive_layout_more.x"]),
        ("lambda_src", "from constructs_lib.archive_layout import NAMES", ["1: constructs_lib.archive_layout.NAMES"]),
        ("tools", "import stacks", ["1: stacks"]),
        ("local", "from constructs_lib import archive_layout as layout", []),
        ("local", "import constructs_lib.archive_layout", []),
        ("stacks", "from constructs_lib.log_archive import LogArchive", []),
        ("tools", "import json, tools.golden", []),
    ],
)
def test_a_planted_arrow_is_judged(folder, source, found):
    assert wrong_arrows(folder, source) == found


@pytest.mark.parametrize(
    "source",
    [
        "import boto3",
        "import datetime\ndatetime.datetime.now()",
        "from datetime import datetime\ndatetime.now(tz=None)",
        "from datetime import datetime as clock\nclock.utcnow()",
        "import time as t\nt.monotonic()",
        "import os\nos.environ['HOME']",
        "import os as system\nsystem.getenv('HOME')",
        "from os import environ",
        "import subprocess",
        "from git import Repo",
        "from urllib.request import urlopen",
        "__import__('boto3')",
    ],
)
def test_a_planted_impurity_is_found(source):
    assert impurities(source) != []


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime, timedelta\ndatetime.fromisoformat('2026-01-01')",
        "import os\nos.path.join('a', 'b')",
        "import uuid\nuuid.uuid5(uuid.NAMESPACE_URL, 'a')",
        "retention.time.now",
        "from aws_cdk import aws_events as events\nevents.Schedule.rate(timeout)",
    ],
)
def test_what_is_pure_passes(source):
    assert impurities(source) == []


def test_a_library_beside_the_standard_one_is_found():
    assert beyond_standard_library("import re\nimport pydantic\nfrom aws_cdk import Stack") == [
        "2: pydantic",
        "3: aws_cdk.Stack",
    ]
