"""Takes unapproved rules away by their ids and puts back what a baseline demands, after a dry run and a second look."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, NamedTuple

from . import commands
from .approvals import Approvals
from .judge import UNAPPROVED, Difference, demanded
from .live import GoneError, Live, code_of
from .report import restoring
from .rules import Rule

Json = dict[str, Any]

OBSERVE: Final = "observe"
REVOKE: Final = "revoke"
RESTORE: Final = "restore"
DRY: Final = "DryRunOperation"
THERE_ALREADY: Final = "InvalidPermission.Duplicate"
NOT_THERE: Final = frozenset({"InvalidPermission.NotFound", "InvalidSecurityGroupRuleId.NotFound"})

Judged = tuple[Live, list[Difference]]


class Attempt(NamedTuple):
    """What became of it.

    Attributes:
        outcome: "unnecessary", "bounded", "failed" or "done".
        removed: The rules that are gone, each with its id, text and the command that puts it back.
        added: The rules of the baseline that are there again.
        left: The differences that are there afterwards.
        problem: Why it failed.
    """

    outcome: str
    removed: tuple[Json, ...] = ()
    added: tuple[Json, ...] = ()
    left: tuple[Difference, ...] = ()
    problem: str = ""


class _FailedError(RuntimeError):
    """EC2 did not do what it was asked."""


class _MissingError(_FailedError):
    """EC2 does not know a rule any more: somebody, perhaps another invocation, was faster."""


def enforce(
    judged: Judged,
    mode: str,
    *,
    ec2: Any,
    approvals: Approvals,
    look_again: Callable[[], Judged],
    may_act: Callable[[], bool],
    settle: Callable[[], None],
    tell: Callable[[Json], None],
) -> Attempt:
    """Brings a group closer to what is approved, if the mode says so; never raises for what EC2 answers.

    Args:
        judged: The group and its differences.
        mode: "revoke", or "restore" to put missing rules back too.
        ec2: A client in the group's account and Region that may change it.
        approvals: What is approved.
        look_again: Reads and judges the group anew.
        may_act: Counts one more attempt, unless there were enough.
        settle: Waits until EC2 shows what has been changed.
        tell: Takes what is about to be removed, rule by rule, before it is: the process may end in between.
    """
    live, differences = judged
    doomed = _unapproved(live, differences)
    wanted = _wanted(live, differences, approvals, mode)
    if not doomed and not wanted:
        return Attempt("unnecessary", left=tuple(differences))
    if not may_act():
        return Attempt("bounded", left=tuple(differences))
    removed: dict[str, Json] = {}
    added: list[Rule] = []
    problem = ""
    try:
        _revoke(ec2, live, doomed, dry=True)
        for rule in wanted:
            _authorize(ec2, live, rule, dry=True)
        settle()
        live, differences = look_again()
        doomed = {rule_id: one for rule_id, one in _unapproved(live, differences).items() if rule_id in doomed}
        for egress in (False, True):
            one_way = {rule_id: one for rule_id, one in doomed.items() if _egress(live, rule_id) == egress}
            going = {rule_id: _removed(live, one) for rule_id, one in one_way.items()}
            for one in going.values():
                tell(one)
            _revoke(ec2, live, one_way, dry=False)
            removed |= going
        for rule in _wanted(live, differences, approvals, mode):
            _authorize(ec2, live, rule, dry=False)
            added.append(rule)
    except GoneError:
        return Attempt("unnecessary")
    except _MissingError as error:
        problem = str(error)
        try:
            live, differences = look_again()
        except GoneError:
            return Attempt("done" if removed else "unnecessary", tuple(removed.values()))
        if not (set(_unapproved(live, differences)) & set(doomed) - set(removed)):
            problem = ""  # what was to go has gone
    except _FailedError as error:
        problem = str(error)
    outcome = "failed" if problem else "done" if removed or added else "unnecessary"
    left = tuple(
        one
        for one in differences
        if one.rule_id not in removed and not (added and demanded(one, live.group, approvals) in added)
    )
    return Attempt(outcome, tuple(removed.values()), tuple({"text": rule.rule_id} for rule in added), left, problem)


def _unapproved(live: Live, differences: Iterable[Difference]) -> dict[str, list[Difference]]:
    """The rules that may go, with what each breaks."""
    doomed: dict[str, list[Difference]] = {}
    for one in differences:
        if one.kind == UNAPPROVED and one.rule_id in live.described:
            doomed.setdefault(one.rule_id, []).append(one)
    return doomed


def _wanted(live: Live, differences: Iterable[Difference], approvals: Approvals, mode: str) -> list[Rule]:
    if mode != RESTORE:
        return []
    return [rule for one in differences if (rule := demanded(one, live.group, approvals)) is not None]


def _revoke(ec2: Any, live: Live, doomed: Mapping[str, Any], *, dry: bool) -> None:
    for egress in (False, True):
        rule_ids = sorted(rule_id for rule_id in doomed if _egress(live, rule_id) == egress)
        if rule_ids:
            call = ec2.revoke_security_group_egress if egress else ec2.revoke_security_group_ingress
            _ask(call, dry, GroupId=live.group.group_id, SecurityGroupRuleIds=rule_ids)


def _authorize(ec2: Any, live: Live, rule: Rule, *, dry: bool) -> None:
    call = ec2.authorize_security_group_egress if rule.egress else ec2.authorize_security_group_ingress
    permission = commands.wanted_permission(rule, live.group.group_id)
    _ask(call, dry, GroupId=live.group.group_id, IpPermissions=[permission])


def _ask(call: Callable[..., Json], dry: bool, **request: Any) -> None:
    try:
        answer = call(**request, DryRun=dry)
    except Exception as error:
        code = code_of(error)
        if code == THERE_ALREADY or (dry and code == DRY):
            return
        kind = _MissingError if code in NOT_THERE else _FailedError
        raise kind(f"{'the dry run' if dry else 'the call'} answered {code}: {str(error)[:500]}") from error
    if dry:
        raise _FailedError("the dry run was answered as a call that was carried out")
    if answer.get("Return") is False or answer.get("UnknownIpPermissions"):
        raise _FailedError("EC2 did not know a rule that it had described")


def _egress(live: Live, rule_id: str) -> bool:
    return bool(live.described[rule_id].get("IsEgress"))


def _removed(live: Live, broken: list[Difference]) -> Json:
    rule_id = broken[0].rule_id
    text = "; ".join(dict.fromkeys(one.text for one in broken))
    return {"rule_id": rule_id, "text": text, "restore": restoring(live.group, live.described[rule_id])}
