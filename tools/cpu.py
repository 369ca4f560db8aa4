"""Measures the processor time of whole processes, their children included."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence

from tools.synthesis import ROOT


class CommandFailedError(Exception):
    """A measured command ended with an error; the message is the end of what it printed."""


def cpu_seconds(command: Sequence[str], *, env: Mapping[str, str]) -> float:
    """The user and system seconds of a command and of every child that it waited for, run at the repository's root.

    Raises:
        CommandFailedError: when the command does not end with 0; its time would mean nothing.
    """
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            output.seek(0)
            text = output.read().decode("utf-8", "replace").strip()
            raise CommandFailedError(f"{' '.join(command)} ended with {process.returncode}:\n{text[-2000:]}")
    return usage.ru_utime + usage.ru_stime


def paired_ratio(subject: Callable[[], float], yardstick: Callable[[], float], *, runs: int) -> float:
    """The median of subject / yardstick over pairs that run one after the other, after one unmeasured pair.

    Pairs share the state of the machine, so that the ratio compares where the seconds do not.
    """
    subject(), yardstick()
    return statistics.median(subject() / yardstick() for _ in range(runs))
