"""What judging a login costs where an account has approved 1,000 networks, against one."""

from __future__ import annotations

import json

from lambda_src.access_events.judge import judge
from lambda_src.access_events.normalize import normalize, parse
from lambda_src.access_events.policy import Policy
from tools.benches import Bench
from tools.cpu import CommandFailedError, paired_ratio
from tools.events import POLICY, samples, seconds_per_pass

_ROUNDS = 5000
_HALF = 500


def _measure(runs: int) -> float:
    # Every second one of a range, so that no two merge; the login's own network lies in the middle.
    v4 = [f"10.{number // 128}.{number % 128 * 2}.0/24" for number in range(_HALF - 1)]
    v6 = [f"2001:db8:{number * 2:x}::/48" for number in range(_HALF)]
    many, one = _policy([*v4, "192.0.2.0/24", *v6]), _policy(["192.0.2.0/24"])
    text = samples()["workspaces_access"]
    return paired_ratio(lambda: _seconds(text, many), lambda: _seconds(text, one), runs=runs)


def _policy(networks: list[str]) -> Policy:
    return Policy.from_json(json.dumps({**POLICY, "networks": {"default": networks}}))


def _seconds(text: str, policy: Policy) -> float:
    event = parse(text)

    def judged() -> None:
        record = normalize(event, text, received=0)
        verdict = judge(event, record, policy, count=lambda _key, _uid: 1)
        if verdict.facts["verdict"] != "clear":
            raise CommandFailedError("the login should have been found in an approved network")

    return seconds_per_pass(judged, rounds=_ROUNDS)


BENCH = Bench(name="event_1000_networks_vs_1", unit="ratio", aim=1.2, measure=_measure)
