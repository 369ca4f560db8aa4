"""A missing tool is named with the version needed, before anything else."""

from __future__ import annotations

import subprocess

import pytest

from tools.synthesis import ROOT


@pytest.fixture
def check(tmp_path):
    """Runs the check with stand-ins for the tools that print a version and do nothing else."""

    def run(*, python=None, node=None, npm="10.0.0"):
        commands = {"PYTHON": python, "NODE": node, "NPM": npm}
        environment = {"PATH": "/usr/bin:/bin"}
        for name, answer in commands.items():
            tool = tmp_path / name.lower()
            if answer is not None:
                tool.write_text(f"#!/bin/sh\n{answer if name == 'PYTHON' else f'echo {answer}'}\n")
                tool.chmod(0o755)
            environment[name] = str(tool)
        script = ["sh", str(ROOT / "tools" / "prerequisites.sh")]
        return subprocess.run(script, env=environment, capture_output=True, text=True, check=False)

    return run


GOOD_PYTHON = 'case "$2" in *version_info*) exit 0;; *) echo /a/python;; esac'
OLD_PYTHON = 'case "$1" in --version) echo Python 3.9.1;; *) exit 1;; esac'


def test_a_python_that_will_do_is_printed(check):
    run = check(python=GOOD_PYTHON, node="v20.1.0")
    assert (run.returncode, run.stdout, run.stderr) == (0, "/a/python\n", "")


@pytest.mark.parametrize(
    ("tools", "words"),
    [
        ({"python": OLD_PYTHON, "node": "v24.0.0"}, ["Python 3.11, 3.12 or 3.13", "found: Python 3.9.1"]),
        ({"python": GOOD_PYTHON, "node": "v18.20.0"}, ["Node.js 20 or later", "found: v18.20.0"]),
        ({"python": GOOD_PYTHON}, ["Node.js 20 or later", "found: none"]),
        ({"python": GOOD_PYTHON, "node": "v22.0.0", "npm": None}, ["npm 9 or later"]),
        ({"npm": None}, ["Python 3.11", "Node.js 20", "npm 9"]),
    ],
)
def test_what_is_missing_is_named_all_at_once(check, tools, words):
    run = check(**tools)
    assert run.returncode == 1
    assert run.stdout == ""
    assert [word for word in words if word not in run.stderr] == []
