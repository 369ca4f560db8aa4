"""`AWS::Organizations::Policy` and `ResourcePolicy`, and one organization instead of one for each account.

MiniStack has policies and what they are attached to, but no types for them, no resource policy, and makes up an
organization for whoever asks. Here the organization is that of the server: its management account finds its members
below one root; a member finds it only by what a resource policy of the organization lets it read. What is attached is
kept and read back, and binds nobody here: who is bound, proof and simulation show.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/AWS_Organizations.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

from ministack.core.responses import get_account_id, request_scope
from ministack.services import organizations

from local.emulator import journal
from local.emulator.answers import Answer, RefusalError, json_answer, read_answer
from local.emulator.cloudformation_types import Created, Properties, register, tag_list
from local.emulator.hooks import add_entry, replace, replace_entry
from local.emulator.principals import account_principal, organization
from local.policy_decision import ResourcePolicy, decide
from local.policy_request import Request

ROOT: Final = "r-emb1"
"""The root of the organization: four characters, which MiniStack repeats in the ids of units, as AWS repeats all."""
LARGEST: Final = 5120
"""Characters of one policy that binds accounts or resources.
https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"""

_LIMITED: Final = frozenset({"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"})
_READS: Final = (
    "DescribeOrganization",
    "ListRoots",
    "ListAccounts",
    "DescribeAccount",
    "ListOrganizationalUnitsForParent",
    "ListAccountsForParent",
    "ListParents",
    "DescribeOrganizationalUnit",
)
_NAMED_BY: Final = ("AccountId", "OrganizationalUnitId", "ParentId", "ChildId")
_resource_policy: dict[str, str] = {}


def install() -> None:
    """Registers the types, pins the organization, and keeps its resource policy."""
    register(
        "AWS::Organizations::Policy",
        Policy(),
        properties=frozenset({"Name", "Description", "Type", "Content", "TargetIds", "Tags"}),
    )
    register("AWS::Organizations::ResourcePolicy", Access(), properties=frozenset({"Content"}))
    replace(organizations, "_ensure_org", _pinned)
    replace(organizations, "reset", _forgetful)
    for name in organizations._DISPATCH:
        replace_entry(organizations._DISPATCH, name, _for_members(name))
    for name in ("CreatePolicy", "UpdatePolicy"):
        replace_entry(organizations._DISPATCH, name, _measured)
    add_entry(organizations._DISPATCH, "PutResourcePolicy", _put_resource_policy)
    add_entry(organizations._DISPATCH, "DescribeResourcePolicy", _describe_resource_policy)
    add_entry(organizations._DISPATCH, "DeleteResourcePolicy", _delete_resource_policy)


class Policy:
    """`Ref` is the policy's id."""

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """CreatePolicy, and AttachPolicy for each target; what fails leaves no policy behind."""
        members = {name: properties[name] for name in ("Name", "Type")}
        answer = _call(
            "CreatePolicy",
            {
                **members,
                "Description": properties.get("Description", ""),
                "Content": _text(properties["Content"]),
                "Tags": tag_list(properties),
            },
        )
        summary = answer["Policy"]["PolicySummary"]
        try:
            _attach(summary["Id"], set(), set(properties.get("TargetIds", [])))
        except RefusalError:
            self.delete(summary["Id"], properties)
            raise
        return summary["Id"], _attributes(summary)

    def update(self, physical_id: str, old: Properties, new: Properties, stack: str) -> Created:
        """UpdatePolicy, AttachPolicy and DetachPolicy; another type is another policy."""
        if old["Type"] != new["Type"]:
            return self.create("", new, stack)
        answer = _call(
            "UpdatePolicy",
            {
                "PolicyId": physical_id,
                "Name": new["Name"],
                "Description": new.get("Description", ""),
                "Content": _text(new["Content"]),
            },
        )
        _attach(physical_id, set(old.get("TargetIds", [])), set(new.get("TargetIds", [])))
        return physical_id, _attributes(answer["Policy"]["PolicySummary"])

    def delete(self, physical_id: str, _properties: Properties) -> None:
        """DetachPolicy from whatever it is attached to, and DeletePolicy."""
        if organizations._policies.get(physical_id) is None:
            return
        targets = _call("ListTargetsForPolicy", {"PolicyId": physical_id})["Targets"]
        _attach(physical_id, {target["TargetId"] for target in targets}, set())
        _call("DeletePolicy", {"PolicyId": physical_id})


class Access:
    """The one resource policy of the organization; `Ref` is its id."""

    def create(self, _logical_id: str, properties: Properties, _stack: str) -> Created:
        """PutResourcePolicy, which would replace one that is there: CloudFormation refuses to."""
        if get_account_id() in _resource_policy:
            raise RefusalError("AlreadyExists", "the organization has a resource policy already")
        return self._put(properties)

    def update(self, _physical_id: str, _old: Properties, new: Properties, _stack: str) -> Created:
        """PutResourcePolicy."""
        return self._put(new)

    def delete(self, _physical_id: str, _properties: Properties) -> None:
        """DeleteResourcePolicy."""
        if get_account_id() in _resource_policy:
            _call("DeleteResourcePolicy", {})

    def _put(self, properties: Properties) -> Created:
        summary = _call("PutResourcePolicy", {"Content": _text(properties["Content"])})["ResourcePolicy"][
            "ResourcePolicySummary"
        ]
        return summary["Id"], _attributes(summary)


