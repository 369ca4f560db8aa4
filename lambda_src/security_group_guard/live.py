"""Reads live groups, their rules and the prefix lists that these name, through a client of EC2 in the member."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from .groups import Group
from .judge import Difference
from .rules import Rule, live_rule

Json = dict[str, Any]

UNJUDGED: Final = "unjudged"
PAGE: Final = 1000
"""The most that EC2 describes in one answer.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroupRules.html"""
ENTRIES_PAGE: Final = 100
"""The most entries of a prefix list in one answer.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetManagedPrefixListEntries.html"""
GONE: Final = frozenset({"InvalidGroup.NotFound", "InvalidGroupId.Malformed", "InvalidSecurityGroupID.NotFound"})
DENIED: Final = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthFailure", "InvalidClientTokenId", "OptInRequired"}
    | {"UnauthorizedOperation"}
)


class GoneError(LookupError):
    """There is no such group any more."""


class DeniedError(PermissionError):
    """The member does not let the guard look."""


class Live(NamedTuple):
    """A group as it is now.

    Attributes:
        rules: Those that can be judged.
        described: Every rule as EC2 describes it, by its id.
        unjudged: What cannot be judged, each as a difference that says why.
    """

    group: Group
    vpc_id: str
    rules: tuple[Rule, ...]
    described: Mapping[str, Json]
    unjudged: tuple[Difference, ...] = ()


class PrefixLists:
    """What prefix lists hold, each asked for once.

    Args:
        ec2: A client in the account and Region of the rules; None where there is nobody to ask.
    """

    def __init__(self, ec2: Any | None) -> None:
        self._ec2 = ec2
        self._known: dict[str, list[str] | str] = {}

    def among(self, rules: Iterable[Mapping[str, Any]]) -> tuple[dict[str, list[str]], dict[str, str]]:
        """The entries of the lists that rules name, by id, and why others could not be read."""
        held: dict[str, list[str]] = {}
        unread: dict[str, str] = {}
        for rule in rules:
            listed = rule.get("PrefixListId")
            if isinstance(listed, str):
                found = self._of(listed)
                if isinstance(found, str):
                    unread[listed] = found
                else:
                    held[listed] = found
        return held, unread

    def _of(self, prefix_list: str) -> list[str] | str:
        if self._ec2 is None:
            return "nobody was asked"
        if prefix_list not in self._known:
            try:
                pages = pages_of(
                    self._ec2.get_managed_prefix_list_entries, PrefixListId=prefix_list, MaxResults=ENTRIES_PAGE
                )
                self._known[prefix_list] = [entry["Cidr"] for page in pages for entry in page["Entries"]]
            except Exception as error:
                code = code_of(error)
                if code not in DENIED and not code.startswith("InvalidPrefixList"):
                    raise
                self._known[prefix_list] = code
        return self._known[prefix_list]


def read(ec2: Any, group_id: str, *, account: str, region: str) -> Live:
    """A group as EC2 describes it now.

    Args:
        ec2: A client in the group's account and Region.
        group_id: The group.
        account: Whose account that is.
        region: Its Region.

    Raises:
        GoneError: where there is no such group.
        DeniedError: where the client may not look.
    """
    try:
        found = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"]
        rules = list(rules_of(ec2, [group_id]))
    except Exception as error:
        code = code_of(error)
        if code in GONE:
            raise GoneError(code) from error
        if code in DENIED:
            raise DeniedError(code) from error
        raise
    if not found:
        raise GoneError(group_id)
    return live(found[0], rules, PrefixLists(ec2), account=account, region=region)


def live(group: Mapping[str, Any], rules: Iterable[Json], lists: PrefixLists, *, account: str, region: str) -> Live:
    """A group, of what EC2 says of it and of its rules; what cannot be judged keeps nothing else from it."""
    described = list(rules)
    held, unread = lists.among(described)
    judged: list[Rule] = []
    unjudged: list[Difference] = []
    for one in described:
        try:
            judged.append(live_rule(one, held))
        except ValueError as error:
            rule_id = one.get("SecurityGroupRuleId")
            why = unread.get(str(one.get("PrefixListId")))
            text = f"{one['PrefixListId']} cannot be read: {why}" if why else str(error)[:500]
            unjudged.append(Difference(UNJUDGED, rule_id if isinstance(rule_id, str) else "", "", text))
    by_id = {str(one["SecurityGroupRuleId"]): one for one in described if one.get("SecurityGroupRuleId")}
    vpc_id = str(group.get("VpcId") or "")
    return Live(described_group(group, account, region), vpc_id, tuple(judged), by_id, tuple(unjudged))


def described_group(group: Mapping[str, Any], account: str, region: str) -> Group:
    """The group, of an element of ``SecurityGroups``."""
    tags = {tag["Key"]: tag["Value"] for tag in group.get("Tags") or ()}
    return Group(group["GroupId"], group.get("GroupName") or "", account, region, tags)


def rules_of(ec2: Any, group_ids: list[str]) -> Iterator[Json]:
    """Every rule of some groups, at most 200 of them."""
    named = [{"Name": "group-id", "Values": group_ids}]
    for page in pages_of(ec2.describe_security_group_rules, Filters=named, MaxResults=PAGE):
        yield from page["SecurityGroupRules"]


def groups_named(ec2: Any, name: str) -> list[str]:
    """The ids of the groups of a name."""
    return _group_ids(ec2, "group-name", name)


def groups_with(ec2: Any, prefix_list: str) -> list[str]:
    """The ids of the groups whose rules name a prefix list."""
    return sorted(
        {
            group
            for direction in ("ip-permission", "egress.ip-permission")
            for group in _group_ids(ec2, f"{direction}.prefix-list-id", prefix_list)
        }
    )


def _group_ids(ec2: Any, name: str, value: str) -> list[str]:
    filters = [{"Name": name, "Values": [value]}]
    pages = pages_of(ec2.describe_security_groups, Filters=filters, MaxResults=PAGE)
    return sorted(group["GroupId"] for page in pages for group in page["SecurityGroups"])


def pages_of(call: Any, **request: Any) -> Iterator[Json]:
    """The answers to a call, page by page."""
    token: Json = {}
    while True:
        answer = call(**request, **token)
        yield answer
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def code_of(error: Exception) -> str:
    """The code of an error that AWS answered; the name of any other."""
    response = getattr(error, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else None
    return code if isinstance(code, str) and code else type(error).__name__
