"""The rules, written from what the design promises and what AWS's pages say; none is computed from a policy."""

from __future__ import annotations

from tools.simulate.requests import Rule
from tools.simulate.rules import (
    access_delivery,
    access_logs,
    allow_lists,
    asking_functions,
    checks,
    compactions,
    forwarding,
    guardrails,
    hub_bus,
    hub_own_policies,
    hub_queues,
    hub_roles,
    hub_topic,
    key,
    key_administration,
    log_groups,
    member_roles,
    operations_key,
    outsiders,
    protection,
    queries,
    readers,
    recordings,
    remaining,
    reports,
    security_groups,
    trails,
    transcripts,
    trust,
)
from tools.simulate.world import World

_SUBJECTS = (
    transcripts,
    recordings,
    trails,
    access_logs,
    key,
    key_administration,
    log_groups,
    readers,
    queries,
    asking_functions,
    checks,
    compactions,
    reports,
    allow_lists,
    protection,
    member_roles,
    trust,
    outsiders,
    access_delivery,
    forwarding,
    hub_bus,
    hub_queues,
    hub_topic,
    hub_roles,
    hub_own_policies,
    operations_key,
    security_groups,
    remaining,
    guardrails,
)


def all_rules(world: World) -> list[Rule]:
    """Every rule that the settings make sense of, subject by subject."""
    return [rule for subject in _SUBJECTS for rule in subject.rules(world)]
