"""What reading and judging 1,000 live rules costs, from JSON to differences, against reading the JSON alone.

250 sources, each on four ports: half of them IPv4, half IPv6, and all but one from within the 100 approved networks.
Documents take turns, with more sources than any cache holds, so that every pass meets its sources for the first time.
"""

from __future__ import annotations

import itertools
import json

from lambda_src.security_group_guard.approvals import Approvals
from lambda_src.security_group_guard.judge import Group, judge
from lambda_src.security_group_guard.rules import live_rule
from tools.benches import Bench
from tools.cpu import CommandFailedError, paired_ratio
from tools.events import seconds_per_pass
from tools.security_groups import PORTS, live_rules

_ROUNDS = 60
_DOCUMENTS = 12
_GROUP = Group("sg-0123456789abcdef0", "office", "222222222222", "eu-west-1", {})


def _measure(runs: int) -> float:
    # Every second one of a range, so that no two merge.
    networks = [f"10.{2 * n}.0.0/16" for n in range(50)] + [f"2001:db8:{2 * n:x}::/48" for n in range(50)]
    approvals = Approvals.from_json(json.dumps({"organization": {"approved_networks": networks}}))
    texts = [json.dumps({"SecurityGroupRules": live_rules(_sources(n))}) for n in range(_DOCUMENTS)]
    read, judged = itertools.cycle(texts), itertools.cycle(texts)
    return paired_ratio(
        lambda: seconds_per_pass(lambda: _judged(next(judged), approvals), rounds=_ROUNDS),
        lambda: seconds_per_pass(lambda: json.loads(next(read)), rounds=_ROUNDS),
        runs=runs,
    )


def _sources(document: int) -> list[str]:
    v4 = [f"10.{n % 50 * 2}.{document}.{n // 50 + 1}/32" for n in range(125)]
    v6 = [f"2001:db8:{n % 50 * 2:x}:{document:x}::{n // 50:x}/128" for n in range(124)]
    # Of the world's, on ports 443, 22, 5432 and 8080, all but the first are differences.
    return [source for source in (*v4, *v6, "0.0.0.0/0") for _ in PORTS]


def _judged(text: str, approvals: Approvals) -> None:
    rules = [live_rule(described, {}) for described in json.loads(text)["SecurityGroupRules"]]
    found = judge(_GROUP, rules, approvals, now=0)
    if len({difference.rule_id for difference in found}) != 3:
        raise CommandFailedError("three rules should have been found")


BENCH = Bench(name="sg_judge_vs_json_loads", unit="ratio", aim=2.0, measure=_measure)
