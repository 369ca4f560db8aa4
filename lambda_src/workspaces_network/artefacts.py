"""Writes an allow-list down in the forms that firewalls and proxies read, the same bytes for the same list.

Nothing in a file says when it was written, so that another file means another list.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, Final

from .allow_list import AllowList, Listed
from .network_firewall import domain_list, stateless_rules, suricata_rules
from .proxies import pac, squid
from .rules import Domain, ports_text, rule

JSON: Final = "allow-list.json"
CSV: Final = "allow-list.csv"
DOMAINS: Final = "domains.txt"
STATELESS: Final = "network-firewall-stateless.json"
DOMAIN_LIST: Final = "network-firewall-domains.json"
SURICATA: Final = "network-firewall-domains.rules"
SQUID: Final = "squid.conf"
PAC: Final = "proxy.pac"

COLUMNS: Final = ("rule", "purpose", "protocols", "ports", "kind", "destination")


class ArtefactError(ValueError):
    """A stored list cannot be read back; the message says what it lacks."""


def files(allow_list: AllowList) -> dict[str, bytes]:
    """Every form of an allow-list, by file name.

    Lists of addresses as plain text lie under the id of their rule, as ``client-https.txt``.
    """
    written = {
        JSON: as_json(allow_list),
        CSV: as_csv(allow_list),
        DOMAINS: _lines(domain.name for domain in allow_list.domains),
        STATELESS: stateless_rules(allow_list),
        DOMAIN_LIST: domain_list(allow_list),
        SURICATA: suricata_rules(allow_list),
        SQUID: squid(allow_list),
        PAC: pac(allow_list),
    }
    for listed in allow_list.lists:
        if listed.ipv4 or listed.ipv6:
            written[f"{listed.rule.id}.txt"] = as_text(listed)
    return {name: content.encode() for name, content in written.items()}


def as_text(listed: Listed) -> str:
    """One CIDR a line, IPv4 first."""
    return _lines(listed.ipv4 + listed.ipv6)


def as_csv(allow_list: AllowList) -> str:
    """One destination a line under ``COLUMNS``; several protocols or ports stand in one field, apart by a space.

    A line ends as RFC 4180 says. The only text that could need quotes are purposes, which stand in them.
    """
    lines = [",".join(COLUMNS)]
    for listed in allow_list.lists:
        one = listed.rule
        start = f"{one.id},{_quoted(one.purpose)},{' '.join(one.protocols)},{' '.join(map(ports_text, one.ports))},"
        lines += [f"{start}ipv4,{cidr}" for cidr in listed.ipv4]
        lines += [f"{start}ipv6,{cidr}" for cidr in listed.ipv6]
        lines += [f"{start}text,{_quoted(one.to)}"] if one.to else []
    lines += [f"domains,{_quoted(domain.purpose)},tcp,443,domain,{domain.name}" for domain in allow_list.domains]
    return "\r\n".join(lines) + "\r\n"


def as_json(allow_list: AllowList) -> str:
    """All of it, with reasons, sources and differences; ``from_json`` reads it back."""
    head: dict[str, Any] = {
        "region": allow_list.region,
        "variants": allow_list.variants,
        "syncToken": str(allow_list.sync_token),
        "createDate": allow_list.create_date,
        "documentation": {"page": allow_list.page, "read": allow_list.read},
        "returnPorts": allow_list.return_ports,
        "differences": allow_list.differences,
        "domains": [domain._asdict() for domain in allow_list.domains],
    }
    # json.dumps with an indent is written in Python and ten times slower, and the addresses are most of the file.
    top = json.dumps(head, indent=1).removesuffix("\n}")
    lists = ",\n".join(map(_list_as_json, allow_list.lists))
    return f'{top},\n "lists": [\n{lists}\n ]\n}}\n'


def from_json(content: bytes) -> AllowList:
    """What ``as_json`` wrote.

    Raises:
        ArtefactError: where it is not that.
    """
    try:
        document = json.loads(content)
        first, last = document["returnPorts"]
        return AllowList(
            region=document["region"],
            variants=tuple(document["variants"]),
            sync_token=int(document["syncToken"]),
            create_date=document["createDate"],
            page=document["documentation"]["page"],
            read=document["documentation"]["read"],
            return_ports=(first, last),
            lists=tuple(
                Listed(rule(one["rule"]), tuple(one["sources"]), tuple(one["ipv4"]), tuple(one["ipv6"]))
                for one in document["lists"]
            ),
            domains=tuple(Domain(domain["name"], domain["purpose"]) for domain in document["domains"]),
            differences=tuple(document["differences"]),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ArtefactError(f"{JSON}: no allow-list: {type(error).__name__} {error}") from None


def _list_as_json(listed: Listed) -> str:
    about = listed.rule._asdict() | {"variants": sorted(listed.rule.variants)}
    parts = (
        f'   "rule": {json.dumps(about)}',
        f'   "sources": {json.dumps(listed.sources)}',
        f'   "ipv4": {_array(listed.ipv4)}',
        f'   "ipv6": {_array(listed.ipv6)}',
    )
    return "  {\n" + ",\n".join(parts) + "\n  }"


def _array(cidrs: tuple[str, ...]) -> str:
    return '[\n    "' + '",\n    "'.join(cidrs) + '"\n   ]' if cidrs else "[]"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _lines(texts: Iterable[str] | Iterator[str]) -> str:
    return "".join(f"{text}\n" for text in texts)
