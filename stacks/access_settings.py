"""Whom the access hub lets pass in silence: networks, hours, exceptions, and whom it tells of the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, PlainSerializer, PlainValidator, StringConstraints, WithJsonSchema

from constructs_lib.archive_layout import HEARTBEAT_MINUTES
from stacks.section import AccountId, Section
from stacks.time_zones import TIME_ZONES

RuleId = Literal[
    "root-sign-in",
    "no-mfa",
    "failed-sign-ins",
    "unapproved-network",
    "unlogged-session",
    "other-session-document",
    "tampering",
    "outside-hours",
    "alarm",
    "unknown-event",
    "unjudged-event",
    "silent-member",
    "security-group-difference",
    "security-group-unjudged",
    "security-group-enforcement",
    "security-group-sweep",
    "missing-evidence",
    "unclaimed-recording",
    "silent-evidence",
    "digest-gap",
    "unasked-evidence",
]
"""The rules of ``lambda_src/access_events/rules.py``, which synthesis does not import; a test compares them."""

_NO_NETWORK: Final = "is no network such as 203.0.113.0/24 or 2001:db8::/32"
_IPV4_MAPPED: Final = IPv6Network("::ffff:0:0/96")


def right_network(cidr: str) -> str:
    """The network, where it is one and is written in the one way that its library writes it.

    Raises:
        ValueError: where it is not, naming the right one where bits are set beyond the prefix.
    """
    try:
        network, alone = ip_network(cidr, strict=False), ip_network(cidr.partition("/")[0])
    except ValueError:
        raise ValueError(_NO_NETWORK) from None
    if "%" in cidr:
        raise ValueError(_NO_NETWORK)
    if isinstance(network, IPv6Network) and network.subnet_of(_IPV4_MAPPED):
        bits = int(network.network_address) & 0xFFFFFFFF
        raise ValueError(f"is an IPv4 network; write {IPv4Network((bits, network.prefixlen - 96))}")
    if alone.network_address != network.network_address:
        raise ValueError(f"has bits beyond its prefix; the network is {network}, the address alone is {alone}")
    if str(network) != cidr:
        raise ValueError(f"is written {network}")
    return cidr


def _networks(cidrs: tuple[str, ...]) -> tuple[str, ...]:
    if not cidrs:
        raise ValueError(
            "would alert on every login; leave it out, or name 0.0.0.0/0 and ::/0 where every network is right"
        )
    return cidrs


def _time_zone(name: str) -> str:
    if name not in TIME_ZONES:
        raise ValueError("is not a time zone such as Asia/Tokyo (stacks/time_zones.py)")
    return name


def _sentence(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("must say something, in one line")
    return text


def _principal(pattern: str) -> str:
    if not pattern.strip("*").strip() or "*" in pattern[:-1] or not pattern.isprintable():
        raise ValueError("must be a name or an ARN; * may stand at its end alone, for whatever follows")
    return pattern


def _day(value: object) -> date:
    if type(value) is date:
        return value
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError("must be a day of the calendar, such as 2027-01-31")


Network = Annotated[str, AfterValidator(right_network), Field(description="IPv4 or IPv6, such as 203.0.113.0/24.")]
Networks = Annotated[tuple[Network, ...], AfterValidator(_networks), Field(json_schema_extra={"minItems": 1})]
Email = Annotated[str, StringConstraints(pattern=r'^[^@\s"<>,;]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$')]
TimeZone = Annotated[str, AfterValidator(_time_zone), Field(description="Of the IANA database, such as Asia/Tokyo.")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Sentence = Annotated[str, AfterValidator(_sentence), Field(json_schema_extra={"pattern": r"\S"})]
Principal = Annotated[str, AfterValidator(_principal), Field(json_schema_extra={"pattern": r"^[^*]+\*?$"})]
Day = Annotated[
    date,
    PlainValidator(_day),
    PlainSerializer(date.isoformat),
    WithJsonSchema({"type": "string", "format": "date", "description": "A TOML date, or the same in quotes."}),
]


class Hours(Section):
    """When people are expected to log in; an end that is earlier than the start lies on the next day."""

    timezone: TimeZone
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    start: Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    end: Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class Exemption(Section):
    """What somebody answers for until the end of a day (UTC): a rule, an account, a principal, or where they meet."""

    owner: Sentence
    reason: Sentence
    expires: Day
    rule: RuleId | None = None
    account: AccountId | None = None
    principal: Principal | None = None


class Access(Section):
    """What the access hub judges events by."""

    networks: Networks | None = None
    account_networks: Mapping[AccountId, Networks] = Field(
        default={}, json_schema_extra={"additionalProperties": False}
    )
    failed_sign_ins: Annotated[int, Field(ge=1, le=1000)] = 5
    failed_sign_in_minutes: Annotated[int, Field(ge=1, le=1440)] = 15
    alert_emails: tuple[Email, ...] = ()
    # One heartbeat may be late, two may not.
    silent_after_minutes: Annotated[int, Field(ge=2 * HEARTBEAT_MINUTES, le=10080)] = 60
    hours: Hours | None = None
    exceptions: tuple[Exemption, ...] = ()
