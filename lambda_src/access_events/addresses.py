"""Turns the source that an event names into a number that can be looked up, and into an OCSF endpoint."""

from __future__ import annotations

from .shapes import Json

V6 = 1 << 32
"""Where IPv6 numbers begin: IPv4 has the numbers below, so that both lie on one line."""

_OCTETS = {str(octet): octet for octet in range(256)}


def number(address: str) -> int | None:
    """An IPv4 or IPv6 address as a number on one line; None for anything else.

    An IPv4 address in IPv6 clothing (``::ffff:203.0.113.9``) has the number of the IPv4 address.
    """
    try:
        first, second, third, fourth = address.split(".")
        return _OCTETS[first] << 24 | _OCTETS[second] << 16 | _OCTETS[third] << 8 | _OCTETS[fourth]
    except (ValueError, KeyError):
        return _number_of_v6(address) if ":" in address else None


def _number_of_v6(address: str) -> int | None:
    from ipaddress import IPv6Address  # only where an event needs it: it would cost every cold start

    try:
        parsed = IPv6Address(address)
    except ValueError:
        return None
    if parsed.scope_id is not None:
        return None
    return int(parsed.ipv4_mapped) if parsed.ipv4_mapped is not None else V6 + int(parsed)


def endpoint(source: str | None) -> Json:
    """Where a call came from: an address, or the AWS service that called for somebody."""
    if source is None:
        return {"name": "unknown"}
    if number(source) is not None:
        return {"ip": source} if len(source) <= 40 else {"name": source}
    return {"svc_name": source} if source.endswith(".amazonaws.com") or source == "AWS Internal" else {"name": source}
