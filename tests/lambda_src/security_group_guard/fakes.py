"""An EC2, a table and a bus in memory, as far as the guard uses them."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Callable, Mapping
from typing import Any

from lambda_src.security_group_guard.approvals import Approvals
from lambda_src.security_group_guard.guard import Guard
from lambda_src.security_group_guard.memory import Memory

Json = dict[str, Any]
ACCOUNT, REGION, GROUP = "222222222222", "ap-northeast-1", "sg-007c4cf0863811b58"
ROLE = "evidence-security-groups"
CHANGING = ("authorize_security_group_ingress", "revoke_security_group_ingress")


class AwsError(Exception):
    """What a client of boto3 raises."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.response = {"Error": {"Code": code}}


class Ec2:
    """Groups with rules that keep their ids, and prefix lists.

    Attributes:
        calls: Every changing call, dry runs too.
        fails: Codes to answer, by the name of the call.
    """

    def __init__(self) -> None:
        self.groups: dict[str, Json] = {}
        self.rules: dict[str, Json] = {}
        self.lists: dict[str, list[str]] = {}
        self.calls: list[tuple[str, Json]] = []
        self.fails: dict[str, str] = {}
        self.ids = itertools.count(1)

    def group(self, group_id: str = GROUP, name: str = "web", **tags: str) -> str:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        self.groups[group_id] = {"GroupId": group_id, "GroupName": name, "VpcId": "vpc-1", "Tags": listed}
        return group_id

    def open(self, port: int, cidr: str = "0.0.0.0/0", group: str = GROUP, **more: Any) -> str:
        rule_id = f"sgr-{next(self.ids):04}"
        source = "PrefixListId" if cidr.startswith("pl-") else "CidrIpv6" if ":" in cidr else "CidrIpv4"
        shape = {"IsEgress": False, "IpProtocol": "tcp", "FromPort": port, "ToPort": port, source: cidr}
        self.rules[rule_id] = {
            "SecurityGroupRuleId": rule_id,
            "GroupId": group,
            "GroupOwnerId": ACCOUNT,
            **shape,
            **more,
        }
        return rule_id

    def changes(self) -> list[str]:
        """The changing calls that were meant."""
        return [name for name, request in self.calls if not request.get("DryRun")]

    def describe_security_groups(
        self, GroupIds: Any = (), Filters: Any = (), MaxResults: int = 1000, NextToken: str = "0"
    ) -> Json:
        self._fail("describe_security_groups")
        for group_id in GroupIds:
            if group_id not in self.groups:
                raise AwsError("InvalidGroup.NotFound")
        found = [self.groups[one] for one in GroupIds] or sorted(self.groups.values(), key=lambda one: one["GroupId"])
        for one in Filters:
            found = [group for group in found if self._matches(group, one["Name"], one["Values"])]
        start = int(NextToken)
        answer: Json = {"SecurityGroups": copy.deepcopy(found[start : start + MaxResults])}
        return {**answer, "NextToken": str(start + MaxResults)} if start + MaxResults < len(found) else answer

    def _matches(self, group: Json, name: str, values: list[str]) -> bool:
        if name == "group-name":
            return group["GroupName"] in values
        egress = name.startswith("egress.")
        return any(
            rule.get("PrefixListId") in values and rule["IsEgress"] == egress
            for rule in self.rules.values()
            if rule["GroupId"] == group["GroupId"]
        )

    def describe_security_group_rules(self, Filters: Any, MaxResults: int, NextToken: str = "0") -> Json:
        self._fail("describe_security_group_rules")
        [named] = Filters
        found = [rule for rule in self.rules.values() if rule["GroupId"] in named["Values"]]
        start, page = int(NextToken), min(MaxResults, 3)
        answer: Json = {"SecurityGroupRules": copy.deepcopy(found[start : start + page])}
        return {**answer, "NextToken": str(start + page)} if start + page < len(found) else answer

    def get_managed_prefix_list_entries(self, PrefixListId: str, MaxResults: int, NextToken: str = "") -> Json:
        self._fail("get_managed_prefix_list_entries")
        if PrefixListId not in self.lists:
            raise AwsError("InvalidPrefixListID.NotFound")
        return {"Entries": [{"Cidr": cidr} for cidr in self.lists[PrefixListId]]}

    def revoke_security_group_ingress(self, **request: Any) -> Json:
        self._call("revoke_security_group_ingress", request)
        for rule_id in request["SecurityGroupRuleIds"]:
            if rule_id not in self.rules:
                raise AwsError("InvalidSecurityGroupRuleId.NotFound")
        for rule_id in request["SecurityGroupRuleIds"]:
            del self.rules[rule_id]
        return {"Return": True}

    def authorize_security_group_ingress(self, **request: Any) -> Json:
        self._call("authorize_security_group_ingress", request)
        for permission in request["IpPermissions"]:
            for one in (*permission.get("IpRanges", ()), *permission.get("Ipv6Ranges", ())):
                self.open(permission["FromPort"], one.get("CidrIp") or one["CidrIpv6"], request["GroupId"])
        return {"Return": True}

    def _call(self, name: str, request: Json) -> None:
        self.calls.append((name, request))
        if request.get("DryRun"):
            raise AwsError(self.fails.get(f"dry {name}", "DryRunOperation"))
        self._fail(name)

    def _fail(self, name: str) -> None:
        if name in self.fails:
            raise AwsError(self.fails[name])


