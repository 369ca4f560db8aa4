"""Mistakes in the watcher of AWS's address ranges, in who writes its lists and in who calls it."""

from __future__ import annotations

from typing import Any

from tests.policies.mutation import (
    HOME,
    Mutant,
    add_action,
    drop,
    mutant,
    put,
    remove,
    respell,
    sentence,
)

IN_NETWORK = "WorkSpacesNetwork"
IN_LISTS = "WorkSpacesPrefixLists-ap-northeast-1"
ROLE = "evidence-workspaces-network"
DENY = sentence("derived", "DenyAllowListsByOthers")
FILL, FIND, KEEP = (sentence(ROLE, sid) for sid in ("FillPrefixLists", "FindPrefixLists", "KeepAllowLists"))
KEY = sentence(ROLE, "UseKeyOfTopic")


def notices(template: Any) -> dict[str, Any]:
    """The permission of AWS's topic."""
    return next(
        item["Properties"]
        for item in template["Resources"].values()
        if item["Type"] == "AWS::Lambda::Permission" and item["Properties"]["Principal"] == "sns.amazonaws.com"
    )


def share(template: Any) -> dict[str, Any]:
    """With whom prefix lists are shared."""
    return next(
        item["Properties"] for item in template["Resources"].values() if item["Type"] == "AWS::RAM::ResourceShare"
    )


NETWORK = [
    Mutant("anybody of the archive account writes allow-lists", HOME, remove("derived", "DenyAllowListsByOthers")),
    mutant("lists are guarded where they do not lie", HOME, DENY, respell("allow-list/*", "allow-lists/*")),
    mutant("the report writes allow-lists", HOME, DENY, respell("role/evidence-workspaces-network", "role/evidence-x")),
    mutant("any topic calls the watcher", IN_NETWORK, notices, drop("SourceArn")),
    mutant("a topic of that name of anybody calls the watcher", IN_NETWORK, notices, respell("806199016981", "*")),
    mutant("another topic calls the watcher", IN_NETWORK, notices, respell("AmazonIpSpaceChanged", "Another")),
    mutant("the topic may replace the watcher", IN_NETWORK, notices, put("Action", to="lambda:*")),
    mutant("the watcher removes lists", IN_NETWORK, KEEP, add_action("s3:DeleteObject")),
    mutant("the watcher writes whatever is derived", IN_NETWORK, KEEP, respell("/allow-list/*", "/*")),
    mutant("lists go to a bucket of any account", IN_NETWORK, KEEP, drop("Condition")),
    mutant(
        "the watcher lists all that is derived",
        IN_NETWORK,
        sentence(ROLE, "ListAllowLists"),
        drop("Condition", "StringLike"),
    ),
    mutant("the watcher fills any prefix list", IN_NETWORK, FILL, drop("Condition")),
    mutant("the watcher fills lists of another tag", IN_NETWORK, FILL, respell("workspaces-streaming", "*")),
    mutant("the watcher tags what it wants to fill", IN_NETWORK, FILL, add_action("ec2:CreateTags")),
    mutant("the watcher looks in every Region", IN_NETWORK, FIND, drop("Condition")),
    mutant(
        "the watcher publishes to any topic",
        IN_NETWORK,
        sentence(ROLE, "TellOfChanges"),
        respell("evidence-alerts", "*"),
    ),
    mutant(
        "the watcher uses any key through SNS",
        IN_NETWORK,
        KEY,
        drop("Condition", "StringEquals", "kms:EncryptionContext:aws:sns:topicArn"),
    ),
    mutant("the watcher uses keys directly", IN_NETWORK, KEY, drop("Condition", "StringEquals", "kms:ViaService")),
    mutant("the watcher makes grants", IN_NETWORK, KEY, add_action("kms:CreateGrant")),
    mutant("prefix lists are shared with strangers", IN_LISTS, share, put("AllowExternalPrincipals", to=True)),
    mutant("prefix lists are shared with an account", IN_LISTS, share, put("Principals", to=["666666666666"])),
]
"""Each in one sentence."""
