"""CloudTrail tells EventBridge of the calls that a logging trail of the account takes; without one it is silent.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ministack.services import cloudtrail

from local.emulator import service_events, trail_events
from local.emulator.principals import organization
from local.emulator.trail_selectors import selects

Trail = dict[str, Any]


def install() -> None:
    """Listens to what is remembered for the trails."""
    trail_events.listen(_tell)


def _tell(event: trail_events.Event) -> None:
    trails = _trails_of(event.account, event.region)
    if any(selects(selectors, event.record) for selectors in trails):
        service_events.call_recorded(event.record, account=event.account, region=event.region)


def _trails_of(account: str, region: str) -> Iterator[list[Trail]]:
    """The selectors of every logging trail that sees the account in the Region."""
    for (owner, home, name), trail in list(cloudtrail._trails.all_items()):
        whole = trail.get("IsOrganizationTrail") and owner == organization().management_account
        sees = account == owner or (whole and account in organization().accounts)
        if trail.get("IsLogging") and sees and (trail["IsMultiRegionTrail"] or home == region):
            yield cloudtrail._event_selectors.get_scoped(owner, home, name, cloudtrail._DEFAULT_EVENT_SELECTORS)
