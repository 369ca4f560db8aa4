"""The volumes that a bill depends on: how much happens in a month, each with a default and what it means."""

from __future__ import annotations

import argparse
import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

PER_ACCOUNT = "in an account and month"


def _volume(default: float, words: str) -> Any:
    return field(default=default, metadata={"words": words})


@dataclass(frozen=True, slots=True)
class Volumes:
    """How much happens; the defaults are guesses at an account that people work in every day."""

    accounts: float = _volume(0, "member accounts, the archive among them (default: those in the settings file)")
    sessions: float = _volume(200, f"shell sessions {PER_ACCOUNT}")
    transcripts_gb: float = _volume(0.5, f"GB of transcripts {PER_ACCOUNT}, not compressed")
    recordings: float = _volume(50, f"RDP recordings {PER_ACCOUNT}")
    recordings_gb: float = _volume(5, f"GB of RDP recordings {PER_ACCOUNT}")
    management_events: float = _volume(1_000_000, f"management events of CloudTrail {PER_ACCOUNT}, all Regions")
    management_event_kb: float = _volume(1.5, "KB of such an event")
    trail_regions: float = _volume(4, "Regions of an account in which something happens all the time")
    enabled_regions: float = _volume(17, "Regions that are enabled in an account; each gets an hourly digest")
    other_trail: float = _volume(0, "other trails that deliver management events; with one, ours is a billed copy")
    sign_ins: float = _volume(500, f"console sign-ins {PER_ACCOUNT}")
    workspaces_logins: float = _volume(1_000, f"WorkSpaces logins {PER_ACCOUNT}")
    security_group_changes: float = _volume(50, f"security-group changes {PER_ACCOUNT}")
    security_groups: float = _volume(100, "security groups of an account and Region, judged in each sweep")
    queries: float = _volume(300, "queries of all auditors in a month")
    query_gb: float = _volume(2, "GB that a query scans, compressed")
    evidence_reads: float = _volume(200_000, "reads and lists of the archive in a month, by queries too")
    event_kb: float = _volume(3, "KB of an event on the hub's bus")
    record_kb: float = _volume(5, "KB of the record that an event becomes")
    gzip: float = _volume(10, "how many times smaller compressed text is")
    after_months: float = _volume(12, "months since the first roll-out: evidence piles up until it expires")


def names() -> dict[str, str]:
    """Every volume and what it means."""
    return {item.name: str(item.metadata["words"]) for item in fields(Volumes)}


def defaults() -> dict[str, float]:
    """Every volume and its default."""
    return asdict(Volumes())


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One option for each volume but the accounts, which may be several."""
    group = parser.add_argument_group("volumes")
    for name, words in names().items():
        if name != "accounts":
            option = f"--{name.replace('_', '-')}"
            group.add_argument(option, type=_amount, help=f"{words} (default: {defaults()[name]:g})")


def chosen(options: argparse.Namespace) -> Volumes:
    """The defaults, overridden by the file in ``options.volumes``, and that by the options.

    Raises:
        ValueError: The file names no volume of ours, or one that is no number or below 0.
    """
    volumes = Volumes()
    if options.volumes is not None:
        volumes = replace(volumes, **_from_file(options.volumes))
    given = {name: getattr(options, name) for name in names() if name != "accounts"}
    return replace(volumes, **{name: value for name, value in given.items() if value is not None})


def _from_file(path: Path) -> dict[str, float]:
    raw = tomllib.loads(path.read_text("utf-8"))
    unknown = sorted(raw.keys() - names().keys())
    wrong = sorted(
        name
        for name, value in raw.items()
        if name not in unknown and (isinstance(value, bool) or not isinstance(value, int | float) or value < 0)
    )
    if unknown or wrong:
        told = [f"{name} is no volume" for name in unknown] + [f"{name} must be a number from 0" for name in wrong]
        raise ValueError(f"{path}: {'; '.join(told)}")
    return raw


def _amount(text: str) -> float:
    value = float(text)
    if not 0 <= value < float("inf"):
        raise argparse.ArgumentTypeError("must be a number from 0")
    return value
