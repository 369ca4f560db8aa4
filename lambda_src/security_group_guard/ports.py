"""The ports that are watched more closely, as data, and sets of ports as intervals."""

from collections.abc import Iterable
from typing import Final

from .networks import Intervals, merged, outside

ALL_PORTS: Final = (0, 65535)

WEB: Final = (80, 443)

ADMINISTRATIVE: Final = {
    22: "SSH",
    23: "Telnet",
    135: "Windows RPC",
    445: "SMB",
    1433: "SQL Server",
    1434: "SQL Server browser",
    1521: "Oracle",
    2049: "NFS",
    2375: "Docker",
    2376: "Docker over TLS",
    3306: "MySQL",
    3389: "RDP",
    5432: "PostgreSQL",
    5439: "Redshift",
    5900: "VNC",
    5985: "WinRM",
    5986: "WinRM over TLS",
    6379: "Redis",
    6443: "Kubernetes",
    9200: "Elasticsearch",
    11211: "Memcached",
    27017: "MongoDB",
}


def these(ports: Iterable[int]) -> Intervals:
    """The ports as intervals.

    Raises:
        ValueError: where one is no port.
    """
    listed = list(ports)
    wrong = [port for port in listed if type(port) is not int or not ALL_PORTS[0] <= port <= ALL_PORTS[1]]
    if wrong:
        raise ValueError(f"no ports from 0 to 65535: {wrong}")
    return merged((port, port) for port in listed)


def all_but(ports: Iterable[int]) -> Intervals:
    """Every other port, as intervals."""
    return outside((ALL_PORTS,), these(ports))
