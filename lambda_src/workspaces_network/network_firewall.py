"""An allow-list as rule groups of AWS Network Firewall.

https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_RuleGroup.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

from .allow_list import AllowList, Listed
from .names import collapsed

_NUMBERS: Final = {"tcp": 6, "udp": 17}
_EVERYWHERE: Final = {4: "0.0.0.0/0", 6: "::/0"}
FIRST_SID: Final = 7_100_000
"""Signature ids below are other people's."""


def stateless_rules(allow_list: AllowList) -> str:
    """A stateless rule group that passes what clients send, and in a rule of its own what comes back.

    A group without state knows no connection: answers pass from the same addresses and ports to the ports that clients
    choose, whoever began.
    """
    rules = ",\n".join(
        f'   {{"Priority": {10 * number}, "RuleDefinition": {rule}}}'
        for number, rule in enumerate(_definitions(allow_list), start=1)
    )
    return '{\n "RulesSource": {"StatelessRulesAndCustomActions": {"StatelessRules": [\n' + rules + "\n ]}}\n}\n"


def capacity(allow_list: AllowList) -> int:
    """The capacity that ``stateless_rules`` needs: for each rule the product of its protocols, addresses and ports.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/rule-group-managing.html
    """
    return sum(
        2 * len(listed.rule.protocols) * len(listed.rule.ports) * (len(listed.ipv4) + len(listed.ipv6))
        for listed in allow_list.lists
    )


def domain_list(allow_list: AllowList) -> str:
    """A stateful rule group that allows the names, by TLS server name and HTTP host, and drops every other."""
    targets = collapsed(domain.name for domain in allow_list.domains)
    source = {"Targets": targets, "TargetTypes": ["TLS_SNI", "HTTP_HOST"], "GeneratedRulesType": "ALLOWLIST"}
    return json.dumps({"RulesSource": {"RulesSourceList": source}}, indent=1) + "\n"


def suricata_rules(allow_list: AllowList) -> str:
    """The same names as Suricata rules that pass, for a group whose other rules decide on the rest.

    ``dotprefix`` with ``endswith`` keeps ``evil-example.com`` from passing for ``example.com``.
    https://docs.suricata.io/en/latest/rules/dns-keywords.html, https://docs.suricata.io/en/latest/rules/tls-keywords.html
    """
    lines = []
    for number, name in enumerate(collapsed(domain.name for domain in allow_list.domains)):
        match = (
            f'tls.sni; dotprefix; content:"{name}"; nocase; endswith'
            if name.startswith(".")
            else f'tls.sni; content:"{name}"; nocase; startswith; endswith'
        )
        lines.append(
            f'pass tls $HOME_NET any -> $EXTERNAL_NET 443 (msg:"WorkSpaces client {name}"; {match}; '
            f"flow:to_server; sid:{FIRST_SID + number}; rev:1;)"
        )
    return "\n".join(lines) + "\n"


def _definitions(allow_list: AllowList) -> Iterator[str]:
    answers = _port_ranges((allow_list.return_ports,))
    for listed in allow_list.lists:
        protocols = json.dumps([_NUMBERS[protocol] for protocol in listed.rule.protocols])
        ports = _port_ranges(listed.rule.ports)
        for everywhere, addresses in _families(listed):
            yield (
                f'{{"Actions": ["aws:pass"], "MatchAttributes": {{"Protocols": {protocols}, '
                f'"Sources": {everywhere}, "SourcePorts": {answers}, '
                f'"Destinations": {addresses}, "DestinationPorts": {ports}}}}}'
            )
            yield (
                f'{{"Actions": ["aws:pass"], "MatchAttributes": {{"Protocols": {protocols}, '
                f'"Sources": {addresses}, "SourcePorts": {ports}, '
                f'"Destinations": {everywhere}, "DestinationPorts": {answers}}}}}'
            )


def _families(listed: Listed) -> Iterator[tuple[str, str]]:
    for version, cidrs in ((4, listed.ipv4), (6, listed.ipv6)):
        if cidrs:
            addresses = '"},\n    {"AddressDefinition": "'.join(cidrs)
            everywhere = json.dumps([{"AddressDefinition": _EVERYWHERE[version]}])
            yield everywhere, '[\n    {"AddressDefinition": "' + addresses + '"}]'


def _port_ranges(ports: tuple[tuple[int, int], ...]) -> str:
    return json.dumps([{"FromPort": first, "ToPort": last} for first, last in ports])
