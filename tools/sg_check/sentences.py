"""Tells in a few words what a rule opens, which the guard tells range by range."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

MOST: Final = 6
"""A rule for every port breaks a limit in dozens of ranges; a person sees so many of them."""

_EXTENT: Final = re.compile(r"(tcp|udp) ([0-9]+)(-[0-9]+)?")


def told(texts: Iterable[str]) -> str:
    """One sentence: ranges from the same sources together in the order of their numbers, long lists cut short.

    Args:
        texts: Texts of the guard about one rule, which each begin with the rule itself where they say what it opens.
    """
    extents: dict[str, list[str]] = {}
    for text in texts:
        extent, word, source = text.rpartition(" opens ")[2].partition(" from ")
        extents.setdefault(f"{word}{source}", []).append(extent)
    return "; ".join(_cut(listed) + source for source, listed in extents.items())


def says(described: Mapping[str, Any]) -> str:
    """What a rule says, as it is written: protocol, ports, and from or to whom."""
    protocol = str(described.get("IpProtocol"))
    first, last = (described.get(name) for name in ("FromPort", "ToPort"))
    extent = "" if first in (None, -1) else f" {first}" if first == last else f" {first}-{last}"
    referenced = described.get("ReferencedGroupInfo")
    group = referenced.get("GroupId") if isinstance(referenced, Mapping) else None
    source = next((said for name in ("CidrIpv4", "CidrIpv6", "PrefixListId") if (said := described.get(name))), group)
    named = "every protocol" if protocol == "-1" else protocol
    return f"{named}{extent} {'to' if described.get('IsEgress') else 'from'} {source}"


def _cut(extents: list[str]) -> str:
    ordered = sorted(extents, key=_order)
    shown = ", ".join(ordered[:MOST])
    return shown if len(ordered) <= MOST else f"{shown} and {len(ordered) - MOST} more"


def _order(extent: str) -> tuple[str, int, str]:
    found = _EXTENT.fullmatch(extent)
    return (found[1], int(found[2]), extent) if found else ("", 0, extent)
