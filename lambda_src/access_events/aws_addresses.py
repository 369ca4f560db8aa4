"""Whether an address is one of AWS's own: then somebody came from a machine in a cloud, or through one.

The table beside this file is made by ``tools/ip_ranges.py`` and says of which day it is. It is read when the first
login asks for it, so that it costs no import.
"""

from __future__ import annotations

from .networks import Networks
from .values import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .shapes import Json

FILE = "aws_addresses.json"


class Table(NamedTuple):
    """AWS's addresses as of a day.

    Args:
        created: When AWS published the list, as YYYY-MM-DD-hh-mm-ss in UTC.
        networks: Every prefix of the service AMAZON, of all Regions and partitions.
    """

    created: str
    networks: Networks


def from_document(document: Json) -> Table:
    """The table from what ``tools/ip_ranges.py`` writes.

    Raises:
        KeyError: where something is missing.
    """
    return Table(document["createDate"], Networks.of_numbers(document["starts"], document["ends"]))


_READ: list[Table] = []


def table() -> Table:
    """The table of this package, read once.

    Raises:
        OSError: where it was not deployed with the code.
    """
    if not _READ:
        import json
        import os.path

        path = os.path.join(os.path.dirname(__file__), FILE)  # noqa: PTH118, PTH120 - pathlib costs a tenth of the import
        with open(path, encoding="utf-8") as file:  # noqa: PTH123 - likewise
            _READ.append(from_document(json.load(file)))
    return _READ[0]


def facts(address: int | None) -> Json:
    """What a record says of where its client is, and how old that knowledge is; nothing of what is no address."""
    if address is None:
        return {}
    known = table()
    return {"client_in_aws": address in known.networks, "aws_addresses_of": known.created[:10]}
