"""What holds for every security group of the organization."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from .networks import Addresses, Intervals, networks, union
from .ports import ADMINISTRATIVE, WEB, all_but, these

WORLD: Final = "open to the world"
ADMINISTRATION: Final = "administration from outside the approved networks"

# Addresses that nobody reaches us from through the Internet: RFC 1918, 6598, 3927, 4193 and 4291.
PRIVATE: Final = (
    "10.0.0.0/8",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "fc00::/7",
    "fe80::/10",
)


class Limit(NamedTuple):
    """These ports, of TCP and UDP, are for these networks alone."""

    name: str
    ports: Intervals
    networks: Addresses


Policy = tuple[Limit, ...]


def organization_wide(
    approved: Iterable[str],
    *,
    inside: Iterable[str] = PRIVATE,
    allowed: Iterable[int] = WEB,
    administrative: Iterable[int] = tuple(ADMINISTRATIVE),
) -> Policy:
    """The two rules that no group may break.

    Args:
        approved: The networks that administration may come from.
        inside: Networks that are not the world, beside the approved ones. By default the private ones.
        allowed: Ports that the world may reach, unless they are administrative. By default 80 and 443.
        administrative: Ports of administration and databases. By default those of ``ports.ADMINISTRATIVE``.

    Raises:
        ValueError: where a network or port is none, or a network has host bits set.
    """
    trusted = networks(approved)
    return (
        Limit(WORLD, all_but(allowed), union((trusted, networks(inside)))),
        Limit(ADMINISTRATION, these(administrative), trusted),
    )
