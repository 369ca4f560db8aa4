"""Differences are named at the smallest place, intrinsics as people say them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.template_diff.values import ABSENT, ValueChange, differences, short

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_a_value_does_not_differ_from_itself(value):
    assert differences(value, value) == []


@given(json_values, json_values)
def test_different_values_have_a_difference(old, new):
    assert bool(differences(old, new)) == (old != new)


@given(json_values, json_values)
def test_the_differences_are_the_same_both_ways(old, new):
    def order(change):
        return change.path, repr(change.old), repr(change.new)

    forth = sorted(differences(old, new), key=order)
    back = [ValueChange(change.path, change.new, change.old) for change in differences(new, old)]
    assert sorted(back, key=order) == forth


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({"A": {"B": 1}}, {"A": {"B": 2}}, [ValueChange("A.B", 1, 2)]),
        ({}, {"A": 1}, [ValueChange("A", ABSENT, 1)]),
        ({"A": 1}, {}, [ValueChange("A", 1, ABSENT)]),
        ({"L": ["a", "b"]}, {"L": ["b", "c"]}, [ValueChange("L[]", "a", ABSENT), ValueChange("L[]", ABSENT, "c")]),
        ({"L": ["a", "b"]}, {"L": ["b", "a"]}, [ValueChange("L", ["a", "b"], ["b", "a"])]),
        ({"L": [{"X": 1}, {"X": 2}]}, {"L": [{"X": 1}, {"X": 3}]}, [ValueChange("L[1].X", 2, 3)]),
        ({"A": {"Ref": "X"}}, {"A": {"Ref": "Y"}}, [ValueChange("A", {"Ref": "X"}, {"Ref": "Y"})]),
    ],
)
def test_a_change_is_named_where_it_is(old, new, changes):
    assert differences({"R": old}, {"R": new}) == [ValueChange(f"R.{c.path}", c.old, c.new) for c in changes]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"Ref": "AWS::Region"}, "${AWS::Region}"),
        ({"Fn::GetAtt": ["Key", "Arn"]}, "${Key.Arn}"),
        ({"Fn::GetAtt": "Key.Arn"}, "${Key.Arn}"),
        ({"Fn::Sub": "a-${AWS::Region}"}, "a-${AWS::Region}"),
        ({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3"]]}, "arn:${AWS::Partition}:s3"),
        ({"Fn::If": ["C", 1, {"Ref": "X"}]}, "If([C, 1, ${X}])"),
        ({"Reference": "x"}, "{Reference: x}"),
        ([True, None, "a"], "[true, null, a]"),
    ],
)
def test_a_value_reads_as_people_say_it(value, words):
    assert short(value) == words
