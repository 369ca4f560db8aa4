"""Shares of Resource Access Manager, which MiniStack does not have: what is shared with whom, as a stack made it.

Nobody sees a shared resource here from another account; a share is kept and read back.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ram-resourceshare.html
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from ministack.core.responses import AccountRegionScopedDict, get_account_id, get_region
from ministack.services import ec2

from local.emulator.answers import RefusalError
from local.emulator.cloudformation_types import Created, Properties, register
from local.emulator.principals import organization

_shares: Final = AccountRegionScopedDict()


def install() -> None:
    """Registers the type."""
    register(
        "AWS::RAM::ResourceShare",
        ResourceShare(),
        properties=frozenset({"AllowExternalPrincipals", "Name", "Principals", "ResourceArns"}),
    )


def clear() -> None:
    """Forgets every share."""
    _shares.clear()


def shares() -> dict[str, Any]:
    """Those of the account and Region of the request, by ARN."""
    return dict(_shares.items())


class ResourceShare:
    """`Ref` is the share's ARN."""

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """Shares; what is not there, or whom nobody knows, fails the stack."""
        arn = f"arn:aws:ram:{get_region()}:{get_account_id()}:resource-share/{uuid.uuid4()}"
        return self._keep(arn, properties)

    def update(self, physical_id: str, _old: Properties, new: Properties, stack: str) -> Created:
        """The same share of other things, or with others."""
        return self._keep(physical_id, new)

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """Ends it."""
        _shares.pop(physical_id, None)

    def _keep(self, arn: str, properties: Properties) -> Created:
        ours = organization()
        whole = f"arn:aws:organizations::{ours.management_account}:organization/{ours.id}"
        for principal in properties.get("Principals", []):
            if principal != whole:
                raise RefusalError("UnknownResourceException", f"the embedded AWS shares with {whole}, not {principal}")
        for resource in properties.get("ResourceArns", []):
            if resource.rsplit("/", 1)[-1] not in ec2._prefix_lists:
                raise RefusalError("MalformedArnException", f"there is no prefix list {resource} in this Region")
        _shares[arn] = dict(properties)
        return arn, {"Arn": arn}
