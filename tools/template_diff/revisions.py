"""Synthesizes the templates of a git revision with a settings file, without touching the working tree."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from tools.golden import every_template
from tools.revision import RevisionError, commit_of
from tools.synthesis import ROOT, synthesize


def templates_at(revision: str, config: str, *, repository: Path = ROOT) -> dict[str, dict[str, Any]]:
    """All templates that the code of a revision makes of its own copy of a settings file; none without that file.

    The app runs in a folder of its own, with the packages installed here.

    Args:
        revision: What git knows a commit by.
        config: The settings file, as a path within the repository.
        repository: Where the revision is looked up.

    Raises:
        RevisionError: when the revision does not exist.
        SynthesisError: when its app refuses.
    """
    commit = commit_of(revision, repository=repository)
    with tempfile.TemporaryDirectory() as scratch:
        source, assembly = Path(scratch, "source"), Path(scratch, "assembly")
        _export(repository, commit, source)
        if not (source / config).is_file():
            return {}
        synthesize(assembly, config=source / config, root=source, unfinished=True)
        return every_template(assembly)


def _export(repository: Path, commit: str, folder: Path) -> None:
    try:
        run = subprocess.run(
            ["git", "archive", "--format=tar", commit], cwd=repository, capture_output=True, check=True
        )
    except subprocess.CalledProcessError as error:
        raise RevisionError(error.stderr.decode("utf-8", "replace").strip() or "git failed") from None
    with tarfile.open(fileobj=io.BytesIO(run.stdout)) as archive:
        archive.extractall(folder, filter="data")
