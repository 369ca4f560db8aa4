"""What a set of rules opens, as one area that says of any rule what it leaves uncovered.

Of a protocol and direction, the area has two axes: addresses, and the extent within the protocol (ports; type and code
of ICMP). Sources without addresses of their own, a group or a prefix list by its id, are points by name.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import chain

from .networks import Addresses, Interval, Intervals, merged, outside
from .rules import EVERY_PROTOCOL, Rule

Piece = tuple[Interval, Intervals]
"""Some addresses, and the extents that are meant of them."""


class Coverage:
    """The union of what rules open.

    Args:
        rules: Each with the names that its source goes by. A rule with a name counts by its name alone, not by the
            addresses that a prefix list holds.
    """

    __slots__ = ("_named", "_v4", "_v6")

    def __init__(self, rules: Iterable[tuple[Rule, tuple[str, ...]]]) -> None:
        named: dict[tuple[bool, int, str], list[Interval]] = {}
        v4: dict[tuple[bool, int], dict[Interval, list[Interval]]] = {}
        v6: dict[tuple[bool, int], dict[Interval, list[Interval]]] = {}
        for rule, names in rules:
            for name in names:
                named.setdefault((rule.egress, rule.protocol, name), []).append(rule.extent)
            for family, intervals in ((v4, rule.sources.v4), (v6, rule.sources.v6)):
                for interval in () if names else intervals:
                    area = family.setdefault((rule.egress, rule.protocol), {})
                    area.setdefault(interval, []).append(rule.extent)
        self._named = {key: merged(extents) for key, extents in named.items()}
        self._v4 = {key: _Area(area) for key, area in v4.items()}
        self._v6 = {key: _Area(area) for key, area in v6.items()}

    def beyond_names(self, egress: bool, protocol: int, names: tuple[str, ...], extents: Intervals) -> Intervals:
        """What of the extents is not covered for a source of these names."""
        for name in names:
            for number in _covering(protocol):
                if extents and (known := self._named.get((egress, number, name))):
                    extents = outside(extents, known)
        return extents

    def beyond_v4(self, egress: bool, protocol: int, pieces: list[Piece]) -> list[Piece]:
        """What of the pieces, of IPv4, is not covered."""
        return _beyond(self._v4, egress, protocol, pieces)

    def beyond_v6(self, egress: bool, protocol: int, pieces: list[Piece]) -> list[Piece]:
        """What of the pieces, of IPv6, is not covered."""
        return _beyond(self._v6, egress, protocol, pieces)


def uncovered(
    coverages: Iterable[Coverage],
    rule: Rule,
    names: tuple[str, ...],
    protocol: int,
    extent: Interval,
    sources: Addresses,
) -> tuple[Intervals, list[Piece], list[Piece]]:
    """What no coverage covers, of some of what a rule opens.

    Returns:
        The extents that are left by the names of its source, and by its addresses the pieces that are left of IPv4
        and of IPv6. If either is empty, all of it is covered.
    """
    extents: Intervals = (extent,)
    for coverage in coverages:
        extents = coverage.beyond_names(rule.egress, protocol, names, extents)
    v4 = [(interval, extents) for interval in sources.v4] if extents else []
    v6 = [(interval, extents) for interval in sources.v6] if extents else []
    for coverage in coverages:
        v4 = coverage.beyond_v4(rule.egress, protocol, v4) if v4 else v4
        v6 = coverage.beyond_v6(rule.egress, protocol, v6) if v6 else v6
    return extents, v4, v6


def covered(coverages: Iterable[Coverage], rule: Rule, names: tuple[str, ...], sources: Addresses) -> bool:
    """Whether everything that a rule opens to these sources is covered, by names or by addresses."""
    extents, v4, v6 = uncovered(coverages, rule, names, rule.protocol, rule.extent, sources)
    return not extents or (bool(sources) and not v4 and not v6)


class _Area:
    """Which extents are covered, from each address to where the next step begins."""

    __slots__ = ("_extents", "_starts")

    def __init__(self, area: Mapping[Interval, list[Interval]]) -> None:
        begins: dict[int, list[Interval]] = {}
        ends: dict[int, list[Interval]] = {}
        for interval in area:
            begins.setdefault(interval[0], []).append(interval)
            ends.setdefault(interval[1] + 1, []).append(interval)
        self._starts = [0]
        self._extents: list[Intervals] = [()]
        active: dict[Interval, Intervals] = {}
        for bound in sorted(begins.keys() | ends.keys()):
            for interval in ends.get(bound, ()):
                del active[interval]
            for interval in begins.get(bound, ()):
                active[interval] = merged(area[interval])
            extents = merged(chain.from_iterable(active.values()))
            if bound == 0:
                self._extents[0] = extents
            elif extents != self._extents[-1]:
                self._starts.append(bound)
                self._extents.append(extents)

    def beyond(self, piece: Piece) -> list[Piece]:
        (first, last), extents = piece
        starts, known = self._starts, self._extents
        step = bisect_right(starts, first) - 1
        left: list[Piece] = []
        while first <= last:
            after = starts[step + 1] if step + 1 < len(starts) else last + 1
            if rest := outside(extents, known[step]):
                left.append(((first, min(last, after - 1)), rest))
            first = after
            step += 1
        return left


def _beyond(areas: Mapping[tuple[bool, int], _Area], egress: bool, protocol: int, pieces: list[Piece]) -> list[Piece]:
    for number in _covering(protocol):
        if area := areas.get((egress, number)):
            pieces = [rest for piece in pieces for rest in area.beyond(piece)]
    return pieces


def _covering(protocol: int) -> tuple[int, ...]:
    return (protocol,) if protocol == EVERY_PROTOCOL else (protocol, EVERY_PROTOCOL)
