"""Managed prefix lists with versions and a size that hold; MiniStack checks neither, and keeps no former version.

Only a change of entries makes a version. The lists of AWS's own services stay MiniStack's.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyManagedPrefixList.html
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Any, Final

from ministack.core.responses import get_account_id, get_region
from ministack.services import ec2

from local.emulator.answers import Answer, RefusalError
from local.emulator.ec2_wire import Handler, Members, handled
from local.emulator.hooks import add_entry, replace_entry
from local.emulator.security_group_search import page

PrefixList = dict[str, Any]
Entry = dict[str, str]
_VERSIONS: Final = "Versions"
_PAGE: Final = 100
"""Entries of one answer where the request does not say."""


def install() -> None:
    """Takes over the calls that make, change and show entries."""
    replace_entry(
        ec2._ACTION_MAP, "CreateManagedPrefixList", lambda _original: handled("CreateManagedPrefixList", create)
    )
    replace_entry(ec2._ACTION_MAP, "ModifyManagedPrefixList", _own("ModifyManagedPrefixList", modify))
    replace_entry(ec2._ACTION_MAP, "GetManagedPrefixListEntries", _own("GetManagedPrefixListEntries", _entries))
    add_entry(ec2._ACTION_MAP, "RestoreManagedPrefixListVersion", handled("RestoreManagedPrefixListVersion", _restore))


def _own(action: str, handler: Handler) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
    def wrap(original: Callable[..., Answer]) -> Callable[..., Answer]:
        ours = handled(action, handler)

        def handle(fields: Mapping[str, Any]) -> Answer:
            return original(fields) if ec2._is_aws_managed_prefix_id(ec2._p(fields, "PrefixListId")) else ours(fields)

        return handle

    return wrap


def create(asked: Members) -> Members:
    """The answer to CreateManagedPrefixList.

    Raises:
        RefusalError: As AWS refuses; there is no list.
    """
    name, family, size = asked["PrefixListName"], asked["AddressFamily"], asked["MaxEntries"]
    if ec2._is_aws_managed_prefix_name(name):
        raise RefusalError("UnsupportedOperation", "The action is not supported for an AWS-managed prefix list.")
    entries = {entry["Cidr"]: dict(entry) for entry in asked.get("Entries", [])}
    for cidr in entries:
        _check_family(cidr, family)
    _check_size(len(entries), size)
    list_id = f"pl-0{secrets.token_hex(8)}"
    ec2._prefix_lists[list_id] = {
        "PrefixListId": list_id,
        "PrefixListName": name,
        "State": "create-complete",
        "AddressFamily": family,
        "MaxEntries": size,
        "Version": 1,
        "Entries": list(entries.values()),
        "OwnerId": get_account_id(),
        "PrefixListArn": f"arn:aws:ec2:{get_region()}:{get_account_id()}:prefix-list/{list_id}",
    }
    ec2._tags[list_id] = [
        {"Key": tag["Key"], "Value": tag.get("Value", "")}
        for given in asked.get("TagSpecifications", [])
        for tag in given.get("Tags", [])
    ]
    return _shown(ec2._prefix_lists[list_id])


def modify(asked: Members) -> Members:
    """The answer to ModifyManagedPrefixList.

    Raises:
        RefusalError: As AWS refuses; nothing has changed.
    """
    found = _list(asked)
    _check_version(found, asked.get("CurrentVersion"))
    added, removed = asked.get("AddEntries", []), [entry["Cidr"] for entry in asked.get("RemoveEntries", [])]
    size = asked.get("MaxEntries")
    if size is not None and (added or removed):
        raise RefusalError(
            "InvalidParameterCombination",
            "You cannot modify the entries of a prefix list and modify the size of a prefix list at the same time.",
        )
    entries = {entry["Cidr"]: entry for entry in found["Entries"]}
    for entry in added:
        _check_family(entry["Cidr"], found["AddressFamily"])
        if entry["Cidr"] in removed:
            raise RefusalError(
                "InvalidParameterValue",
                f"Request cannot contain Cidr {entry['Cidr']} in both AddPrefixListEntries and RemovePrefixListEntries",
            )
    for cidr in removed:
        if entries.pop(cidr, None) is None:
            raise RefusalError("InvalidPrefixListModification", f"The prefix list has no entry {cidr}")
    entries.update({entry["Cidr"]: dict(entry) for entry in added})
    _check_size(len(entries), found["MaxEntries"] if size is None else size)
    found["MaxEntries"] = found["MaxEntries"] if size is None else size
    found["PrefixListName"] = asked.get("PrefixListName") or found["PrefixListName"]
    if added or removed:
        _put(found, list(entries.values()))
    found["State"] = "modify-complete"
    return _shown(found)


def _restore(asked: Members) -> Members:
    if ec2._is_aws_managed_prefix_id(asked["PrefixListId"]):
        raise RefusalError("UnsupportedOperation", "The action is not supported for an AWS-managed prefix list.")
    found = _list(asked)
    _check_version(found, asked["CurrentVersion"])
    entries = _of_version(found, asked["PreviousVersion"])
    _check_size(len(entries), found["MaxEntries"])
    _put(found, [dict(entry) for entry in entries])
    found["State"] = "restore-complete"
    return _shown(found)


def _entries(asked: Members) -> Members:
    found = _list(asked)
    entries = _of_version(found, asked.get("TargetVersion") or found["Version"])
    part = page({"MaxResults": _PAGE, **asked}, of=len(entries), fewest=1)
    return {
        "entrySet": [
            {"cidr": entry["Cidr"], "description": entry.get("Description") or None}
            for entry in entries[part.start : part.end]
        ],
        "nextToken": part.more,
    }


def _list(asked: Members) -> PrefixList:
    found: PrefixList | None = ec2._prefix_lists.get(asked.get("PrefixListId"))
    if found is None:
        raise RefusalError(
            "InvalidPrefixListID.NotFound", f"The prefix list ID '{asked.get('PrefixListId')}' does not exist"
        )
    return found


def _put(found: PrefixList, entries: list[Entry]) -> None:
    found.setdefault(_VERSIONS, {})[found["Version"]] = found["Entries"]
    found["Version"] += 1
    found["Entries"] = entries


def _of_version(found: PrefixList, version: int) -> list[Entry]:
    kept: dict[int, list[Entry]] = {**found.get(_VERSIONS, {}), found["Version"]: found["Entries"]}
    if version not in kept:
        raise RefusalError("InvalidParameterValue", f"The prefix list has no version {version}")
    return kept[version]


def _shown(found: PrefixList) -> Members:
    tags = ec2._tags.get(found["PrefixListId"]) or []
    return {
        "prefixList": {
            "prefixListId": found["PrefixListId"],
            "addressFamily": found["AddressFamily"],
            "state": found["State"],
            "prefixListArn": found["PrefixListArn"],
            "prefixListName": found["PrefixListName"],
            "maxEntries": found["MaxEntries"],
            "version": found["Version"],
            "tagSet": [{"key": tag["Key"], "value": tag.get("Value", "")} for tag in tags],
            "ownerId": found["OwnerId"],
        }
    }


def _check_version(found: PrefixList, version: int | None) -> None:
    if version is not None and version != found["Version"]:
        raise RefusalError("PrefixListVersionMismatch", "The prefix list has the incorrect version number.")


def _check_size(entries: int, size: int) -> None:
    if not 1 <= size <= 1000:
        raise RefusalError("InvalidParameterValue", f"Invalid value '{size}' for maxEntries")
    if entries > size:
        raise RefusalError(
            "PrefixListMaxEntriesExceeded", f"The prefix list takes {size} entries at most, these are {entries}."
        )


def _check_family(cidr: str, family: str) -> None:
    try:
        fits = f"IPv{ip_network(cidr, strict=False).version}" == family
    except ValueError:
        fits = False
    if not fits:
        raise RefusalError("InvalidParameterValue", f"The CIDR {cidr} is no {family} block")
