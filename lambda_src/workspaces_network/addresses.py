"""Sets of addresses as sorted, merged intervals of integers, IPv4 and IPv6 apart."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from socket import AF_INET, AF_INET6, AddressFamily, inet_ntop, inet_pton
from typing import Final, NamedTuple

Interval = tuple[int, int]
Intervals = tuple[Interval, ...]

# By the text of the length: int() takes signs, spaces and digits of other scripts.
V4_HOSTS: Final = {str(length): (1 << (32 - length)) - 1 for length in range(33)}
V6_HOSTS: Final = {str(length): (1 << (128 - length)) - 1 for length in range(129)}
BEYOND: Final = 1 << 128


class Addresses(NamedTuple):
    """The addresses of both families; each side is merged."""

    v4: Intervals = ()
    v6: Intervals = ()

    def __bool__(self) -> bool:
        return bool(self.v4 or self.v6)


def span(cidr: str, family: AddressFamily) -> Interval:
    """The first and the last address of a CIDR of one family.

    Raises:
        ValueError: where it is no such CIDR, or has host bits set.
    """
    address, _, length = cidr.partition("/")
    hosts = (V4_HOSTS if family == AF_INET else V6_HOSTS).get(length)
    if hosts is None:
        raise ValueError(f"{cidr!r} has no prefix length from 0 to {32 if family == AF_INET else 128}")
    try:
        number = int.from_bytes(inet_pton(family, address))
    except (OSError, ValueError):
        raise ValueError(f"{cidr!r} is no {'IPv4' if family == AF_INET else 'IPv6'} network") from None
    if number & hosts:
        raise ValueError(f"{cidr!r} has host bits set")
    return number, number | hosts


def merged(intervals: Iterable[Interval]) -> Intervals:
    """The one way to write a set of integers: sorted, and neither overlapping nor adjacent."""
    found: list[Interval] = []
    start, end = -1, -2
    for first, last in sorted(intervals):
        if first <= end + 1 and start >= 0:
            if last > end:
                end = last
        else:
            if start >= 0:
                found.append((start, end))
            start, end = first, last
    if start >= 0:
        found.append((start, end))
    return tuple(found)


def outside(intervals: Intervals, of: Intervals) -> Intervals:
    """What of some merged intervals lies in none of the merged others."""
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


def beyond(left: Addresses, right: Addresses) -> Addresses:
    """The addresses of the left alone."""
    return Addresses(outside(left.v4, right.v4), outside(left.v6, right.v6))


def union(sets: Iterable[Addresses]) -> Addresses:
    """The addresses of all sets."""
    listed = list(sets)
    return Addresses(merged(i for one in listed for i in one.v4), merged(i for one in listed for i in one.v6))


def networks(cidrs: Iterable[str]) -> Addresses:
    """The addresses of CIDRs of either family.

    Raises:
        ValueError: where one is no CIDR, or has host bits set.
    """
    v4: list[Interval] = []
    v6: list[Interval] = []
    for cidr in cidrs:
        if ":" in cidr:
            v6.append(span(cidr, AF_INET6))
        else:
            v4.append(span(cidr, AF_INET))
    return Addresses(merged(v4), merged(v6))


def holds(intervals: Intervals, number: int) -> bool:
    """Whether a number lies in one of the merged intervals."""
    position = bisect_right(intervals, (number, BEYOND)) - 1
    return position >= 0 and number <= intervals[position][1]


def count(intervals: Intervals) -> int:
    """How many addresses these are."""
    return sum(last - first + 1 for first, last in intervals)


def v4_cidrs(intervals: Intervals) -> tuple[str, ...]:
    """The fewest IPv4 CIDRs that hold just these addresses, in ascending order."""
    return tuple(f"{inet_ntop(AF_INET, n.to_bytes(4))}/{length}" for n, length in _blocks(intervals, 32))


def v6_cidrs(intervals: Intervals) -> tuple[str, ...]:
    """The same of IPv6."""
    return tuple(f"{inet_ntop(AF_INET6, n.to_bytes(16))}/{length}" for n, length in _blocks(intervals, 128))


def cidrs(addresses: Addresses) -> tuple[str, ...]:
    """The fewest CIDRs of both families, IPv4 first."""
    return v4_cidrs(addresses.v4) + v6_cidrs(addresses.v6)


def _blocks(intervals: Intervals, bits: int) -> Iterator[Interval]:
    """The first address and the prefix length of the largest aligned blocks that intervals are made of."""
    for first, last in intervals:
        while first <= last:
            aligned = (first & -first).bit_length() - 1 if first else bits
            size = min(aligned, (last - first + 1).bit_length() - 1)
            yield first, bits - size
            first += 1 << size
