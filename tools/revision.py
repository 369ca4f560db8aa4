"""Reads the golden templates as a git revision holds them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path, PurePosixPath
from typing import Any

from tools.synthesis import ROOT

GOLDEN_PATH = "tests/golden"


class RevisionError(Exception):
    """Git does not know the revision; the message is one line."""


def golden_at(revision: str, *, repository: Path = ROOT) -> dict[str, dict[str, Any]]:
    """The golden templates of a revision by file name; none where the revision has no tests/golden.

    Raises:
        RevisionError: when the revision does not exist.
    """
    commit = commit_of(revision, repository=repository)
    listing = _git(repository, "ls-tree", "-z", "--name-only", commit, f"{GOLDEN_PATH}/")
    paths = [path for path in listing.split("\0") if path.endswith(".template.json")]
    return {PurePosixPath(path).name: json.loads(_git(repository, "show", f"{commit}:{path}")) for path in paths}


def commit_of(revision: str, *, repository: Path = ROOT) -> str:
    """The commit that a revision names.

    Raises:
        RevisionError: when the revision does not exist.
    """
    try:
        return _git(
            repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
        ).strip()
    except RevisionError:
        raise RevisionError(f"git knows no revision {revision!r} here") from None


def _git(repository: Path, *arguments: str) -> str:
    try:
        run = subprocess.run(["git", *arguments], cwd=repository, capture_output=True, encoding="utf-8", check=True)
    except FileNotFoundError:
        raise RevisionError("git is not installed") from None
    except subprocess.CalledProcessError as error:
        raise RevisionError(str(error.stderr).strip() or "git failed") from None
    return run.stdout
