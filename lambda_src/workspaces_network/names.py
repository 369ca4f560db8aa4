"""Names as proxies and firewalls match them."""

from __future__ import annotations

from collections.abc import Iterable


def collapsed(names: Iterable[str]) -> tuple[str, ...]:
    """The names that are left when each that another one covers is dropped, sorted.

    ``*.example.com`` becomes ``.example.com``, which Squid, Network Firewall and this package take for the name itself
    and all below it. Squid refuses a list that names both ``.example.com`` and ``a.example.com``.
    """
    written = {name.removeprefix("*") for name in names}
    wide = {name for name in written if name.startswith(".")}
    return tuple(sorted(name for name in written if not _covered(name, wide)))


def _covered(name: str, wide: set[str]) -> bool:
    labels = name.removeprefix(".").split(".")
    above = range(1 if name.startswith(".") else 0, len(labels))
    return any("." + ".".join(labels[start:]) in wide for start in above)
