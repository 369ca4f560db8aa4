"""What rules open together is what opening addresses and ports one by one says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lambda_src.security_group_guard.coverage import Coverage, covered, uncovered
from lambda_src.security_group_guard.networks import Addresses, merged
from lambda_src.security_group_guard.rules import Rule

SMALL = st.tuples(st.integers(0, 12), st.integers(0, 12)).map(lambda pair: (min(pair), max(pair)))


@st.composite
def rules(draw):
    """A rule over few addresses and ports, so that they meet, with the names of its source."""
    sides = draw(st.sampled_from(["v4", "v6", "both", "named"]))
    listed = merged(draw(st.lists(SMALL, min_size=1, max_size=2)))
    sources = Addresses(listed if sides in ("v4", "both") else (), listed if sides in ("v6", "both") else ())
    names = (draw(st.sampled_from(["sg-1", "sg-2"])),) if sides == "named" else ()
    rule = Rule("r", draw(st.booleans()), draw(st.sampled_from([-1, 6, 17, 1])), (), sources, extent=draw(SMALL))
    return rule, names


def cells(rule, names, protocols):
    """Every point that a rule opens: direction, protocol, source, port."""
    v4 = [("v4", number) for first, last in rule.sources.v4 for number in range(first, last + 1)]
    v6 = [("v6", number) for first, last in rule.sources.v6 for number in range(first, last + 1)]
    sources = [("named", name) for name in names] or [*v4, *v6]
    ports = range(rule.extent[0], rule.extent[1] + 1)
    return {(rule.egress, p, source, port) for p in protocols(rule.protocol) for source in sources for port in ports}


def spoken(protocol):
    """-1 is every protocol: here -1, which stands for all that nobody names, and those that are named."""
    return [-1, 6, 17, 1] if protocol == -1 else [protocol]


@given(st.lists(rules(), max_size=6), st.lists(rules(), max_size=3), rules())
def test_a_rule_is_covered_exactly_where_all_it_opens_is_opened_by_others(some, others, asked):
    coverages = [Coverage(some), Coverage(others)]
    rule, names = asked
    opened = {cell for one, called in (*some, *others) for cell in cells(one, called, spoken)}
    left = cells(rule, names, lambda protocol: [protocol]) - opened
    assert covered(coverages, rule, names, rule.sources) == (not left)
    extents, v4, v6 = uncovered(coverages, rule, names, rule.protocol, rule.extent, rule.sources)
    found = {
        (rule.egress, rule.protocol, (side, number), port)
        for side, pieces in (("v4", v4), ("v6", v6))
        for (first, last), ports in pieces
        for number in range(first, last + 1)
        for start, end in ports
        for port in range(start, end + 1)
    }
    if names:
        ports = {port for start, end in extents for port in range(start, end + 1)}
        found = {(rule.egress, rule.protocol, ("named", name), port) for name in names for port in ports}
    assert found == left


def test_a_source_that_holds_nothing_is_not_covered():
    everything = Rule("r", False, -1, (), Addresses(((0, 2**32 - 1),), ((0, 2**128 - 1),)))
    assert not covered([Coverage([(everything, ())])], everything, (), Addresses())
    assert covered([Coverage([(everything, ())])], everything, (), everything.sources)
