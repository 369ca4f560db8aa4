"""ip-ranges.json is read whole or not at all, and what is wrong with it is named."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.workspaces_network.ip_ranges import MAX_BYTES, IpRangesError, checked, read
from tests.lambda_src.workspaces_network.conftest import EXCERPT


def test_what_is_read_is_what_stands_there(ranges, document):
    assert (ranges.sync_token, ranges.create_date) == (1787433425, "2026-08-22-21-17-05")
    rows = [
        *((row["ip_prefix"], row["region"], row["service"]) for row in document["prefixes"]),
        *((row["ipv6_prefix"], row["region"], row["service"]) for row in document["ipv6_prefixes"]),
    ]
    assert [prefix[:3] for prefix in ranges.prefixes()] == rows
    assert ("S3", "us-west-2") in ranges.subsets()


@pytest.mark.parametrize("table", ["prefixes", "ipv6_prefixes"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda row, key: row.update({key: "10.0.0.1/24"}), None),
        (lambda row, key: row.pop(key), "nothing is no text"),
        (lambda row, key: row.update({key: 7}), "7 is no text"),
        (lambda row, key: row.update({key: "example.com/24"}), "'example.com/24' is no IPv"),
        (lambda row, key: row.update({key: "10.0.0.0"}), "has no prefix length"),
        (lambda row, key: row.update({key: "10.0.0.0/+8"}), "has no prefix length"),
        (lambda row, key: row.update({key: "10.0.0.0/129"}), "has no prefix length"),
        (lambda row, _key: row.pop("service"), ".service: nothing is no text"),
        (lambda row, _key: row.update(region=["x"]), ".region: ['x'] is no text"),
        (lambda row, _key: row.update(region=""), ".region: '' is no text"),
        (lambda row, _key: row.pop("network_border_group"), ".network_border_group: nothing is no text"),
        (lambda row, _key: row.update(network_border_group=None), ".network_border_group: nothing is no text"),
    ],
)
def test_a_row_that_is_not_as_documented_is_named(document, table, change, message):
    key = "ip_prefix" if table == "prefixes" else "ipv6_prefix"
    change(document[table][5], key)
    with pytest.raises(IpRangesError) as refused:
        checked(document)
    assert f"{table}[5]" in str(refused.value)
    if message:
        assert message in str(refused.value)


@pytest.mark.parametrize(
    ("table", "key", "cidr"),
    [("prefixes", "ip_prefix", "10.0.0.1/24"), ("ipv6_prefixes", "ipv6_prefix", "2001:db8::1/32")],
)
def test_host_bits_are_refused(document, table, key, cidr):
    document[table][3][key] = cidr
    with pytest.raises(IpRangesError, match=rf"{table}\[3\]\.{key}: '{cidr}' has host bits set"):
        checked(document)


@pytest.mark.parametrize("row", [None, [], "10.0.0.0/8", 3])
def test_a_row_that_is_no_object_is_named(document, row):
    document["prefixes"][0] = row
    with pytest.raises(IpRangesError, match=r"prefixes\[0\]: .* is no JSON object"):
        checked(document)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("syncToken", 1787433425, "syncToken: 1787433425"),
        ("syncToken", "-1", "syncToken: '-1'"),
        ("syncToken", "٣", "syncToken: '٣'"),
        ("syncToken", None, "syncToken: nothing"),
        ("createDate", "2026-08-22", "createDate: '2026-08-22'"),
        ("prefixes", [], r"prefixes: \[\] is no list"),
        ("prefixes", {}, "prefixes: {} is no list"),
        ("ipv6_prefixes", None, "ipv6_prefixes: nothing is no list"),
    ],
)
def test_a_head_that_is_not_as_documented_is_named(document, key, value, message):
    document[key] = value
    with pytest.raises(IpRangesError, match=message):
        checked(document)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"<html>", "no JSON"),
        (b"[]", "no JSON object"),
        (b"\xff{}", "byte 0 is no UTF-8"),
        (b"[" * 200_000, "nested too deeply"),
        (b" " * MAX_BYTES + b"{}", f"more than {MAX_BYTES}"),
    ],
    ids=["empty", "blank", "html", "list", "latin", "deep", "large"],
)
def test_what_is_no_such_file_is_refused(content, message):
    with pytest.raises(IpRangesError, match=message):
        read(content)


@given(st.integers(min_value=0, max_value=EXCERPT.stat().st_size - 3))
def test_no_part_of_the_file_passes_for_the_whole(length):
    with pytest.raises(IpRangesError):
        read(EXCERPT.read_bytes()[:length])


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
def test_other_json_is_refused_and_nothing_else_is_raised(value):
    with pytest.raises(IpRangesError):
        read(json.dumps(value).encode())
