"""An allow-list as configuration of proxies, which carry names and TCP, and never the streaming over UDP."""

from __future__ import annotations

import json

from .allow_list import AllowList
from .names import collapsed
from .rules import ports_text

OTHER_PROXY = "PROXY proxy.example.com:3128"
"""Stands in the PAC file for the proxy of the organization, in one line of its own to change."""


def squid(allow_list: AllowList) -> str:
    """Access lists of Squid and the rules that use them, to be included before the final ``http_access deny all``.

    http://www.squid-cache.org/Doc/config/acl/
    """
    lines = [
        f"# Clients of WorkSpaces in {allow_list.region}, by name, through a proxy: TCP alone.",
        "acl workspaces_https port 443",
        *(f"acl workspaces_domains dstdomain {name}" for name in collapsed(d.name for d in allow_list.domains)),
        "http_access allow CONNECT workspaces_domains workspaces_https",
        "http_access allow workspaces_domains workspaces_https",
    ]
    for listed in allow_list.lists:
        if "tcp" not in listed.rule.protocols or not (listed.ipv4 or listed.ipv6):
            continue
        name = listed.rule.id.replace("-", "_")
        lines.append(f"# {listed.rule.purpose}. Can a proxy carry it? {listed.rule.proxy}.")
        lines += [f"acl workspaces_{name}_ports port {ports_text(ports)}" for ports in listed.rule.ports]
        lines += [f"acl workspaces_{name} dst {cidr}" for cidr in listed.ipv4 + listed.ipv6]
        # What the client asks for by name is enough for HTTPS; its addresses are near to all of AWS.
        comment = "# " if listed.rule.id in ("client-https", "web-access") else ""
        lines.append(f"{comment}http_access allow CONNECT workspaces_{name} workspaces_{name}_ports")
    return "\n".join(lines) + "\n"


def pac(allow_list: AllowList) -> str:
    """A proxy auto-configuration file: what WorkSpaces clients ask for by name goes direct, all else to the proxy.

    https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/Proxy_servers_and_tunneling/Proxy_Auto-Configuration_PAC_file
    """
    names = collapsed(domain.name for domain in allow_list.domains)
    exact = [name for name in names if not name.startswith(".")]
    below = [name for name in names if name.startswith(".")]
    return (
        f"// Clients of WorkSpaces in {allow_list.region}: these names go direct, everything else to OTHER.\n"
        f"var OTHER = {json.dumps(OTHER_PROXY)};\n"
        f"var NAMES = {json.dumps(exact, indent=1)};\n"
        f"var BELOW = {json.dumps(below, indent=1)};\n"
        "function FindProxyForURL(url, host) {\n"
        "  host = host.toLowerCase();\n"
        "  for (var i = 0; i < NAMES.length; i++) {\n"
        '    if (host === NAMES[i]) { return "DIRECT"; }\n'
        "  }\n"
        "  for (var j = 0; j < BELOW.length; j++) {\n"
        '    if (host === BELOW[j].substring(1) || dnsDomainIs(host, BELOW[j])) { return "DIRECT"; }\n'
        "  }\n"
        "  return OTHER;\n"
        "}\n"
    )
