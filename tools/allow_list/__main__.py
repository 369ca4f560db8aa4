"""``make allow-list``, ``make explain`` and ``make ip-ranges``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from lambda_src.workspaces_network import artefacts
from lambda_src.workspaces_network.addresses import cidrs, union
from lambda_src.workspaces_network.allow_list import AllowList, compute
from lambda_src.workspaces_network.explain import explain
from lambda_src.workspaces_network.ip_ranges import IpRangesError
from lambda_src.workspaces_network.rules import DEFAULT_VARIANTS, VARIANTS, RuleError
from tools.allow_list.fetch import ip_ranges
from tools.allow_list.select import selected

FORMATS = {
    "json": artefacts.JSON,
    "csv": artefacts.CSV,
    "domains": artefacts.DOMAINS,
    "stateless": artefacts.STATELESS,
    "domain-list": artefacts.DOMAIN_LIST,
    "suricata": artefacts.SURICATA,
    "squid": artefacts.SQUID,
    "pac": artefacts.PAC,
}
"""Beside ``text``, which prints CIDRs alone."""


def main(arguments: list[str] | None = None) -> int:
    """Prints what was asked for.

    Ends with 0, with 1 where ``explain`` finds that nothing allows the address, with 2 for what cannot be answered.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.answer(options))
    except (IpRangesError, RuleError, OSError) as error:
        print(error, file=sys.stderr)
        return 2


def _allow_list(options: argparse.Namespace) -> int:
    ranges = ip_ranges(options.ip_ranges)
    allow_list = compute(ranges, options.region, _variants(options), directories=options.directory)
    for difference in allow_list.differences:
        print(f"documentation and ip-ranges.json differ: {difference}", file=sys.stderr)
    if options.output:
        options.output.mkdir(parents=True, exist_ok=True)
        for name, content in artefacts.files(allow_list).items():
            (options.output / name).write_bytes(content)
            print(options.output / name)
    elif options.format == "text":
        sys.stdout.write("".join(f"{cidr}\n" for cidr in _cidrs(allow_list, options.rule)))
    else:
        # As bytes, because a CSV ends its lines with a carriage return of its own.
        sys.stdout.flush()
        sys.stdout.buffer.write(artefacts.files(allow_list)[FORMATS[options.format]])
        sys.stdout.buffer.flush()
    return 0


def _explain(options: argparse.Namespace) -> int:
    found = explain(ip_ranges(options.ip_ranges), options.region, options.address, _variants(options))
    sys.stdout.write(found.text())
    return 0 if found.grounds else 1


def _select(options: argparse.Namespace) -> int:
    found = selected(ip_ranges(options.ip_ranges), services=options.service, regions=options.region)
    for prefix in found:
        print(prefix.cidr if options.cidrs else ",".join(prefix))
    return 0


def _variants(options: argparse.Namespace) -> tuple[str, ...]:
    return tuple(options.variant) or DEFAULT_VARIANTS


def _cidrs(allow_list: AllowList, rules: list[str]) -> tuple[str, ...]:
    known = [listed.rule.id for listed in allow_list.lists]
    for rule in rules:
        if rule not in known:
            raise RuleError(f"--rule {rule!r} is none of {', '.join(known)}")
    return cidrs(union(allow_list.listed(rule).addresses() for rule in rules or known))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="allow_list", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    listing = commands.add_parser("list", help="the allow-list of a Region")
    listing.add_argument("region", help="where the WorkSpaces are, as ap-northeast-1")
    listing.add_argument("--format", choices=("text", *FORMATS), default="csv", help="by default csv")
    listing.add_argument("--rule", action="append", default=[], help="of the format text: only the CIDRs of this rule")
    listing.add_argument("--directory", action="append", default=[], help="the id or alias of a directory")
    listing.add_argument("-o", "--output", type=Path, help="write every form into this folder instead")
    listing.set_defaults(answer=_allow_list)
    explaining = commands.add_parser("explain", help="why an address is allowed, or is not")
    explaining.add_argument("address", help="IPv4 or IPv6")
    explaining.add_argument("region", help="where the WorkSpaces are")
    explaining.set_defaults(answer=_explain)
    selecting = commands.add_parser("select", help="the rows of services and Regions")
    selecting.add_argument("--service", action="append", default=[], help="as S3; by default all")
    selecting.add_argument("--region", action="append", default=[], help="as us-west-2 or GLOBAL; by default all")
    selecting.add_argument("--cidrs", action="store_true", help="the prefixes alone")
    selecting.set_defaults(answer=_select)
    for command in (listing, explaining, selecting):
        command.add_argument("--ip-ranges", type=Path, metavar="FILE", help="a copy of ip-ranges.json; else from AWS")
    for command in (listing, explaining):
        command.add_argument(
            "--variant",
            action="append",
            default=[],
            choices=VARIANTS,
            help=f"what is in use, once for each; by default {' and '.join(DEFAULT_VARIANTS)}",
        )
    return parser


if __name__ == "__main__":
    sys.exit(main())
