"""A headless Chromium, of the lock file, that tests and benches drive from Python."""

from __future__ import annotations

import json
import subprocess
from types import TracebackType
from typing import Any

from tools.synthesis import ROOT


class BrowserError(Exception):
    """The browser did not do what it was told; the message is its own."""


class Browser:
    """One browser with one page at a time; call it with the name of a method of Playwright's page.

    ``browser("click", "text=Items")``, ``browser("keyboard.press", "Enter")``; beside these ``fresh`` (a new page,
    with the options of a context), ``requests`` (what it asked for) and ``complaints`` (what it said was wrong).
    """

    def __enter__(self) -> Browser:
        node = ROOT / ".venv" / "jsii-node"
        self._process = subprocess.Popen(
            [str(node), str(ROOT / "tools" / "browser.mjs")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._process.communicate()

    def __call__(self, method: str, *args: Any) -> Any:
        """What the method returns, if it is JSON."""
        asked, answers = self._process.stdin, self._process.stdout
        if asked is None or answers is None:
            raise BrowserError("the browser was not started")
        try:
            asked.write(json.dumps({"method": method, "args": args}) + "\n")
            asked.flush()
        except BrokenPipeError:
            raise BrowserError("the browser is gone") from None
        line = answers.readline()
        if not line:
            raise BrowserError("the browser is gone")
        answer = json.loads(line)
        if "error" in answer:
            raise BrowserError(f"{method}{args}: {answer['error']}")
        return answer.get("result")
