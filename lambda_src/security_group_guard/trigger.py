"""What a recorded EC2 call asks the guard to look at.

Pure. The record says where to look and who acted, and the live group says what is true: a record may come late,
twice or never, and names neither the direction of a modified rule nor the entries of a prefix list. Nothing here
raises, whatever the record's shape; what could not be read is named instead.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

Json = Mapping[str, Any]

RULES: Final = frozenset(
    {
        "AuthorizeSecurityGroupEgress",
        "AuthorizeSecurityGroupIngress",
        "ModifySecurityGroupRules",
        "RevokeSecurityGroupEgress",
        "RevokeSecurityGroupIngress",
        "UpdateSecurityGroupRuleDescriptionsEgress",
        "UpdateSecurityGroupRuleDescriptionsIngress",
    }
)
GROUPS: Final = frozenset(
    {"AssociateSecurityGroupVpc", "CreateSecurityGroup", "DeleteSecurityGroup", "DisassociateSecurityGroupVpc"}
)
PREFIX_LISTS: Final = frozenset(
    {
        "CreateManagedPrefixList",
        "DeleteManagedPrefixList",
        "ModifyManagedPrefixList",
        "RestoreManagedPrefixListVersion",
    }
)
ATTACHMENTS: Final = frozenset(
    {"CreateNetworkInterface", "ModifyInstanceAttribute", "ModifyNetworkInterfaceAttribute", "RunInstances"}
)

LONGEST: Final = 1024
"""What is copied out of a record is cut to this many characters."""

_IDS: Final = {kind: re.compile(rf"{kind}-[0-9A-Za-z]{{1,64}}") for kind in ("sg", "sgr", "pl", "eni", "i")}
_NAMED_RULES: Final = (
    "securityGroupRule",
    "securityGroupRuleDescription",
    "securityGroupRuleDescriptions",
    "securityGroupRuleId",
    "securityGroupRuleIds",
)
_RULE_SETS: Final = ("securityGroupRuleSet", "revokedSecurityGroupRuleSet")


class Actor(NamedTuple):
    """Who made the call, as far as the record says; what it does not say is empty."""

    arn: str = ""
    issuer: str = ""
    source_ip: str = ""
    user_agent: str = ""


class Trigger(NamedTuple):
    """Where to look, and why.

    Attributes:
        changed: Whether anything may have changed; not so for calls that were denied, failed or ran dry.
        error: The error code of a call that changed nothing.
        groups: The groups whose rules or existence the call concerns; never those a rule refers to.
        names: Groups that the call names without an id.
        attached: Interfaces and instances that the groups were attached to.
        direction: ``ingress`` or ``egress``; empty where the record does not say.
        rules: The ids of rules that the record names.
        unread: What the record holds, or should hold, and could not be read.
    """

    call: str
    event_id: str
    time: str
    account: str
    region: str
    changed: bool
    error: str
    groups: tuple[str, ...]
    names: tuple[str, ...]
    prefix_lists: tuple[str, ...]
    attached: tuple[str, ...]
    direction: str
    rules: tuple[str, ...]
    actor: Actor
    unread: tuple[str, ...]


def trigger(event: object) -> Trigger | None:
    """What to look at after a call; None where the event is no call that a group's openness depends on.

    Args:
        event: A record of CloudTrail, bare or in the envelope of EventBridge.
    """
    envelope = _mapping(event)
    record = _mapping(envelope.get("detail")) or envelope
    call = _text(record.get("eventName"))
    source = _text(record.get("eventSource")) or "ec2.amazonaws.com"
    if source != "ec2.amazonaws.com" or call not in RULES | GROUPS | PREFIX_LISTS | ATTACHMENTS:
        return None
    reader = _Reader(record, call)
    if call in ATTACHMENTS and not reader.attaches():
        return None
    error = reader.error()
    groups = reader.groups()
    found = Trigger(
        call=call,
        event_id=_text(record.get("eventID")) or _text(envelope.get("id")),
        time=_text(record.get("eventTime")) or _text(envelope.get("time")),
        account=reader.said("account", envelope.get("account"), record.get("recipientAccountId")),
        region=reader.said("region", record.get("awsRegion"), envelope.get("region")),
        changed=not error,
        error=error,
        groups=groups,
        names=() if groups else reader.names(),
        prefix_lists=reader.prefix_lists(),
        attached=reader.attached(),
        direction="ingress" if call.endswith("Ingress") else "egress" if call.endswith("Egress") else "",
        rules=reader.rules(),
        actor=_actor(record),
        unread=(),
    )
    if not (found.groups or found.names or found.prefix_lists or found.attached or found.rules):
        reader.unread.append("nothing to look at is named")
    return found._replace(unread=tuple(sorted(set(reader.unread))))


class _Reader:
    """Reads one record, whose objects are flat or wrapped in ``…Request`` and ``…Response`` with capital letters."""

    def __init__(self, record: Json, call: str) -> None:
        self.unread: list[str] = []
        self._record = record
        self._call = call
        self._request = self._unwrapped("requestParameters", f"{call}Request")
        self._response = self._unwrapped("responseElements", f"{call}Response")

    def _unwrapped(self, place: str, wrapper: str) -> Json:
        value = self._record.get(place)
        if value is not None and not isinstance(value, Mapping):
            self.unread.append(f"{place} is no object")
        if value is None and place == "requestParameters":
            self.unread.append(f"{place} is absent")
        outer = _mapping(value)
        if wrapper in outer and not isinstance(outer[wrapper], Mapping):
            self.unread.append(f"{place}.{wrapper} is no object")
        return _mapping(outer.get(wrapper)) or outer

    def attaches(self) -> bool:
        """Whether groups may come with the call: changes of other attributes concern nobody here."""
        if self._call in ("ModifyInstanceAttribute", "ModifyNetworkInterfaceAttribute") and self._request:
            return _field(self._request, "groupSet") is not None or _field(self._request, "groupId") is not None
        return True

    def error(self) -> str:
        """The code of an error; a code that is no text is no reason to look away."""
        code = self._record.get("errorCode")
        if code is not None and not isinstance(code, str):
            self.unread.append("errorCode is no text")
        return _text(code)

    def said(self, what: str, *values: object) -> str:
        """The first of some values that is a text."""
        for value in values:
            if text := _text(value):
                return text
        self.unread.append(f"{what} is absent")
        return ""

    def groups(self) -> tuple[str, ...]:
        """The groups that the call concerns."""
        places = [*self._of(self._request, "groupId"), *self._of(self._response, "groupId")]
        if self._call in RULES:
            places += [value for rule in self._rule_sets() for value in self._of(rule, "groupId")]
        if self._call in ATTACHMENTS:
            places += [value for group in self._group_sets() for value in self._strings(group, "groupId")]
        return self._ids("sg", places)

    def names(self) -> tuple[str, ...]:
        """The groups that only have a name here."""
        places = [_field(self._request, "groupName")]
        if self._call in ATTACHMENTS:
            places += [_field(group, "groupName") for group in self._group_sets() if isinstance(group, Mapping)]
        return _unique(text for place in places if (text := _text(place)))

    def prefix_lists(self) -> tuple[str, ...]:
        """The prefix lists that the call itself is about; those inside rules are read from the live group."""
        if self._call not in PREFIX_LISTS:
            return ()
        nested = _mapping(_field(self._response, "prefixList"))
        places = [
            value for parent in (self._request, self._response, nested) for value in self._of(parent, "prefixListId")
        ]
        return self._ids("pl", places)

    def attached(self) -> tuple[str, ...]:
        """The interfaces and instances that the call gives groups to."""
        if self._call not in ATTACHMENTS:
            return ()
        instances = self._items(self._response, "instancesSet")
        interfaces = [
            interface
            for parent in (self._request, self._response, *instances)
            if isinstance(parent, Mapping)
            for interface in self._items(parent, "networkInterfaceSet")
        ]
        parents = [self._request, self._response, _mapping(_field(self._response, "networkInterface"))]
        parents += [_mapping(one) for one in (*instances, *interfaces)]
        found_instances = [value for parent in parents for value in self._of(parent, "instanceId")]
        found_interfaces = [value for parent in parents for value in self._of(parent, "networkInterfaceId")]
        return self._ids("eni", found_interfaces) + self._ids("i", found_instances)

    def rules(self) -> tuple[str, ...]:
        """The ids of the rules that were made, changed, removed or described."""
        if self._call not in RULES:
            return ()
        named = [item for name in _NAMED_RULES for item in self._items(self._request, name)]
        places = [
            value for item in (*named, *self._rule_sets()) for value in self._strings(item, "securityGroupRuleId")
        ]
        return self._ids("sgr", places)

    def _rule_sets(self) -> list[Any]:
        return [rule for name in _RULE_SETS for rule in self._items(self._response, name)]

    def _group_sets(self) -> list[Any]:
        """What a call that attaches groups names: at the top, in its interfaces, and what EC2 answered."""
        parents = [self._request, self._response, _mapping(_field(self._response, "networkInterface"))]
        parents += [_mapping(instance) for instance in self._items(self._response, "instancesSet")]
        parents += [
            _mapping(interface) for parent in list(parents) for interface in self._items(parent, "networkInterfaceSet")
        ]
        return [
            group
            for parent in parents
            for name in ("groupSet", "groupId")
            if not isinstance(_field(parent, name), str)  # A single id is read where ids are.
            for group in self._items(parent, name)
        ]

    def _items(self, parent: Any, name: str) -> list[Any]:
        """The members of a collection: ``{"items": […]}``, ``{}``, a list, or one member without a list around it."""
        if not isinstance(parent, Mapping):
            return []
        value = _field(parent, name)
        for wrapper in ("items", "item"):
            if isinstance(value, Mapping) and wrapper in value:
                value = value[wrapper]
        if value is None or value == {}:
            return []
        members = value if isinstance(value, list) else [value]
        known = [member for member in members if isinstance(member, Mapping | str)]
        if len(known) < len(members):
            self.unread.append(f"{name} holds what is neither object nor text")
        return known

    def _of(self, parent: Any, name: str) -> list[Any]:
        value = _field(parent, name) if isinstance(parent, Mapping) else None
        if isinstance(value, list | Mapping):
            if value and self._call not in ATTACHMENTS:  # There it may be a collection, which is read elsewhere.
                self.unread.append(f"{name} is no text")
            return []
        return [] if value is None else [value]

    def _strings(self, item: Any, name: str) -> list[Any]:
        """The id that an item is or holds."""
        return [item] if isinstance(item, str) else self._of(item, name)

    def _ids(self, kind: str, places: Iterable[object]) -> tuple[str, ...]:
        ids = []
        for place in places:
            if isinstance(place, str) and _IDS[kind].fullmatch(place):
                ids.append(place)
            else:
                shown = repr(place[:80]) if isinstance(place, str) else f"a {type(place).__name__}"
                self.unread.append(f"{shown} is no id that begins with {kind}-")
        return _unique(ids)


def _actor(record: Json) -> Actor:
    identity = _mapping(record.get("userIdentity"))
    issuer = _mapping(_mapping(identity.get("sessionContext")).get("sessionIssuer"))
    return Actor(
        arn=_text(identity.get("arn")) or _text(identity.get("principalId")) or _text(identity.get("invokedBy")),
        issuer=_text(issuer.get("arn")),
        source_ip=_text(record.get("sourceIPAddress")),
        user_agent=_text(record.get("userAgent")),
    )


def _mapping(value: object) -> Json:
    return value if isinstance(value, Mapping) else {}


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""


def _field(parent: Json, name: str) -> Any:
    """A field, whose first letter is a capital in requests that are wrapped."""
    value = parent.get(name)
    return parent.get(name[0].upper() + name[1:]) if value is None else value


def _unique(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
