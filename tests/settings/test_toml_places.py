"""A key has its line, however TOML lets it be written."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stacks.toml_places import line_of, places_in
from tests.conftest import ROOT

TEXT = '''\
title = "[access]" # [hours]

[plain]
text = """
[not.a.table]
key = 1 \\""" ""\"""
list = [ # [x]
  "a]", 'b[',
  [1.5, 2027-01-31 08:00:00],
  { name = "c", deep.er = [true] },
]
after = 1

["quoted \\u00e9".table]
"222222222222" = [
  "x",
]

[access.hours]
start = "[["

[[access.exceptions]]
owner = "a"
[[ access . "exceptions" ]] # the second
owner = 'b'
[access.exceptions.more]
key = 1
[[access.exceptions.list]]
[[access.exceptions.list]]
key.dotted = 2
text = \'\'\'
[x] " \'\'\'
last = 3
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("title",), 1),
        (("plain",), 3),
        (("plain", "text"), 4),
        (("not",), None),
        (("plain", "key"), 3),
        (("plain", "list"), 7),
        (("plain", "list", 1), 8),
        (("plain", "list", 2, 1), 9),
        (("plain", "list", 3, "deep", "er", 0), 10),
        (("plain", "list", 9), 7),
        (("plain", "after"), 12),
        (("quoted é", "table", "222222222222", 0), 16),
        (("access",), 19),
        (("access", "hours", "start"), 20),
        (("access", "hours", "end"), 19),
        (("access", "exceptions"), 22),
        (("access", "exceptions", 0, "owner"), 23),
        (("access", "exceptions", 1), 24),
        (("access", "exceptions", 1, "owner"), 25),
        (("access", "exceptions", 1, "more", "key"), 27),
        (("access", "exceptions", 1, "list", 0), 28),
        (("access", "exceptions", 1, "list", 1, "key", "dotted"), 30),
        (("access", "exceptions", 1, "list", 1, "last"), 33),
        ((), None),
    ],
)
def test_a_key_stands_where_it_is_written_and_a_missing_one_where_it_would(path, line):
    assert line_of(TEXT, path) == line


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every path in what TOML was read into."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield (*path, key)
        yield from paths(inner, (*path, key))


@pytest.mark.parametrize("text", [TEXT, (ROOT / "config" / "example.toml").read_text("utf-8")])
def test_every_key_has_a_line_and_no_line_is_of_a_key_that_is_none(text):
    assert set(places_in(text)) == set(paths(tomllib.loads(text)))


names = st.sampled_from(["a", "b", "c", "d-e", "f.g", "h . i", '"a.b"', "'[c]'", '"d\\"e"', "1", "a.b"])
scalars = st.sampled_from(
    [
        "1",
        "1.5",
        "true",
        "07:30:00",
        "2027-01-31 08:00:00.5",
        '""',
        "''",
        '"#]"',
        "'\"='",
        '"""\n[a]\n"""',
        "'''\n\"'''",
    ]
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: f"[ # ]\n{', '.join(items)}\n]")
        | st.lists(inner, max_size=2).map(
            lambda items: "{" + ", ".join(f"k{index} = {item}" for index, item in enumerate(items)) + "}"
        )
    ),
    max_leaves=5,
)
statements = (
    st.tuples(names, values).map(" = ".join) | names.map("[{}]".format) | names.map("[[{}]] # x".format) | st.just("")
)


@given(st.lists(statements, max_size=6).map("\n".join))
def test_of_whatever_toml_reads_every_key_has_a_line(text):
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(places_in(text)) == set(paths(raw)), text