def _pinned(original: Callable[[], None]) -> Callable[[], None]:
    """The server's organization in its management account; any other account keeps what MiniStack makes up for it."""

    def ensure() -> None:
        known, management = organization(), get_account_id()
        if management != known.management_account or "self" in organizations._orgs:
            original()
            return
        original()
        (made,) = list(organizations._roots.values())
        text = json.dumps(organizations._orgs["self"]).replace(organizations._orgs["self"]["Id"], known.id)
        organizations._orgs["self"] = json.loads(text)
        root = {**made, "Id": ROOT, "Arn": f"arn:aws:organizations::{management}:root/{known.id}/{ROOT}"}
        del organizations._roots[made["Id"]]
        organizations._roots[ROOT] = root
        organizations._attachments[organizations.FULL_ACCESS_POLICY_ID] = [ROOT, *sorted(known.accounts)]
        template = organizations._accounts[management]
        for account in sorted(known.accounts):
            organizations._accounts[account] = {
                **template,
                "Id": account,
                "Arn": f"arn:aws:organizations::{management}:account/{known.id}/{account}",
                "Name": template["Name"] if account == management else f"Account {account}",
                "_ParentId": ROOT,
            }

    return ensure


def _forgetful(original: Callable[[], None]) -> Callable[[], None]:
    def reset() -> None:
        original()
        _resource_policy.clear()

    return reset


def _for_members(name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A member asks the organization, not one of its own: it reads what the resource policy lets it read."""

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(payload: dict[str, Any]) -> Any:
            account, known = get_account_id(), organization()
            if account == known.management_account or account not in known.accounts:
                return original(payload)
            if name == "DescribeOrganization":
                with request_scope(known.management_account, "us-east-1"):
                    return original(payload)
            try:
                _permit(name, payload, account)
            except RefusalError as refusal:
                return refusal.answer()
            with request_scope(known.management_account, "us-east-1"):
                return original(payload)

        return call

    return wrap


def _permit(name: str, payload: dict[str, Any], account: str) -> None:
    known = organization()
    subject = next((payload[key] for key in _NAMED_BY if key in payload), "")
    kind = {"o": "ou", "r": "root"}.get(subject[:1], "account")
    resource = f"arn:aws:organizations::{known.management_account}:{kind}/{known.id}/{subject}" if subject else "*"
    request = Request(principal=account_principal(account), action=f"organizations:{name}", resource=resource)
    policy = ResourcePolicy(
        kind="organization",
        owner=known.management_account,
        document=_resource_policy.get(known.management_account),
        delegates=False,
    )
    decision = journal.record(request, decide(request, resource=policy, identity=[]))
    if name not in _READS or not decision.allowed:
        raise RefusalError("AccessDeniedException", f"You don't have permissions to access this resource ({name})")


def _measured(original: Callable[..., Any]) -> Callable[..., Any]:
    """A policy of more characters than AWS takes is refused."""

    def call(payload: dict[str, Any]) -> Any:
        known = organizations._policies.get(payload.get("PolicyId", ""), {})
        size = len(payload.get("Content", ""))
        if payload.get("Type", known.get("Type")) in _LIMITED and size > LARGEST:
            words = f"You have exceeded the maximum policy size: {size} of {LARGEST} characters."
            return RefusalError("ConstraintViolationException", words).answer()
        return original(payload)

    return call


def _put_resource_policy(payload: dict[str, Any]) -> Answer:
    _management_alone()
    _resource_policy[get_account_id()] = payload["Content"]
    return _described()


def _describe_resource_policy(_payload: dict[str, Any]) -> Answer:
    if get_account_id() not in _resource_policy:
        return RefusalError("ResourcePolicyNotFoundException", "The organization has no resource policy.").answer()
    return _described()


def _delete_resource_policy(_payload: dict[str, Any]) -> Answer:
    if _resource_policy.pop(get_account_id(), None) is None:
        return RefusalError("ResourcePolicyNotFoundException", "The organization has no resource policy.").answer()
    return json_answer({})


def _described() -> Answer:
    account = get_account_id()
    arn = f"arn:aws:organizations::{account}:resourcepolicy/{organization().id}/rp-embedded"
    summary = {"Id": "rp-embedded", "Arn": arn}
    return json_answer({"ResourcePolicy": {"ResourcePolicySummary": summary, "Content": _resource_policy[account]}})


def _management_alone() -> None:
    if get_account_id() != organization().management_account:
        raise RefusalError("AccessDeniedException", "You don't have permissions to access this resource.")


def _attach(policy_id: str, attached: set[str], wanted: set[str]) -> None:
    for target in sorted(wanted - attached):
        _call("AttachPolicy", {"PolicyId": policy_id, "TargetId": target})
    for target in sorted(attached - wanted):
        _call("DetachPolicy", {"PolicyId": policy_id, "TargetId": target})


def _attributes(summary: dict[str, Any]) -> dict[str, Any]:
    return {"Id": summary["Id"], "Arn": summary["Arn"]}


def _text(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content, separators=(",", ":"))


def _call(operation: str, members: dict[str, Any]) -> dict[str, Any]:
    """An operation of the management account; a stack elsewhere is refused as AWS refuses it."""
    _management_alone()
    return read_answer(organizations._DISPATCH[operation](members), what=operation)
