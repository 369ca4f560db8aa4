"""What judging 1,000 rules costs where 1,000 approvals cover one each, against one approval that covers them all."""

from __future__ import annotations

import json
from typing import Any

from lambda_src.security_group_guard.approvals import Approvals
from lambda_src.security_group_guard.judge import Group, judge
from lambda_src.security_group_guard.rules import Rule, live_rule
from tools.benches import Bench
from tools.cpu import CommandFailedError, paired_ratio
from tools.events import seconds_per_pass
from tools.security_groups import live_rules

_ROUNDS = 40
_GROUP = Group("sg-0123456789abcdef0", "office", "222222222222", "eu-west-1", {})


def _measure(runs: int) -> float:
    # Every second one of a range, so that no two merge.
    networks = [f"203.{n // 128}.{n % 128 * 2}.0/24" for n in range(1000)]
    rules = [live_rule(described, {}) for described in live_rules(networks, ports=(8080,))]
    many, one = _approvals(networks), _approvals(["203.0.0.0/8"])
    return paired_ratio(lambda: _seconds(rules, many), lambda: _seconds(rules, one), runs=runs)


def _approvals(networks: list[str]) -> Approvals:
    return Approvals.from_json(json.dumps({"approvals": [_approval(network) for network in networks]}))


def _approval(network: str) -> dict[str, Any]:
    rule = {"protocol": "tcp", "ports": "8080", "source": network}
    return {"owner": "security", "reason": "measured", "expires": "2030-01-01", "rule": rule}


def _seconds(rules: list[Rule], approvals: Approvals) -> float:
    def judged() -> None:
        if judge(_GROUP, rules, approvals, now=0):
            raise CommandFailedError("every rule should have been covered by an approval")

    return seconds_per_pass(judged, rounds=_ROUNDS)


BENCH = Bench(name="sg_1000_approvals_vs_1", unit="ratio", aim=1.5, measure=_measure)
