"""Reads ip-ranges.json strictly: what is not as AWS documents it is refused as a whole, with its place.

https://docs.aws.amazon.com/vpc/latest/userguide/aws-ip-syntax.html
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import repeat
from operator import itemgetter
from socket import AF_INET, AF_INET6, AddressFamily
from typing import Any, Final, NamedTuple

from .addresses import Addresses, Interval, merged, span

URL: Final = "https://ip-ranges.amazonaws.com/ip-ranges.json"
MAX_BYTES: Final = 16 * 1024 * 1024
"""Six times the file of 2026: who sends more sends something else."""

Subset = tuple[str, str]
"""A service and a Region, as ("S3", "us-west-2"); the Region may be GLOBAL."""

_DATE: Final = re.compile(r"[0-9]{4}(-[0-9]{2}){5}")
_TOKEN: Final = re.compile(r"[0-9]{1,15}")
_SHOWN: Final = 80


class IpRangesError(ValueError):
    """Something is wrong with the file; the message names the place and the value."""


class Prefix(NamedTuple):
    """One row of the file."""

    cidr: str
    region: str
    service: str
    network_border_group: str


class IpRanges(NamedTuple):
    """The file, checked.

    Args:
        sync_token: When it was published, in seconds since 1970; a larger one is newer.
        create_date: The same for people, in UTC, as YYYY-MM-DD-hh-mm-ss.
        v4: The intervals of each subset, as they stand in the file.
        v6: Likewise.
        document: What was read, for the rows themselves.
    """

    sync_token: int
    create_date: str
    v4: Mapping[Subset, list[Interval]]
    v6: Mapping[Subset, list[Interval]]
    document: Mapping[str, Any]

    def subset(self, service: str, region: str) -> Addresses:
        """The addresses of a service in a Region; empty where the file has none."""
        key = service, region
        return Addresses(merged(self.v4.get(key, ())), merged(self.v6.get(key, ())))

    def subsets(self) -> set[Subset]:
        """Every service with every Region that it has addresses in."""
        return self.v4.keys() | self.v6.keys()

    def prefixes(self) -> Iterator[Prefix]:
        """Every row, IPv4 first, in the order of the file."""
        for table, key in (("prefixes", "ip_prefix"), ("ipv6_prefixes", "ipv6_prefix")):
            for row in self.document[table]:
                yield Prefix(row[key], row["region"], row["service"], row["network_border_group"])


def read(content: bytes) -> IpRanges:
    """The file from its bytes.

    Raises:
        IpRangesError: where it is empty, too large, truncated, no JSON, or not of the documented shape.
    """
    if not content.strip():
        raise IpRangesError("the file is empty")
    if len(content) > MAX_BYTES:
        raise IpRangesError(f"the file has {len(content)} bytes, more than {MAX_BYTES}")
    try:
        document = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise IpRangesError(f"byte {error.start} is no UTF-8: {content[error.start : error.start + 1]!r}") from None
    except json.JSONDecodeError as error:
        at = f"line {error.lineno}, column {error.colno} of {len(content)} bytes"
        raise IpRangesError(f"no JSON, or only a part of it: {error.msg} at {at}") from None
    except RecursionError:
        raise IpRangesError("no JSON of this kind: it is nested too deeply") from None
    return checked(document)


def checked(document: Any) -> IpRanges:
    """The file from what ``json.loads`` made of it.

    Raises:
        IpRangesError: where it is not of the documented shape.
    """
    if not isinstance(document, dict):
        raise IpRangesError(f"the file is no JSON object but {_shown(document)}")
    token = _text(document, "syncToken", _TOKEN)
    date = _text(document, "createDate", _DATE)
    v4 = _table(document, "prefixes", "ip_prefix", AF_INET)
    v6 = _table(document, "ipv6_prefixes", "ipv6_prefix", AF_INET6)
    return IpRanges(int(token), date, v4, v6, document)


def _text(document: dict[str, Any], key: str, shape: re.Pattern[str]) -> str:
    value = document.get(key)
    if not isinstance(value, str) or shape.fullmatch(value) is None:
        raise IpRangesError(f"{key}: {_shown(value)} is not what AWS documents")
    return value


def _table(document: dict[str, Any], name: str, key: str, family: AddressFamily) -> Mapping[Subset, list[Interval]]:
    """The intervals of each subset. All rows at once; row by row only to say which one is wrong."""
    rows = document.get(name)
    if not isinstance(rows, list) or not rows:
        raise IpRangesError(f"{name}: {_shown(rows)} is no list of prefixes")
    try:
        cidrs = list(map(itemgetter(key), rows))
        keys = list(map(itemgetter("service", "region"), rows))
        words = {word for subset in set(keys) for word in subset} | set(map(itemgetter("network_border_group"), rows))
        if not all(map(isinstance, words, repeat(str))) or "" in words:
            raise TypeError
        # Half of the prefixes stand there twice, once for AMAZON and once for their own service.
        intervals = {cidr: span(cidr, family) for cidr in dict.fromkeys(cidrs)}
    except (AttributeError, LookupError, TypeError, ValueError):
        raise _wrong_row(name, rows, key, family) from None
    found: defaultdict[Subset, list[Interval]] = defaultdict(list)
    for cidr, subset in zip(cidrs, keys, strict=True):
        found[subset].append(intervals[cidr])
    return dict(found)


def _wrong_row(name: str, rows: list[Any], key: str, family: AddressFamily) -> IpRangesError:
    """What is wrong with the first row that is not as documented."""
    for number, row in enumerate(rows):
        place = f"{name}[{number}]"
        if not isinstance(row, dict):
            return IpRangesError(f"{place}: {_shown(row)} is no JSON object")
        for field in (key, "region", "service", "network_border_group"):
            value = row.get(field)
            if not isinstance(value, str) or not value:
                return IpRangesError(f"{place}.{field}: {_shown(value)} is no text")
        try:
            span(row[key], family)
        except ValueError as error:
            return IpRangesError(f"{place}.{key}: {error}")
    return IpRangesError(f"{name}: not what AWS documents")


def _shown(value: Any) -> str:
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
