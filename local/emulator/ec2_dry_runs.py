"""EC2's `DryRun` changes nothing and is answered with the error `DryRunOperation`; MiniStack executes the call.

The embedded AWS denies no EC2 call, so every dry run would have succeeded; the parameters are not judged.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import ec2

from local.emulator.answers import Answer
from local.emulator.ec2_wire import refused
from local.emulator.hooks import replace_entry


def install() -> None:
    """Every action of EC2; must come after the adaptors that add actions."""
    for action in tuple(ec2._ACTION_MAP):
        replace_entry(ec2._ACTION_MAP, action, _unless_dry)


def _unless_dry(original: Callable[..., Answer]) -> Callable[..., Answer]:
    def handle(fields: Mapping[str, Any]) -> Answer:
        if str(ec2._p(fields, "DryRun")).lower() == "true":
            return refused("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status=412)
        return original(fields)

    return handle
