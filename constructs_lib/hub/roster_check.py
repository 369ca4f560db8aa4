"""The function that notices who has fallen silent."""

from __future__ import annotations

from typing import Final

from constructs import Construct

from constructs_lib import archive_layout as layout
from constructs_lib.event_patterns import OURS
from constructs_lib.hub.bus import HubBus
from constructs_lib.hub.function import HubFunction
from constructs_lib.hub.key import OperationsKey
from constructs_lib.hub.schedule import call_on_schedule
from constructs_lib.hub.tables import HubTables
from constructs_lib.log_key import LogKeyUse
from constructs_lib.policies import hub_roles

TIMEOUT_SECONDS: Final = 60
SILENCE: Final = "access-evidence.roster"
"""The source of the events that say so."""


class RosterCheck(Construct):
    """Looks every 15 minutes for accounts and Regions that have not been heard, and says so on the bus.

    Args:
        silent_after_minutes: How long one may be silent.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        silent_after_minutes: int,
        bus: HubBus,
        tables: HubTables,
        key: OperationsKey,
        log_key_use: LogKeyUse,
    ) -> None:
        super().__init__(scope, construct_id)
        self.function = HubFunction(
            self,
            "Check",
            package="roster_check",
            name=layout.ROSTER_CHECK_FUNCTION,
            description="Says which accounts and Regions have fallen silent",
            role_name=layout.ROSTER_CHECK_ROLE,
            log_group_name=layout.ROSTER_CHECK_LOG_GROUP,
            log_key_use=log_key_use,
            statements=[
                hub_roles.checks_roster(table_arn=tables.roster_arn),
                hub_roles.puts_events(bus_arn=bus.arn, source=SILENCE),
                hub_roles.uses_operations_key(key_arn=key.arn, via=key.via),
            ],
            environment={
                "HUB_BUS": layout.HUB_BUS,
                "ROSTER_TABLE": layout.ROSTER_TABLE,
                "SILENT_AFTER_MINUTES": str(silent_after_minutes),
            },
            timeout_seconds=TIMEOUT_SECONDS,
            concurrency=1,
        )
        call_on_schedule(
            self,
            self.function,
            name=f"{OURS}roster-check",
            expression=f"rate({layout.HEARTBEAT_MINUTES} minutes)",
        )
