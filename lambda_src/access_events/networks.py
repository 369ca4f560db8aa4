"""Which networks an account has approved, as numbers that one bisection finds."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from .addresses import V6, number


class Networks:
    """A set of IPv4 and IPv6 networks that answers in the same time whether it holds one or thousands.

    Args:
        cidrs: Networks such as ``203.0.113.0/24`` or ``2001:db8::/32``; overlaps are merged.

    Raises:
        ValueError: for what is no network. Synthesis has refused it before.
    """

    __slots__ = ("_ends", "_starts")

    def __init__(self, cidrs: Iterable[str]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(map(_interval, cidrs)):
            if self._ends and start <= self._ends[-1] + 1:
                self._ends[-1] = max(end, self._ends[-1])
            else:
                self._starts.append(start)
                self._ends.append(end)

    @classmethod
    def of_numbers(cls, starts: list[int], ends: list[int]) -> Networks:
        """The same from numbers as ``addresses.number`` gives them: sorted, and neither overlapping nor adjacent."""
        found = cls(())
        found._starts, found._ends = starts, ends
        return found

    def __contains__(self, address: int) -> bool:
        found = bisect_right(self._starts, address) - 1
        return found >= 0 and address <= self._ends[found]


def _interval(cidr: str) -> tuple[int, int]:
    from ipaddress import ip_network

    network = ip_network(cidr)
    base = V6 if network.version == 6 else 0
    start, end = base + int(network.network_address), base + int(network.broadcast_address)
    if network.version == 6 and (mapped := number(str(network.network_address))) is not None and mapped < V6:
        # ::ffff:203.0.113.0/120 is the IPv4 network, because such an address is an IPv4 address here.
        return mapped, mapped + (end - start)
    return start, end
