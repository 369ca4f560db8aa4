"""Fills managed prefix lists: the entries are the watcher's, name and size CloudFormation's.

A list is changed in one version where 100 additions are enough, is never empty on the way, and only ever changed from
the version that was looked at. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyManagedPrefixList.html
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple

from .acceptance import code
from .addresses import Addresses, count, networks, outside

MOST_ENTRIES = 100
"""Of one call, added or removed."""
SETTLE_SECONDS = 30.0
BUSY = "-in-progress"


class PrefixListError(Exception):
    """A list is not as it should be; the message says which and what to do.

    Args:
        words: For people.
        code: By which somebody accepts the loss that it is about; empty where it is about none.
    """

    def __init__(self, words: str, code: str = "") -> None:
        super().__init__(words)
        self.code = code


class Found(NamedTuple):
    """A list as it is.

    Attributes:
        entries: CIDRs.
        room: How many it may have.
    """

    id: str
    version: int
    room: int
    entries: tuple[str, ...]


class Step(NamedTuple):
    """One call."""

    add: tuple[str, ...]
    remove: tuple[str, ...]


def steps(entries: Collection[str], wanted: Sequence[str], *, room: int) -> Iterator[Step]:
    """The calls that make entries those that are wanted; none where they are.

    Raises:
        PrefixListError: Nothing is wanted, or more than there is room for.
    """
    if not wanted:
        raise PrefixListError("would be empty")
    if len(wanted) > room:
        raise PrefixListError(
            f"has room for {room} entries, and {len(wanted)} are needed: raise workspaces_network.max_entries, deploy"
        )
    size = len(entries)
    missing = [cidr for cidr in wanted if cidr not in entries]
    surplus = sorted(set(entries) - set(wanted))
    while missing or surplus:
        remove = surplus[:MOST_ENTRIES]
        add = missing[: min(MOST_ENTRIES, room - size + len(remove))]
        yield Step(tuple(add), tuple(remove))
        size += len(add) - len(remove)
        missing, surplus = missing[len(add) :], surplus[len(remove) :]


def lost(entries: Collection[str], wanted: Collection[str]) -> float:
    """The share, from 0 to 1, of the addresses of a list that it would lose."""
    had, has = networks(entries), networks(wanted)
    whole = _size(had)
    gone = _size(Addresses(outside(had.v4, has.v4), outside(had.v6, has.v6)))
    return gone / whole if whole else 0.0


def fill(
    ec2: Any,
    name: str,
    wanted: Sequence[str],
    *,
    limit: float,
    accepted: str = "",
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.monotonic,
) -> int | None:
    """Makes the entries of a list those that are wanted; its new version, or None where it had them.

    Args:
        ec2: A client of the list's Region.
        name: Of the list.
        wanted: CIDRs of its family, canonical.
        limit: The share of its addresses that may go at once.
        accepted: The code of a loss that may be larger.
        sleep: Waits so many seconds.
        now: A clock in seconds.

    Raises:
        PrefixListError: There is none or no room, or too much would go.
    """
    found = look(ec2, name)
    planned = list(steps(found.entries, wanted, room=found.room))
    share = lost(found.entries, wanted)
    losing = code(name, found.id, sorted(set(found.entries) - set(wanted)))
    if share > limit and accepted != losing:
        raise PrefixListError(
            f"would lose {share:.1%} of its addresses, more than {limit:.0%}; if that is right, invoke the function "
            f'with {{"accept": "{losing}"}}',
            losing,
        )
    version = None
    for step in planned:
        ec2.modify_managed_prefix_list(
            PrefixListId=found.id,
            CurrentVersion=found.version,
            **({"AddEntries": [{"Cidr": cidr} for cidr in step.add]} if step.add else {}),
            **({"RemoveEntries": [{"Cidr": cidr} for cidr in step.remove]} if step.remove else {}),
        )
        found = _settled(ec2, name, sleep, now)
        version = found.version
    return version


def look(ec2: Any, name: str) -> Found:
    """The list of a name that belongs to this account.

    Raises:
        PrefixListError: There is none, more than one, or it is being changed.
    """
    described = [
        item
        for page in ec2.get_paginator("describe_managed_prefix_lists").paginate(
            Filters=[{"Name": "prefix-list-name", "Values": [name]}]
        )
        for item in page["PrefixLists"]
        if item["PrefixListName"] == name
    ]
    if len(described) != 1:
        raise PrefixListError(
            f"is there {len(described)} times: deploy the stack evidence-workspaces-prefix-lists of the Region"
        )
    (item,) = described
    if item["State"].endswith(BUSY):
        raise PrefixListError(f"is being changed ({item['State']})")
    entries = [
        entry["Cidr"]
        for page in ec2.get_paginator("get_managed_prefix_list_entries").paginate(PrefixListId=item["PrefixListId"])
        for entry in page["Entries"]
    ]
    return Found(item["PrefixListId"], item["Version"], item["MaxEntries"], tuple(entries))


def _settled(ec2: Any, name: str, sleep: Callable[[float], None], now: Callable[[], float]) -> Found:
    until = now() + SETTLE_SECONDS
    while True:
        try:
            return look(ec2, name)
        except PrefixListError:
            if now() >= until:
                raise
            sleep(1.0)


def _size(addresses: Addresses) -> int:
    return count(addresses.v4) + count(addresses.v6)
