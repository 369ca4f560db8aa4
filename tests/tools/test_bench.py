"""`make bench` prints one JSON object per line."""

from __future__ import annotations

import json
import os
import sys
import tomllib

import pytest

from tools.bench import main
from tools.benches import Bench, all_benches
from tools.cpu import CommandFailedError, cpu_seconds, paired_ratio
from tools.example_settings import with_members
from tools.synthesis import EXAMPLE

BURN = "import time\nwhile time.process_time() < 0.3: pass"


def _bench(measure):
    return Bench(name="speed", unit="ratio", aim=2.0, measure=measure)


def test_every_bench_has_a_name_of_its_own():
    names = [bench.name for bench in all_benches()]
    assert len(set(names)) == len(names) >= 3


def test_a_line_is_a_json_object(monkeypatch, capsys):
    monkeypatch.setattr("tools.bench.all_benches", lambda: [_bench(lambda runs: runs + 0.25)])
    assert main(["speed", "--runs", "3"]) == 0
    assert json.loads(capsys.readouterr().out) == {"name": "speed", "value": 3.25, "unit": "ratio", "aim": 2.0}


def test_a_command_that_fails_is_named_and_gives_no_number(monkeypatch, capsys):
    def fail(_runs):
        raise CommandFailedError("app.py ended with 1")

    monkeypatch.setattr("tools.bench.all_benches", lambda: [_bench(fail)])
    assert main([]) == 1
    assert capsys.readouterr() == ("", "speed: app.py ended with 1\n")


@pytest.mark.parametrize("arguments", [["no-such-line"], ["--runs", "0"]])
def test_a_wrong_argument_is_refused(arguments, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "Traceback" not in capsys.readouterr().err


def test_the_time_of_children_counts():
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}])"
    assert cpu_seconds([sys.executable, "-c", program], env=dict(os.environ)) >= 0.3


def test_waiting_does_not_count():
    assert cpu_seconds([sys.executable, "-S", "-c", "import time; time.sleep(1.5)"], env=dict(os.environ)) < 1


def test_a_failing_command_shows_its_last_words():
    with pytest.raises(CommandFailedError, match="no such thing"):
        cpu_seconds([sys.executable, "-c", "raise SystemExit('no such thing')"], env=dict(os.environ))


def test_a_ratio_is_the_median_of_pairs_after_a_warm_up():
    subject = iter([100.0, 2.0, 9.0, 4.0])
    yardstick = iter([1.0, 1.0, 3.0, 1.0])
    assert paired_ratio(lambda: next(subject), lambda: next(yardstick), runs=3) == 3.0


@pytest.mark.parametrize("count", [1, 2, 5000])
def test_the_example_settings_take_any_number_of_members(count):
    settings = tomllib.loads(with_members(EXAMPLE.read_text("utf-8"), count=count))
    members = settings["members"]["direct"]
    assert len(set(members)) == count
    assert members[0] == settings["archive"]["account"]
    assert settings["organization"]["management_account"] not in members


def test_settings_without_a_list_of_members_are_refused():
    with pytest.raises(ValueError, match="direct"):
        with_members('[organization]\nmanagement_account = "9"\n[archive]\naccount = "1"', count=2)
