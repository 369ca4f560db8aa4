"""DescribeType: which resource types CloudFormation knows here. MiniStack makes them and cannot be asked.

https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeType.html
"""

from __future__ import annotations

from typing import Any, Final

from ministack.core.responses import get_region
from ministack.services.cloudformation import handlers
from ministack.services.cloudformation.helpers import _error, _p, _xml
from ministack.services.cloudformation.provisioners import _RESOURCE_HANDLERS

from local.emulator.hooks import add_entry

WITHOUT_RECORDING: Final = frozenset({"ap-northeast-3", "ap-east-1", "af-south-1", "il-central-1", "eu-south-1"})
"""Some of the Regions that lack ``AWS::SSMGuiConnect::Preferences``, so that this can be shown."""


def install() -> None:
    """Adds the operation."""
    add_entry(handlers._ACTION_HANDLERS, "DescribeType", _describe)


def _describe(params: Any) -> Any:
    name = _p(params, "TypeName")
    absent = name == "AWS::SSMGuiConnect::Preferences" and get_region() in WITHOUT_RECORDING
    if name not in _RESOURCE_HANDLERS or absent:
        return _error("TypeNotFoundException", f"The type '{name}' cannot be found.", 404)
    inner = f"<Type>RESOURCE</Type><TypeName>{name}</TypeName><DeprecatedStatus>LIVE</DeprecatedStatus>"
    return _xml(200, "DescribeTypeResponse", f"<DescribeTypeResult>{inner}</DescribeTypeResult>")
