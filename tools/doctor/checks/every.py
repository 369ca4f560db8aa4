"""Every check, in the order in which a roll-out meets what they look at."""

from __future__ import annotations

from typing import Final

from tools.doctor.check import Check
from tools.doctor.checks import (
    bus,
    delegated_administrators,
    evidence_key,
    heard,
    instances,
    last_evidence,
    node_access,
    protection,
    quotas,
    recording_preferences,
    recording_type,
    regions,
    session_document,
    stacks,
    trails,
    trusted_access,
)

CHECKS: Final[tuple[Check, ...]] = (
    trusted_access.CHECK,
    delegated_administrators.CHECK,
    regions.CHECK,
    recording_type.CHECK,
    quotas.ARCHIVE,
    quotas.ACCOUNTS,
    quotas.REGIONS,
    protection.CHECK,
    evidence_key.CHECK,
    stacks.CHECK,
    trails.CHECK,
    session_document.CHECK,
    recording_preferences.CHECK,
    instances.CHECK,
    node_access.CHECK,
    bus.CHECK,
    heard.CHECK,
    last_evidence.MEMBERS,
    last_evidence.RECORDINGS,
    last_evidence.HUB,
)
