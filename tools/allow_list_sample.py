"""A file as large as ip-ranges.json and of its shape, made up, because the file itself is not ours to keep."""

from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv6Address

_HOME = "ap-northeast-1"
# As many rows of each subset as in August 2026, IPv4 and IPv6; the rest of the file is of other Regions.
_AMAZON = {
    "GLOBAL": (216, 76),
    _HOME: (230, 90),
    "us-east-1": (845, 266),
    "us-west-2": (306, 282),
    "eu-west-1": (4486, 2200),
}
_OTHERS = (
    ("S3", "us-west-2", 16, 15),
    ("EC2", _HOME, 90, 70),
    ("WORKSPACES_GATEWAYS", _HOME, 4, 2),
    ("EC2", "eu-west-1", 4473, 3159),
)


def sample() -> bytes:
    """The bytes: 10,666 IPv4 and 6,160 IPv6 prefixes, of which some are neighbours and collapse."""
    v4: list[dict[str, str]] = []
    v6: list[dict[str, str]] = []
    block = 0
    for region, (of_v4, of_v6) in _AMAZON.items():
        v4 += [_row("ip_prefix", _v4(block + n), "AMAZON", region) for n in range(of_v4)]
        v6 += [_row("ipv6_prefix", _v6(block + n), "AMAZON", region) for n in range(of_v6)]
        block += max(of_v4, of_v6)
    for service, region, of_v4, of_v6 in _OTHERS:
        named_v4 = [row["ip_prefix"] for row in v4 if row["service"] == "AMAZON" and row["region"] == region]
        named_v6 = [row["ipv6_prefix"] for row in v6 if row["service"] == "AMAZON" and row["region"] == region]
        v4 += [_row("ip_prefix", named_v4[n % len(named_v4)], service, region) for n in range(of_v4)]
        v6 += [_row("ipv6_prefix", named_v6[n % len(named_v6)], service, region) for n in range(of_v6)]
    document = {"syncToken": "1787433425", "createDate": "2026-08-22-21-17-05", "prefixes": v4, "ipv6_prefixes": v6}
    return json.dumps(document, indent=2).encode()


def _row(key: str, cidr: str, service: str, region: str) -> dict[str, str]:
    return {key: cidr, "region": region, "service": service, "network_border_group": region}


_APART = (0, 1, 4, 5, 8)


def _v4(number: int) -> str:
    # Of every five the first two are one larger network, and so are the next two: 1,597 become 958.
    return f"{IPv4Address((3 << 24) + (number // 5 * 10 + _APART[number % 5]) * 1024)}/22"


def _v6(number: int) -> str:
    return f"{IPv6Address((0x2600 << 112) + (number * 2 << 80))}/48"
