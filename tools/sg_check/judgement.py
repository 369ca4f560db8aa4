"""Asks the guard for its judgement of what was read; the one place that does."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lambda_src.security_group_guard.approvals import Approvals
from lambda_src.security_group_guard.judge import judge
from lambda_src.security_group_guard.rules import Rule, live_rule
from tools.sg_check.sentences import says
from tools.sg_check.subjects import Reading, Subject, Unjudged

MISSING = "missing"


class Finding(NamedTuple):
    """What one rule breaks, or what a baseline misses.

    Attributes:
        place: The rule: where it stands in the file, or its id. Empty for what is missing.
        says: The rule as it is written.
        texts: What it opens, or what is missing.
    """

    file: str
    group: str
    place: str
    says: str
    kind: str
    breaks: str
    texts: tuple[str, ...]


@dataclass(kw_only=True)
class Verdict:
    """What came out, and how much was looked at."""

    findings: list[Finding] = field(default_factory=list)
    unjudged: list[Unjudged] = field(default_factory=list)
    groups: int = 0
    rules: int = 0


class Judgement:
    """The guard's judgement with one document of approvals.

    Args:
        document: The approvals as JSON.
        prefix_lists: The CIDRs of prefix lists, by id.
        now: Milliseconds since 1970; what expired before then approves nothing.

    Raises:
        ValueError: where the document is wrong.
    """

    def __init__(self, document: Mapping[str, Any], prefix_lists: Mapping[str, Iterable[str]], *, now: int) -> None:
        self._approvals = Approvals.from_json(json.dumps(document))
        self._selected_by = {key for baseline in document.get("baselines", []) for key in baseline}
        self._prefix_lists = prefix_lists
        self._now = now

    def of(self, readings: Iterable[Reading]) -> Verdict:
        """The verdict on all files."""
        verdict = Verdict()
        for reading in readings:
            verdict.unjudged += reading.unjudged
            for subject in reading.subjects:
                self._judge(reading, subject, verdict)
        return verdict

    def _judge(self, reading: Reading, subject: Subject, verdict: Verdict) -> None:
        baseline = self._approvals.baseline(subject.group)
        before = len(verdict.unjudged)
        # A baseline by id is the most specific: nothing that is unknown could find another.
        if (baseline is None or not baseline.selector.group_id) and (unknown := subject.unknown & self._selected_by):
            why = f"there are baselines by {', '.join(sorted(unknown))}, which the file does not tell"
            verdict.unjudged.append(Unjudged(reading.file, subject.shown, why))
        # Egress counts only where a baseline says so: what nobody judges needs no resolving.
        egress = baseline is not None and baseline.egress
        verdict.unjudged += [
            Unjudged(reading.file, rule.place, rule.why) for rule in subject.unresolved if egress or not rule.egress
        ]
        rules: list[Rule] = []
        written = {"": MISSING}
        prefix_lists = {**self._prefix_lists, **reading.prefix_lists}
        for described in subject.rules:
            if described.get("IsEgress") is True and not egress:
                continue
            try:
                rules.append(live_rule(described, prefix_lists))
                written[rules[-1].rule_id] = says(described)
            except ValueError as error:
                place = str(described.get("SecurityGroupRuleId"))
                why = str(error).removeprefix(f"{place}: ")
                verdict.unjudged.append(Unjudged(reading.file, place, why))
        # What a rule that cannot be judged opens may be just what seems to be missing.
        whole = subject.whole and len(verdict.unjudged) == before
        found: dict[tuple[str, str, str], list[str]] = {}
        for kind, place, breaks, text in judge(subject.group, rules, self._approvals, now=self._now):
            if whole or kind != MISSING:
                found.setdefault((place, kind, breaks), []).append(text.removesuffix(f": {breaks}"))
        verdict.findings += [
            Finding(reading.file, subject.shown, place, written[place], kind, breaks, tuple(texts))
            for (place, kind, breaks), texts in found.items()
        ]
        verdict.groups += 1
        verdict.rules += len(rules)
