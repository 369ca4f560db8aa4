"""What an event costs from its text to its judged record's line, against reading and writing it as JSON."""

from __future__ import annotations

import json

from lambda_src.access_events.judge import judge
from lambda_src.access_events.lines import line
from lambda_src.access_events.normalize import normalize, parse
from lambda_src.access_events.policy import Policy
from tools.benches import Bench
from tools.cpu import paired_ratio
from tools.events import POLICY, samples, seconds_per_pass

_ROUNDS = 200


def _measure(runs: int) -> float:
    texts = list(samples().values())
    policy = Policy.from_json(json.dumps(POLICY))
    return paired_ratio(
        lambda: seconds_per_pass(lambda: [_judged(text, policy) for text in texts], rounds=_ROUNDS),
        lambda: seconds_per_pass(lambda: [json.dumps(json.loads(text)) for text in texts], rounds=_ROUNDS),
        runs=runs,
    )


def _judged(text: str, policy: Policy) -> bytes:
    event = parse(text)
    record = normalize(event, text, received=0)
    record["unmapped"].update(judge(event, record, policy, count=lambda _key, _uid: 1).facts)
    return line(record)


BENCH = Bench(name="event_vs_json_round_trip", unit="ratio", aim=2.0, measure=_measure)
