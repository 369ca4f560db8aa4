"""Does CloudFormation know RDP recording preferences in every Region that shall record?"""

from __future__ import annotations

from typing import Final

from tools.doctor.check import Check
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning

TYPE: Final = "AWS::SSMGuiConnect::Preferences"


def judge(place: Place, *, known: bool, records: bool, enabled: bool) -> Verdict:
    """What the type's presence means for a roll-out to a Region.

    Args:
        place: The archive account in the Region.
        known: Whether the type exists there.
        records: Whether the settings record there.
        enabled: Whether the settings record anywhere.
    """
    if records and not known:
        fix = f'recording.except_regions = ["{place.region}", …]'
        return broken(place, f"{TYPE} does not exist here: a roll-out with recording fails", fix)
    if known and not records and enabled:
        fix = f"take {place.region} out of recording.except_regions, if people connect by RDP there"
        return warning(place, f"{TYPE} exists here, and the settings leave RDP unrecorded", fix)
    return ready(place, f"{TYPE} exists" if known else f"{TYPE} does not exist, and the settings know it")


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    found = eyes.ask(
        place, "cloudformation", "describe_type", absent=["TypeNotFoundException"], Type="RESOURCE", TypeName=TYPE
    )
    recording = expected.settings.recording
    return [
        judge(
            place,
            known=found is not None,
            records=expected.settings.records_in(place.region),
            enabled=recording.enabled,
        )
    ]


CHECK: Final = Check(name="recording type", places=lambda expected: expected.archives, look=_look)
