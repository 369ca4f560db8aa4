"""Reads what prefix lists hold, as the AWS CLI prints it."""

from __future__ import annotations

from typing import Any

from tools.sg_check.subjects import CheckError


def read_prefix_lists(document: Any, prefix_list: str = "") -> dict[str, list[str]]:
    """The CIDRs of prefix lists, by id.

    Args:
        document: What ``get-managed-prefix-list-entries`` printed, which does not say of which list; what
            ``describe-prefix-lists`` printed; or an object of prefix list ids, each with its CIDRs or with the former.
        prefix_list: The list that the former is of.

    Raises:
        CheckError: where it is none of these.
    """
    if prefix_list:
        return {prefix_list: cidrs_of(document, prefix_list)}
    if not isinstance(document, dict):
        raise CheckError("no object of prefix lists")
    if "Entries" in document:
        raise CheckError("entries do not say of which list they are: --prefix-lists pl-…=FILE does")
    if isinstance(document.get("PrefixLists"), list):
        listed = [one for one in document["PrefixLists"] if isinstance(one, dict)]
        # describe-managed-prefix-lists prints lists too, but not what they hold.
        return {str(one.get("PrefixListId")): cidrs_of(one, str(one.get("PrefixListId"))) for one in listed}
    return {name: cidrs_of(value, name) for name, value in document.items()}


def cidrs_of(value: Any, place: str) -> list[str]:
    """The CIDRs of a list of CIDRs or of entries, or of an object that has either.

    Raises:
        CheckError: where there are none; a list whose content is unknown is no empty list.
    """
    if isinstance(value, dict):
        if value.get("NextToken"):
            raise CheckError(f"{place} has a NextToken: it is not the whole list")
        value = value.get("Entries", value.get("Cidrs"))
    items = value if isinstance(value, list) else [None]
    cidrs = [item.get("Cidr") if isinstance(item, dict) else item for item in items]
    known = [cidr for cidr in cidrs if isinstance(cidr, str)]
    if len(known) < len(cidrs):
        raise CheckError(f"{place} has neither entries nor CIDRs")
    return known
