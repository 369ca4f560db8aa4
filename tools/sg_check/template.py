"""Reads the security groups that a CloudFormation template would make.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from lambda_src.security_group_guard.groups import Group
from tools.sg_check.intrinsics import GROUP, PREFIX_LIST, Resolver, UnresolvedError, without_no_value
from tools.sg_check.prefix_lists import cidrs_of
from tools.sg_check.subjects import CheckError, Reading, Subject, Unresolved

Json = dict[str, Any]

INGRESS: Final = "AWS::EC2::SecurityGroupIngress"
EGRESS: Final = "AWS::EC2::SecurityGroupEgress"

# What a source is called in a rule of a template, and in one that EC2 describes.
SOURCES: Final = {
    "CidrIp": "CidrIpv4",
    "CidrIpv6": "CidrIpv6",
    "SourcePrefixListId": "PrefixListId",
    "DestinationPrefixListId": "PrefixListId",
    "SourceSecurityGroupId": "ReferencedGroupInfo",
    "DestinationSecurityGroupId": "ReferencedGroupInfo",
    "SourceSecurityGroupName": "ReferencedGroupInfo",
}


def read_template(file: str, template: Json, *, account: str, region: str, parameters: Mapping[str, str]) -> Reading:
    """The groups of a template, under their logical ids, and rules for groups that lie elsewhere.

    Every resource and rule is taken as made, whatever its condition.
    """
    place = {name: said for name, said in (("AWS::AccountId", account), ("AWS::Region", region)) if said}
    reader = _Reader(Reading(file=file), Resolver(template, {**place, **parameters}), account, region)
    resources = template["Resources"]
    if not isinstance(resources, dict):
        raise CheckError("Resources is no object")
    kinds = {kind: reader.properties(kind, resources) for kind in (PREFIX_LIST, GROUP, INGRESS, EGRESS)}
    for name, properties in kinds[PREFIX_LIST]:
        reader.prefix_list(name, properties)
    for name, properties in kinds[GROUP]:
        reader.group(name, properties)
    for kind in (INGRESS, EGRESS):
        for name, properties in kinds[kind]:
            reader.rule(name, properties, egress=kind == EGRESS)
    for name, resource in resources.items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            reader.reading.cannot(name, "it is no resource")
    if "Transform" in template:
        reader.reading.cannot("Transform", "a macro may make more than the template says")
    return reader.reading


class _Reader:
    """Reads the resources of one template, one after the other."""

    def __init__(self, reading: Reading, resolver: Resolver, account: str, region: str) -> None:
        self.reading = reading
        self._resolver = resolver
        self._account = account
        self._region = region
        self._subjects: dict[str, Subject] = {}

    def properties(self, kind: str, resources: Json) -> list[tuple[str, Json]]:
        """The resources of a kind, each with its properties."""
        found = []
        for name, resource in resources.items():
            if not isinstance(resource, dict) or resource.get("Type") != kind:
                continue
            properties = resource.get("Properties", {})
            if isinstance(properties, dict) and not any(key.startswith("Fn::") for key in properties):
                found.append((name, without_no_value(properties)))
            else:
                self.reading.cannot(name, "its properties are no object that says them")
        return found

    def prefix_list(self, name: str, properties: Json) -> None:
        """A prefix list whose entries are resolved; the rules that refer to another cannot be judged."""
        try:
            entries = self._resolver.resolved(properties.get("Entries", []))
        except UnresolvedError as error:
            self.reading.cannot(f"{name}.Entries", str(error))
            return
        self.reading.prefix_lists[name] = cidrs_of(entries, f"{name}.Entries")

    def group(self, name: str, properties: Json) -> None:
        """A group with the rules that stand in it; EC2 lets it out to everywhere where it says nothing of egress."""
        group_name, tags, unknown = self._identity(properties)
        group = Group(name, group_name, self._account, self._region, tags)
        subject = self._subject(name, Subject(group=group, shown=name, unknown=unknown))
        for list_name, egress in (("SecurityGroupIngress", False), ("SecurityGroupEgress", True)):
            for rule_place, rule in _listed(properties, name, list_name):
                self._add(subject, rule_place, rule, egress=egress)
        if not properties.get("SecurityGroupEgress"):
            everywhere = {"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
            self._add(subject, f"{name}, egress that EC2 adds", everywhere, egress=True)

    def rule(self, name: str, properties: Json, *, egress: bool) -> None:
        """A rule that is a resource, for a group of this template or another."""
        unknown = frozenset({"group_name", "tag"})
        try:
            group_id = self._resolver.resolved(properties.get("GroupId"))
        except UnresolvedError:
            group_id = None
        if not isinstance(group_id, str):
            group_id, unknown = "", unknown | {"group"}
        shown = group_id or f"the group of {name}"
        elsewhere = Group(group_id, "", self._account, self._region, {})
        subject = self._subject(shown, Subject(group=elsewhere, shown=shown, whole=False, unknown=unknown))
        self._add(subject, name, properties, egress=egress)

    def _subject(self, key: str, new: Subject) -> Subject:
        if key not in self._subjects:
            self._subjects[key] = new
            self.reading.subjects.append(new)
        return self._subjects[key]

    def _add(self, subject: Subject, place: str, rule: Any, *, egress: bool) -> None:
        try:
            if isinstance(rule, dict):  # Neither concerns what is opened.
                rule = {name: value for name, value in rule.items() if name not in ("GroupId", "Description")}
            said = self._resolver.resolved(rule)
        except UnresolvedError as error:
            subject.unresolved.append(Unresolved(place, str(error), egress))
            return
        if not isinstance(said, dict):
            subject.unresolved.append(Unresolved(place, f"{said!r} is no rule", egress))
            return
        described: Json = {
            "SecurityGroupRuleId": place,
            "IsEgress": egress,
            "IpProtocol": said.get("IpProtocol"),
        }
        described |= {name: _number(said[name]) for name in ("FromPort", "ToPort") if name in said}
        for name, field in SOURCES.items():
            if name not in said:
                continue
            if field == "ReferencedGroupInfo":
                # A name is no id: the guard refuses to judge by it.
                group_id = "" if name == "SourceSecurityGroupName" else said[name]
                described[field] = {"GroupId": group_id, "UserId": _text(said.get("SourceSecurityGroupOwnerId"))}
            else:
                described[field] = said[name]
        subject.rules.append(described)

    def _identity(self, properties: Json) -> tuple[str, dict[str, str], frozenset[str]]:
        """Name and tags, and which of them only deployment knows.

        A name that CloudFormation makes up counts as none.
        """
        unknown = set()
        try:
            name = str(self._resolver.resolved(properties.get("GroupName", "")))
        except UnresolvedError:
            name = ""
            unknown.add("group_name")
        tags: dict[str, str] = {}
        listed = properties.get("Tags", [])
        for tag in listed if isinstance(listed, list) else [listed]:
            try:
                read = self._resolver.resolved(tag)
                tags[str(read["Key"])] = str(read["Value"])
            except (UnresolvedError, KeyError, TypeError):
                unknown.add("tag")
        return name, tags, frozenset(unknown)


def _listed(properties: Json, place: str, name: str) -> Iterator[tuple[str, Any]]:
    """The rules of a list, each with its place; CloudFormation takes a single one for a list of one."""
    rules = properties.get(name) or []
    for index, rule in enumerate(rules if isinstance(rules, list) else [rules]):
        yield f"{place}.{name}[{index}]", rule


def _number(value: object) -> object:
    """A port, which CloudFormation also takes as text."""
    if isinstance(value, str) and value.removeprefix("-").isascii() and value.removeprefix("-").isdigit():
        return int(value)
    return value


def _text(value: object) -> object:
    """An account, which YAML takes for a number where nobody quotes it."""
    return f"{value:012}" if type(value) is int else value
