"""Entries become those that are wanted: in few steps, never too many, never none, and not by a great loss."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambda_src.workspaces_network.prefix_lists import MOST_ENTRIES, PrefixListError, fill, look, lost, steps

cidrs = st.integers(0, 999).map(lambda number: f"10.{number // 256}.{number % 256}.0/24")


@given(
    entries=st.sets(cidrs, max_size=300),
    wanted=st.sets(cidrs, min_size=1, max_size=300),
    spare=st.integers(0, 10),
)
def test_every_step_is_one_that_aws_takes_and_the_last_leaves_what_is_wanted(entries, wanted, spare):
    room = max(len(entries), len(wanted)) + spare
    now = set(entries)
    for step in steps(entries, sorted(wanted), room=room):
        assert step.add or step.remove
        assert len(step.add) <= MOST_ENTRIES
        assert len(step.remove) <= MOST_ENTRIES
        assert now >= set(step.remove)
        assert not now & set(step.add)
        now = (now - set(step.remove)) | set(step.add)
        assert 0 < len(now) <= room
    assert now == wanted


@given(entries=st.sets(cidrs, max_size=50), wanted=st.sets(cidrs, min_size=1, max_size=50))
def test_up_to_a_hundred_additions_are_one_version(entries, wanted):
    assert len(list(steps(entries, sorted(wanted), room=100))) == (entries != wanted)


def test_nothing_is_done_where_nothing_is_to_do():
    assert list(steps(["10.0.0.0/24"], ["10.0.0.0/24"], room=1)) == []


@pytest.mark.parametrize(("wanted", "words"), [([], "empty"), (["10.0.0.0/24", "10.0.1.0/24"], "max_entries")])
def test_a_list_is_neither_emptied_nor_overfilled(wanted, words):
    with pytest.raises(PrefixListError, match=words):
        list(steps(["10.0.0.0/24"], wanted, room=1))


def test_a_loss_is_counted_in_addresses():
    assert lost(["10.0.0.0/23"], ["10.0.0.0/24"]) == 0.5
    assert lost(["10.0.0.0/24", "10.0.1.0/24"], ["10.0.0.0/23"]) == 0
    assert lost([], ["10.0.0.0/24"]) == 0
    assert lost(["2001:db8::/32"], ["2001:db8::/33"]) == 0.5


class Ec2:
    """One list, as EC2 keeps it."""

    def __init__(self, *entries, room=20, state="create-complete", settling=0):
        self.entries, self.room, self.state, self.version = list(entries), room, state, 1
        self.calls, self.settling, self.left = [], settling, 0

    def get_paginator(self, name):
        return self if name == "describe_managed_prefix_lists" else Pages(self.entries)

    def paginate(self, Filters):
        (wanted,) = Filters
        assert wanted["Name"] == "prefix-list-name"
        state = "modify-in-progress" if self.left else self.state
        self.left = max(self.left - 1, 0)
        item = {"PrefixListId": "pl-1", "Version": self.version, "MaxEntries": self.room, "State": state}
        yield {"PrefixLists": [{**item, "PrefixListName": name} for name in ("ours", "ours-2")]}

    def modify_managed_prefix_list(self, PrefixListId, CurrentVersion, AddEntries=(), RemoveEntries=()):
        assert (PrefixListId, CurrentVersion) == ("pl-1", self.version)
        self.calls.append((len(AddEntries), len(RemoveEntries)))
        gone = {entry["Cidr"] for entry in RemoveEntries}
        self.entries[:] = [cidr for cidr in self.entries if cidr not in gone] + [each["Cidr"] for each in AddEntries]
        self.version, self.left = self.version + 1, self.settling


class Pages:
    def __init__(self, entries):
        self.entries = entries

    def paginate(self, PrefixListId):
        assert PrefixListId == "pl-1"
        for start in range(0, len(self.entries), 2):
            yield {"Entries": [{"Cidr": cidr} for cidr in self.entries[start : start + 2]]}


def test_a_change_is_one_call_from_the_version_that_was_looked_at():
    ec2 = Ec2("10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24")
    wanted = ("10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", "10.0.9.0/24")
    assert fill(ec2, "ours", wanted, limit=0.3) == 2
    assert sorted(ec2.entries) == list(wanted)
    assert ec2.calls == [(1, 1)]
    assert fill(ec2, "ours", wanted, limit=0.3) is None


def test_of_many_entries_each_call_waits_for_the_one_before():
    ec2 = Ec2(room=250, settling=3)
    wanted = tuple(f"10.0.{number}.0/24" for number in range(250))
    waited: list[float] = []
    assert fill(ec2, "ours", wanted, limit=0.3, sleep=waited.append) == 4
    assert ec2.calls == [(100, 0), (100, 0), (50, 0)]
    assert len(waited) == 9


def test_a_list_that_stays_busy_is_left():
    ec2 = Ec2(room=250, settling=1000)
    clock = iter(range(1000))
    with pytest.raises(PrefixListError, match="being changed"):
        fill(ec2, "ours", ("10.0.0.0/24",), limit=0.3, sleep=lambda _: None, now=lambda: next(clock))
    assert len(ec2.calls) == 1


def test_a_great_loss_waits_for_somebody_who_accepts_just_this_one():
    ec2 = Ec2("10.0.0.0/24", "10.0.1.0/24")
    with pytest.raises(PrefixListError, match=r"would lose 50.0% of its addresses, more than 30%") as raised:
        fill(ec2, "ours", ("10.0.0.0/24",), limit=0.3)
    code = raised.value.code
    assert f'{{"accept": "{code}"}}' in str(raised.value)
    with pytest.raises(PrefixListError) as other:
        fill(ec2, "ours", ("10.0.1.0/24",), limit=0.3, accepted=code)
    assert other.value.code != code
    assert ec2.calls == []
    assert fill(ec2, "ours", ("10.0.0.0/24",), limit=0.3, accepted=code) == 2


def test_a_list_that_is_not_there_is_asked_for_by_its_stack():
    with pytest.raises(PrefixListError, match="is there 0 times: deploy the stack evidence-workspaces-prefix-lists"):
        look(Ec2(), "theirs")


def test_a_list_that_is_being_resized_is_left():
    with pytest.raises(PrefixListError, match="modify-in-progress"):
        look(Ec2(state="modify-in-progress"), "ours")
