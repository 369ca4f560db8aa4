"""Shows a person what the demonstration found."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from local.demo.evidence import Evidence


def show(console: Console, evidence: Sequence[Evidence]) -> None:
    """What the archive holds by bucket, what happened, what was asked, what the guard did and what was refused."""
    happened = [item for item in evidence if item.kind == "access_event"]
    asked = [item for item in evidence if item.kind == "timeline"]
    groups = [item for item in evidence if item.kind == "security_group"]
    stored = [item for item in evidence if item.kind not in ("attempt", "access_event", "security_group", "timeline")]
    attempts = [item for item in evidence if item.kind == "attempt"]
    console.print()
    console.print(_stored(stored))
    console.print()
    console.print(_happened(happened))
    console.print()
    console.print(_timeline(asked))
    console.print()
    console.print(_guarded(groups))
    console.print()
    console.print(_refused(attempts))
    console.print()
    broken = [item for item in evidence if not item.as_promised]
    if broken:
        lines = [Text(f"{item.kind} {item.target}: {item.outcome}. {item.reason}") for item in broken]
        console.print(Panel(Group(*lines), title="Not as promised", border_style="red"))
        return
    keys = {item.kms_key_arn for item in stored}
    alerted = [item for item in happened if item.alerts]
    verdict = (
        f"{len(stored)} of {len(stored)} pieces of evidence lie in the archive, under {len(keys)} Regional copies of "
        f"one key. {len(happened)} of {len(happened)} events have one judged record each, {len(alerted)} of them woke "
        f"a person, once each. The timeline says of {len(asked)} of {len(asked)} who it was, from where, and what "
        f"shows it. "
        f"{len(groups)} of {len(groups)} times the guard of security groups found what it had to, "
        f"and took back that rule alone, where it acts. {len(attempts)} of {len(attempts)} attempts were refused."
    )
    console.print(Panel(verdict, border_style="green"))


def _stored(evidence: Sequence[Evidence]) -> Tree:
    tree = Tree("[bold]What the archive holds", guide_style="dim")
    buckets: dict[tuple[str, str], Tree] = {}
    for item in evidence:
        bucket, _, path = (item.evidence_uri or "missing").removeprefix("s3://").partition("/")
        key = (item.kms_key_arn or "no key").rsplit("/", 1)[-1]
        if (bucket, key) not in buckets:
            buckets[bucket, key] = tree.add(Text.assemble((bucket, "cyan"), ("  encrypted with ", "dim"), (key, "dim")))
        words = Text.assemble(_mark(item), (f"{item.kind:<11}", "bold"), *_who(item), " on ", _last_word(item.target))
        buckets[bucket, key].add(Group(words, Padding(Text(path, style="dim", overflow="fold"), (0, 0, 0, 2))))
    return tree


def _happened(evidence: Sequence[Evidence]) -> Table:
    """Three columns, so that it fits 80 characters: an address may take 16 and a subject 99."""
    twice = sum(item.copies > 1 for item in evidence)
    table = Table(
        title="What happened, and what was said",
        title_style="bold",
        title_justify="left",
        caption=f"{twice} of {len(evidence)} were told twice; the archive's reader finds one record of each.",
        caption_justify="left",
        box=box.SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
    )
    table.add_column("Who, what and from where", min_width=28, overflow="fold")
    table.add_column("Record and verdict", min_width=18, overflow="fold")
    table.add_column("Alert", overflow="fold")
    for item in evidence:
        who = _who(item) if item.actor.startswith("arn:") else (*_who(item), f" (in {item.account})")
        where = [item.target, f"from {item.source_ip}" if item.source_ip else f"in {item.region}"]
        facts = [Text(word) for word in (item.record, *item.reasons)]
        verdict = Text(item.verdict, style=_VERDICTS.get(item.verdict, ""))
        said = item.subject or "none"
        alert = Text(said if item.alerts < 2 else f"{said} ({item.alerts} times)", style="" if item.alerts else "dim")
        table.add_row(
            Group(Text.assemble(_mark(item), *who), Padding(Text("\n".join(where), style="dim"), (0, 0, 0, 2))),
            Group(facts[0], verdict, *facts[1:]),
            Group(alert, Text(item.reason, style="dim")) if item.reason else alert,
        )
    return table


def _timeline(evidence: Sequence[Evidence]) -> Tree:
    """As Athena answered; what a shell showed stands below who typed it."""
    tree = Tree("[bold]One timeline of who was on which machine, asked in Athena", guide_style="dim")
    for item in evidence:
        _bucket, _, path = (item.evidence_uri or "").removeprefix("s3://").partition("/")
        words = Text.assemble(
            _mark(item),
            (f"{item.time[11:19]} ", "dim"),
            (item.actor, "bold"),
            f" from {item.source_ip} on {item.target}",
            (f"  match: {item.verdict}", "cyan"),
        )
        lines = [Text(line) for line in (item.reason, *([f"…/{path}"] if path else []))]
        tree.add(Group(words, *(Padding(line, (0, 0, 0, 2), style="dim") for line in lines)))
    return tree


def _guarded(evidence: Sequence[Evidence]) -> Tree:
    tree = Tree("[bold]What the guard of security groups found", guide_style="dim")
    for item in evidence:
        who = _who(item) if item.actor.startswith("arn:") else (f"in {item.account} {item.region}",)
        said = item.subject or "no alert of its own"
        lines = [Text(said, style="" if item.subject else "dim")]
        lines += [Text(item.command, style="cyan", overflow="fold")] if item.command else []
        shown = (Padding(line, (0, 0, 0, 2)) for line in lines)
        tree.add(Group(Text.assemble(_mark(item), *who, f": {item.target}"), *shown))
    return tree


_VERDICTS = {"alert": "bold red", "clear": "green"}


def _refused(evidence: Sequence[Evidence]) -> Tree:
    tree = Tree("[bold]What it refused", guide_style="dim")
    statements: dict[str, Tree] = {}
    for item in evidence:
        decided = item.sid or "no statement allows it"
        if decided not in statements:
            statements[decided] = tree.add(Text(decided, style="yellow"))
        statements[decided].add(Text.assemble(_mark(item), *_who(item), f" tried to {_without_file(item.target)}"))
    return tree


def _mark(item: Evidence) -> tuple[str, str]:
    return ("✔ ", "bold green") if item.as_promised else ("✘ ", "bold red")


def _who(item: Evidence) -> tuple[str | tuple[str, str], ...]:
    """The last word of an ARN, its role and the account; a service as it is."""
    if not item.actor.startswith("arn:"):
        return ((item.actor, "bold"),)
    *role, name = item.actor.rsplit(":", 1)[-1].removeprefix("assumed-role/").split("/")
    return ((name, "bold"), (f" ({' '.join([*role, 'of', item.account])})", ""))


def _last_word(arn: str) -> str:
    return arn.rsplit(":", 1)[-1].removeprefix("trail/")


def _without_file(target: str) -> str:
    """``get transcripts/account=222222222222/…``: whose evidence it was says enough."""
    words, slash, _ = target.partition("/region=")
    return f"{words}/…" if slash else target
