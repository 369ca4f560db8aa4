"""One rule of a security group as somebody writes it, checked, and then written in one way only."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, WithJsonSchema, field_validator

from stacks.access_settings import right_network
from stacks.section import Section

PROTOCOLS: Final = {"all": -1, "icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
"""The names that EC2 knows; every other protocol has its IANA number alone."""

GROUP_ID: Final = r"sg-([0-9a-f]{8}|[0-9a-f]{17})"
EVERY_PORT: Final = "all"

_PREFIX_LIST_ID: Final = r"pl-([0-9a-f]{8}|[0-9a-f]{17})"
_NAME_OF: Final = {number: name for name, number in PROTOCOLS.items()}
_SPAN: Final = re.compile(r"([0-9]{1,5})(?:([-/])([0-9]{1,5}))?")


def _protocol(value: object) -> str:
    text = str(value)
    if text in PROTOCOLS:
        return text
    if re.fullmatch(r"-1|0|[1-9][0-9]{0,2}", text) and int(text) <= 255:
        return _NAME_OF.get(int(text), text)
    raise ValueError(f"is no protocol: {', '.join(PROTOCOLS)}, or a number from 0 to 255")


def _text(value: object) -> str:
    if type(value) is int:
        return str(value)
    if isinstance(value, str):
        return value
    raise ValueError('must be ports such as 443, "8000-8100" or "all"')


def _ports(first: int, last: int) -> str:
    if max(first, last) > 65535:
        raise ValueError("is beyond the ports, 0 to 65535")
    if first > last:
        raise ValueError(f"ends before it begins; write {last}-{first}")
    if (first, last) == (0, 65535):
        return EVERY_PORT
    return str(first) if first == last else f"{first}-{last}"


def _type_and_code(kind: int, code: int | None) -> str:
    if max(kind, code or 0) > 255:
        raise ValueError("is beyond the types and codes of ICMP, 0 to 255")
    return str(kind) if code is None else f"{kind}/{code}"


def _source(text: str) -> str:
    if text == "self":
        return text
    if text.startswith("pl-"):
        if not re.fullmatch(_PREFIX_LIST_ID, text):
            raise ValueError("is no id of a prefix list: pl- and 8 or 17 digits of 0-9a-f")
        return text
    account, slash, group = text.rpartition("/")
    if group.startswith("sg-"):
        if not re.fullmatch(GROUP_ID, group):
            raise ValueError("is no id of a security group: sg- and 8 or 17 digits of 0-9a-f")
        if slash and not re.fullmatch(r"[0-9]{12}", account):
            raise ValueError("names no account of twelve digits before the slash")
        return text
    if not re.search(r"[.:/]", text):
        raise ValueError("is no network, prefix list (pl-…), group (sg-… or 222222222222/sg-…) or self")
    return right_network(text)


Protocol = Annotated[
    str,
    PlainValidator(_protocol),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": -1, "maximum": 255},
                {"type": "string", "pattern": f"^({'|'.join(PROTOCOLS)}|-1|[0-9]{{1,3}})$"},
            ],
            "description": "A name that EC2 knows or an IANA number; all is every protocol.",
        }
    ),
]
Ports = Annotated[
    str,
    PlainValidator(_text),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 65535},
                {"type": "string", "pattern": "^(all|[0-9]{1,5}([-/][0-9]{1,5})?)$"},
            ],
            "description": 'A port, a range ("8000-8100"), of ICMP a type ("8") or type and code ("8/0"), or "all".',
        }
    ),
]
Source = Annotated[
    str,
    AfterValidator(_source),
    Field(description="A network, a prefix list, a group, perhaps of another account, or self. Of egress: the target."),
]


class GroupRule(Section):
    """What a rule of a security group lets through: through which ports of a protocol, from or to whom.

    Two rules that say the same are equal, however they are written.
    """

    protocol: Protocol
    ports: Ports
    source: Source
    direction: Literal["ingress", "egress"] = "ingress"

    @field_validator("ports")
    @classmethod
    def _ports_of_the_protocol(cls, text: str, info: ValidationInfo) -> str:
        """The ports of TCP and UDP, the types and codes of ICMP; no other protocol has any."""
        protocol = info.data.get("protocol")
        if text == EVERY_PORT:
            return text
        found = _SPAN.fullmatch(text)
        if found is None:
            raise ValueError('is no port, range such as 8000-8100, ICMP type such as 8 or 8/0, or "all"')
        first, mark, last = int(found[1]), found[2], int(found[3] or found[1])
        if protocol is None:
            return text
        if protocol in ("tcp", "udp"):
            if mark == "/":
                raise ValueError(f"is a type and code of ICMP, not a port of {protocol}")
            return _ports(first, last)
        if protocol in ("icmp", "icmpv6"):
            if mark == "-":
                raise ValueError(f"is a range of ports; {protocol} has a type such as 8, and perhaps a code, 8/0")
            return _type_and_code(first, last if mark else None)
        raise ValueError(f'must be "all": EC2 looks at no ports of protocol {protocol}')
