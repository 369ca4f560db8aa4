"""Sets of addresses as sorted, merged intervals of integers, IPv4 and IPv6 apart.

An IPv4-mapped IPv6 address (``::ffff:192.0.2.1``) stays what a security group takes it for, an IPv6 address: an
approved IPv4 network does not cover it, so nothing passes in that disguise.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address
from socket import AF_INET, AF_INET6, AddressFamily, inet_pton
from typing import Final, NamedTuple

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]

# The host bits of every length of a prefix, by its text: int() takes signs, spaces and digits of other scripts.
V4_HOSTS: Final = {str(length): (1 << (32 - length)) - 1 for length in range(33)}
V6_HOSTS: Final = {str(length): (1 << (128 - length)) - 1 for length in range(129)}
BEYOND: Final = 1 << 128


class Addresses(NamedTuple):
    """The addresses of both families; each side is merged."""

    v4: Intervals = ()
    v6: Intervals = ()

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6)


def merged(intervals: Iterable[Interval]) -> Intervals:
    """The one way to write a set of integers: sorted, and neither overlapping nor adjacent."""
    found: list[Interval] = []
    for first, last in sorted(intervals):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return tuple(found)


def outside(intervals: Intervals, of: Intervals) -> Intervals:
    """What of some merged intervals lies in none of the others."""
    left: list[Interval] = []
    for first, last in intervals:
        position = max(bisect_right(of, (first, BEYOND)) - 1, 0)
        while first <= last and position < len(of) and of[position][0] <= last:
            start, end = of[position]
            if first < start:
                left.append((first, start - 1))
            first = max(first, end + 1)
            position += 1
        if first <= last:
            left.append((first, last))
    return tuple(left)


def common(interval: Interval, intervals: Intervals) -> Intervals:
    """What of one interval lies in the merged others."""
    first, last = interval
    position = max(bisect_right(intervals, (first, BEYOND)) - 1, 0)
    found: list[Interval] = []
    while position < len(intervals) and intervals[position][0] <= last:
        start, end = intervals[position]
        if end >= first:
            found.append((max(first, start), min(last, end)))
        position += 1
    return tuple(found)


def beyond(addresses: Addresses, approved: Addresses) -> Addresses:
    """The addresses that are not approved."""
    return Addresses(outside(addresses.v4, approved.v4), outside(addresses.v6, approved.v6))


def shared(left: Addresses, right: Addresses) -> Addresses:
    """The addresses of both."""
    return beyond(left, beyond(left, right))


def union(sets: Iterable[Addresses]) -> Addresses:
    """The addresses of all sets."""
    listed = list(sets)
    return Addresses(merged(i for one in listed for i in one.v4), merged(i for one in listed for i in one.v6))


def span(cidr: str, family: AddressFamily, *, masked: bool = False) -> Interval:
    """The first and the last address of a CIDR of one family.

    Args:
        cidr: An address, a slash and the length of the prefix.
        family: ``AF_INET`` or ``AF_INET6``.
        masked: Whether host bits are cleared, as EC2 clears them, instead of refused.

    Raises:
        ValueError: where it is no such CIDR.
    """
    address, _, length = cidr.partition("/")
    hosts = (V4_HOSTS if family == AF_INET else V6_HOSTS).get(length)
    if hosts is None:
        raise ValueError(f"{cidr!r} has no prefix length from 0 to {32 if family == AF_INET else 128}")
    try:
        number = int.from_bytes(inet_pton(family, address))
    except (OSError, ValueError):
        raise ValueError(f"{cidr!r} is no {'IPv4' if family == AF_INET else 'IPv6'} network") from None
    if number & hosts and not masked:
        raise ValueError(f"{cidr!r} has host bits set")
    return number & ~hosts, number | hosts


def networks(cidrs: Iterable[str], *, masked: bool = False) -> Addresses:
    """The addresses of CIDRs of either family.

    Raises:
        ValueError: where one is no CIDR, or has host bits set and is not to be masked.
    """
    v4: list[Interval] = []
    v6: list[Interval] = []
    for cidr in cidrs:
        if not isinstance(cidr, str):
            raise ValueError(f"{cidr!r} is no network")
        family, side = (AF_INET6, v6) if ":" in cidr else (AF_INET, v4)
        side.append(span(cidr, family, masked=masked))
    return Addresses(merged(v4), merged(v6))


def each_cidr(addresses: Addresses) -> Iterator[str]:
    """The fewest CIDRs that hold just these addresses, IPv4 first, one by one."""
    for interval in addresses.v4:
        yield from (f"{IPv4Address(first)}/{length}" for first, length in _blocks(interval, 32))
    for interval in addresses.v6:
        yield from (f"{IPv6Address(first)}/{length}" for first, length in _blocks(interval, 128))


def _blocks(interval: Interval, bits: int) -> Iterator[Interval]:
    """The first address and the prefix length of the largest aligned blocks that an interval is made of."""
    first, last = interval
    while first <= last:
        aligned = (first & -first).bit_length() - 1 if first else bits
        size = min(aligned, (last - first + 1).bit_length() - 1)
        yield first, bits - size
        first += 1 << size


def cidrs(addresses: Addresses) -> list[str]:
    """The same as a list."""
    return list(each_cidr(addresses))