class Dynamo:
    """A table, as far as the guard's expressions go."""

    class exceptions:  # noqa: N801 - as boto3 calls it
        """What conditions raise."""

        class ConditionalCheckFailedException(Exception):  # noqa: N818 - likewise
            """The condition does not hold."""

    def __init__(self) -> None:
        self.items: dict[str, Json] = {}

    def get_item(self, TableName: str, Key: Json, ConsistentRead: bool) -> Json:
        item = self.items.get(Key["id"]["S"])
        return {"Item": copy.deepcopy(item)} if item is not None else {}

    def update_item(
        self,
        TableName: str,
        Key: Json,
        UpdateExpression: str,
        ExpressionAttributeValues: Json,
        ConditionExpression: str = "",
        ReturnValues: str = "",
    ) -> Json:
        item = self.items.get(Key["id"]["S"], {})
        values = ExpressionAttributeValues
        if ConditionExpression and not any(
            self._holds(item, part, values) for part in ConditionExpression.split(" OR ")
        ):
            raise self.exceptions.ConditionalCheckFailedException
        sets, _, adds = UpdateExpression.removeprefix("SET ").partition(" ADD ")
        after = dict(item)
        for part in sets.replace(", :", "\0:").split(", "):
            name, _, value = part.replace("\0", ", ").partition(" = ")
            if value.startswith("if_not_exists"):
                after.setdefault(name, values[value.rpartition(", ")[2].rstrip(")")])
            else:
                after[name] = values[value]
        if adds:
            name, _, value = adds.partition(" ")
            added = values[value]
            if "N" in added:
                after[name] = {"N": str(int(after.get(name, {"N": "0"})["N"]) + int(added["N"]))}
            else:
                after[name] = {"SS": sorted({*after.get(name, {"SS": []})["SS"], *added["SS"]})}
        self.items[Key["id"]["S"]] = after
        return {"Attributes": copy.deepcopy(after)}

    @staticmethod
    def _holds(item: Json, part: str, values: Json) -> bool:
        if part.startswith("attribute_not_exists("):
            return part[len("attribute_not_exists(") : -1] not in item
        name, sign, value = part.split(" ")
        if name not in item:
            return False
        have, wanted = int(item[name]["N"]), int(values[value]["N"])
        return have < wanted if sign == "<" else have == wanted


class World:
    """A guard in a world of its own, whose every effect can be made to fail.

    Attributes:
        said: What was put on the bus, in order: detail-type and detail.
        fails_after: How many effects succeed before one fails; None for all.
    """

    def __init__(self, document: Mapping[str, Any], mode: str = "observe", *, actions_per_hour: int = 5) -> None:
        self.ec2, self.dynamodb = Ec2(), Dynamo()
        self.said: list[tuple[str, Json]] = []
        self.logged: list[Json] = []
        self.seconds = 1_800_000_000.0
        self.fails_after: int | None = None
        self.refused: str | None = None
        self.settled: Callable[[], None] = lambda: None
        self.slept: list[float] = []
        self.guard = Guard(
            approvals=Approvals.from_json(json.dumps(document)),
            modes={ACCOUNT: mode},
            member_role=ROLE,
            memory=Memory(self._failing(self.dynamodb, "update_item"), "table", now=lambda: self.seconds),
            client=self._client,
            put=self._put,
            log=self.logged.append,
            now=self.now,
            sleep=self._sleep,
            settle_seconds=10,
            actions_per_hour=actions_per_hour,
        )

    def now(self) -> int:
        return round(self.seconds * 1000)

    def alerts(self) -> list[Json]:
        """What wakes a person: of one id, once."""
        return list({detail["finding"]: detail for _, detail in self.said if detail["alert"]}.values())

    def details(self, detail_type: str) -> list[Json]:
        return [detail for said, detail in self.said if said == detail_type]

    def _client(self, account: str, region: str) -> Any:
        from lambda_src.security_group_guard.live import DeniedError

        if self.refused:
            raise DeniedError(self.refused)
        return self._failing(self.ec2, *CHANGING)

    def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.settled()

    def _put(self, detail_type: str, detail: Json) -> None:
        self.effect()
        self.said.append((detail_type, json.loads(json.dumps(detail))))

    def effect(self) -> None:
        """One more effect, unless it is the one that fails."""
        if self.fails_after is not None:
            if self.fails_after == 0:
                self.fails_after = None
                raise TimeoutError("this effect fails")
            self.fails_after -= 1

    def _failing(self, thing: Any, *names: str) -> Any:
        world = self

        class Failing:
            exceptions = getattr(thing, "exceptions", None)

            def __getattr__(self, name: str) -> Any:
                def call(**request: Any) -> Any:
                    if name in names and not request.get("DryRun"):
                        world.effect()
                    return getattr(thing, name)(**request)

                return call

        return Failing()
