"""A role's own policies judge its EC2 calls on security groups, prefix lists and attachments; others pass unjudged.

A role that does not exist has no policies, so its session, which the embedded STS gives to anybody, may do nothing.
As on AWS, a dry run of what is not permitted is answered as the call itself would be.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qs

from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2

from local.emulator.answers import Answer
from local.emulator.ec2_trail import RECORDED
from local.emulator.ec2_wire import refused
from local.emulator.hooks import replace
from local.emulator.judge import judge_identity
from local.emulator.principals import caller

_JUDGED: Final = RECORDED | {"DescribeSecurityGroups", "DescribeNetworkInterfaces"}
_KINDS: Final = {
    "GroupId": "security-group",
    "InstanceId": "instance",
    "NetworkInterfaceId": "network-interface",
    "PrefixListId": "prefix-list",
}
_WITHOUT_RESOURCE: Final = "Describe"


def install() -> None:
    """Asks before EC2 answers."""
    replace(ec2, "handle_request", _permitted)


def _permitted(original: Callable[..., Any]) -> Callable[..., Any]:
    async def handle(
        method: str, path: str, headers: Mapping[str, str], body: bytes | str, query: Mapping[str, Any]
    ) -> Any:
        text = body if isinstance(body, str) else body.decode(errors="replace")
        refusal = _refusal(headers, query, {**query, **parse_qs(text)})
        return refusal or await original(method, path, headers, body, query)

    return handle


def _refusal(headers: Mapping[str, str], query: Mapping[str, Any], fields: Mapping[str, Any]) -> Answer | None:
    action = ec2._p(fields, "Action")
    principal = caller(headers, query)
    if action not in _JUDGED or principal.is_root:
        return None
    for resource in _resources(action, fields):
        context = {"aws:RequestedRegion": get_region(), **_tags(resource)}
        decision = judge_identity(principal, action=f"ec2:{action}", resource=resource, context=context)
        if not decision.allowed:
            message = (
                "You are not authorized to perform this operation. "
                f"User: {principal.name} is not authorized to perform: ec2:{action} on resource: {resource} "
                f"because {decision.reason}"
            )
            return refused("UnauthorizedOperation", message, status=403)
    return None


def _resources(action: str, fields: Mapping[str, Any]) -> Iterator[str]:
    """What the call is about, as policies name it."""
    named = () if action.startswith(_WITHOUT_RESOURCE) else _KINDS.items()
    arns = [
        f"arn:aws:ec2:{get_region()}:{get_account_id()}:{kind}/{value}"
        for field, kind in named
        if (value := ec2._p(fields, field))
    ]
    yield from arns or ["*"]


def _tags(resource: str) -> dict[str, str]:
    """The tags of what the call is about, as a policy asks for them."""
    found = ec2._tags.get(resource.rsplit("/", 1)[-1]) or []
    return {f"aws:ResourceTag/{tag['Key']}": tag.get("Value", "") for tag in found}
