"""Golden templates: what the example settings synthesize to, with everything masked that only hashes code."""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tools.carried import unpacked
from tools.synthesis import ROOT, SynthesisError, synthesize

GOLDEN_DIR = ROOT / "tests" / "golden"
MASK = "ASSET"
_FILES = "*.template.json"

_HASH = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_PARAMETER = re.compile(r"^AssetParameters[0-9a-f]{64}(S3Bucket|S3VersionKey|ArtifactHash)[0-9A-F]{8}$")


def mask(template: Mapping[str, Any]) -> dict[str, Any]:
    """The template without the hashes of its assets, so that it changes only when the infrastructure does."""
    return {_mask_name(key): _mask_member(key, value) for key, value in template.items()}


def every_template(assembly_dir: Path) -> dict[str, dict[str, Any]]:
    """All templates of a cloud assembly and those that its StackSets carry, masked, by file name."""
    read = {path.name: json.loads(path.read_text("utf-8")) for path in sorted(assembly_dir.glob(_FILES))}
    return {name: mask(template) for name, template in unpacked(read).items()}


def templates(assembly_dir: Path) -> dict[str, dict[str, Any]]:
    """The distinct templates of a cloud assembly, masked, by file name.

    Stacks that differ in account alone share one template: it appears under the first of their names.
    """
    distinct: dict[str, tuple[str, dict[str, Any]]] = {}
    for name, template in every_template(assembly_dir).items():
        distinct.setdefault(render(template), (name, template))
    return dict(distinct.values())


def render(template: Mapping[str, Any]) -> str:
    """A template as the text that is committed: pretty-printed, keys sorted."""
    return json.dumps(template, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def write(assembly_dir: Path, golden_dir: Path) -> list[Path]:
    """Makes a directory hold the golden templates of an assembly and no others; returns their paths."""
    golden_dir.mkdir(parents=True, exist_ok=True)
    wanted = {golden_dir / name: render(template) for name, template in templates(assembly_dir).items()}
    for stale in set(golden_dir.glob("*.template.json")) - set(wanted):
        stale.unlink()
    for path, text in wanted.items():
        path.write_text(text, "utf-8")
    return list(wanted)


def main(arguments: list[str] | None = None) -> int:
    """Writes tests/golden anew from a fresh synthesis of the example settings."""
    parser = argparse.ArgumentParser(prog="make golden", description=main.__doc__)
    parser.add_argument("--assembly", type=Path, help="take this cloud assembly instead of synthesizing")
    parser.add_argument("--output", type=Path, default=GOLDEN_DIR, help="the directory to write to")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        assembly = options.assembly or Path(scratch)
        if options.assembly is None:
            try:
                synthesize(assembly)
            except SynthesisError as error:
                print(error, file=sys.stderr)
                return 1
        written = write(assembly, options.output)
    print(f"{len(written)} golden templates in {options.output}")
    return 0


def _mask_member(key: str, value: object) -> object:
    return MASK if key == "S3Key" and isinstance(value, str) else _mask_value(value)


def _mask_value(value: object) -> object:
    if isinstance(value, dict):
        return mask(value)
    if isinstance(value, list):
        return [_mask_value(item) for item in value]
    return _mask_name(value) if isinstance(value, str) else value


def _mask_name(name: str) -> str:
    return _HASH.sub(MASK, _PARAMETER.sub(rf"AssetParameters{MASK}\1", name))


if __name__ == "__main__":
    sys.exit(main())
