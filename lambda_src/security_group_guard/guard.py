"""From an event, or from a group that a sweep has read, to what is said of it and done about it.

What is said goes out before what is known is written down, and both before anything is done: a fault between them
repeats, under the same ids, and loses nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final

from . import report
from .approvals import Approvals
from .enforce import OBSERVE, RESTORE, REVOKE, Attempt, Judged, enforce
from .groups import Group
from .judge import MISSING, UNAPPROVED, Difference, judge
from .live import (
    DENIED,
    UNJUDGED,
    DeniedError,
    GoneError,
    Live,
    PrefixLists,
    code_of,
    groups_named,
    groups_with,
    live,
    read,
)
from .memory import ConflictError, Memory, Step, advance, fingerprint
from .recorded import OPENING, recorded_rules
from .report import Cause, cause_of, finding_id
from .trigger import Trigger, trigger

Json = dict[str, Any]

HOUR: Final = 60 * 60 * 1000
TRIES: Final = 4
"""As many invocations can be at the same group, and one more."""


class Guard:
    """Judges groups and, where their account asks for it, enforces what is approved.

    Args:
        approvals: What is approved.
        modes: "revoke" or "restore" by account; any other is only observed.
        member_role: The name of the role that the guard takes in members, by which it knows its own changes.
        memory: What it remembers.
        client: Makes a client of EC2 in an account and Region. Raises DeniedError where the role cannot be taken.
        put: Puts an event on the hub's bus: its detail-type and its detail.
        log: Takes what an operator should read.
        now: Milliseconds since 1970.
        sleep: Waits some seconds.
        settle_seconds: How long after a change EC2 may not show it everywhere yet.
        actions_per_hour: How often a group may be acted on.
    """

    def __init__(
        self,
        *,
        approvals: Approvals,
        modes: Mapping[str, str],
        member_role: str,
        memory: Memory,
        client: Callable[[str, str], Any],
        put: Callable[[str, Json], None],
        log: Callable[[Json], None],
        now: Callable[[], int],
        sleep: Callable[[float], None],
        settle_seconds: float,
        actions_per_hour: int,
    ) -> None:
        self._approvals, self._modes, self._role = approvals, modes, member_role
        self._memory, self._client, self._put, self._log = memory, client, put, log
        self._now, self._sleep, self._most = now, sleep, actions_per_hour
        self._settle_seconds = settle_seconds

    def examine(self, event: object) -> None:
        """Looks at what a call may have changed.

        Args:
            event: A record of CloudTrail in the envelope of EventBridge.

        Raises:
            Exception: where the event must come again; what could be done for it has been done.
        """
        found = trigger(event)
        if found is None:
            self._log({"message": "no call that opens or closes a group"})
            return
        said: Json = {"call": found.call, "event_id": found.event_id, "account": found.account, "region": found.region}
        if not found.changed:
            self._log({"message": "nothing has changed", **said, "error": found.error})
        elif self._is_own(found):
            self._log({"message": "a change of the guard itself", **said, "groups": list(found.groups)})
        else:
            self._look(found, event)

    def differences(self, group: Live) -> list[Difference]:
        """What of a live group is not as approved, and what of it cannot be judged."""
        return [*judge(group.group, group.rules, self._approvals, now=self._now()), *group.unjudged]

    def note(
        self,
        group: Group,
        differences: Iterable[Difference],
        *,
        of: Live | None = None,
        whole: bool = True,
        problem: str = "",
        cause: Cause | None = None,
        sweep: str = "",
        unread: Iterable[str] = (),
    ) -> Step:
        """Says what is new of a group, and what is over, and remembers it.

        Args:
            group: The group.
            differences: What was found.
            of: The group as it was read; None where its record was judged.
            whole: Whether there are no other differences.
            problem: Why it was not read.
            cause: Who changed something; nobody where a sweep looked.
            sweep: The sweep that looked, whose report alerts in place of each judgement.
            unread: What of the record could not be read.

        Raises:
            ConflictError: where somebody judged the group meanwhile.
        """
        before = self._memory.state(group)
        # A sweep may judge a page twice, and counts what it has told by the id under which it told it.
        finding = finding_id("sgf", sweep, group.account, group.region, group.group_id) if sweep else ""
        step = advance(group, before, differences, now=self._now(), whole=whole, finding=finding)
        common: Json = {
            "mode": self._mode(group.account),
            "vpc_id": of.vpc_id if of else "",
            "read": "live" if of else "record",
            "problem": problem,
            "cause": cause,
            "sweep": sweep,
        }
        if step.fresh or step.again:
            shown = [
                report.with_commands(one, of, group, self._approvals) for one in sorted((*step.fresh, *step.again))
            ]
            alert = bool(step.fresh) and not sweep
            self._say(group, shown, finding=step.finding, alert=alert, unread=unread, **common)
        for finding in step.closed:
            self._say(group, [], finding=finding, alert=False, state="closed", **common)
        if step.state != before:
            self._memory.replace(group, before, step.state)
        return step

    def _look(self, found: Trigger, event: object) -> None:
        cause = cause_of(found)
        try:
            ec2 = self._client(found.account, found.region) if found.account and found.region else None
            targets = self._targets(found, ec2)
        except DeniedError as error:
            ec2, targets, problem = None, list(found.groups), str(error)
        else:
            problem = "" if ec2 is not None else "neither account nor Region is named"
        if not targets:
            said: Json = {"event_id": found.event_id, "call": found.call, "unread": list(found.unread)}
            if found.prefix_lists and ec2 is not None:
                self._log({"message": "no group names the prefix list", **said, "lists": list(found.prefix_lists)})
            elif found.call == "DeleteSecurityGroup" and found.names and ec2 is not None:
                self._log({"message": "the group is gone", **said, "names": list(found.names)})
            else:
                self._nothing(found, cause, problem)
            return
        failures: list[Exception] = []
        for group_id in targets:
            try:
                self._until_settled(partial(self._group, ec2, group_id, found, event, cause, problem))
            except Exception as error:
                failures.append(error)
        if failures:
            raise failures[0]

    @staticmethod
    def _until_settled(judge_it: Callable[[], None]) -> None:
        """Judges anew, of what is there now, where somebody judged the same group meanwhile.

        Calls on a group come close together, and a message that failed comes again only after many minutes.
        """
        for _ in range(TRIES - 1):
            try:
                return judge_it()
            except ConflictError:
                continue
        return judge_it()

    def _targets(self, found: Trigger, ec2: Any) -> list[str]:
        if ec2 is None:
            return list(found.groups)
        targets = list(found.groups)
        try:
            for name in found.names:
                targets += groups_named(ec2, name)
            for prefix_list in found.prefix_lists:
                targets += groups_with(ec2, prefix_list)
        except Exception as error:
            raise denied(error) from error
        return list(dict.fromkeys(targets))

    def _group(self, ec2: Any, group_id: str, found: Trigger, event: object, cause: Cause, problem: str) -> None:
        place = {"account": found.account, "region": found.region}
        try:
            if ec2 is None:
                raise DeniedError(problem)
            group = read(ec2, group_id, **place)
        except GoneError:
            named = Group(group_id, "", found.account, found.region, {})
            if found.call != "DeleteSecurityGroup":
                self._by_record(named, found, event, cause, "the group is gone")
            self.note(named, [], problem="the group is gone", cause=cause)
            return
        except DeniedError as error:
            named = Group(group_id, "", found.account, found.region, {})
            why = f"the group cannot be read: {error}"
            if found.call == "DeleteSecurityGroup":
                self.note(named, [], problem=why, cause=cause)
                self._log(_judged(named, [], cause, alert=False, problem=why, unread=found.unread))
            else:
                self._by_record(named, found, event, cause, why, gone=False)
            return
        differences = self.differences(group)
        step = self.note(group.group, differences, of=group, cause=cause, unread=found.unread)
        self._log(_judged(group.group, differences, cause, alert=bool(step.fresh), unread=found.unread))
        mode = self._mode(found.account)
        if mode != OBSERVE:
            told = {step.state.open[fingerprint(one)] for one in differences if one.kind in (UNAPPROVED, MISSING)}
            self._enforce((group, differences), mode, ec2, cause, min(told, default=""))

    def _by_record(
        self, group: Group, found: Trigger, event: object, cause: Cause, problem: str, *, gone: bool = True
    ) -> None:
        """Judges the rules that the call itself made or changed; what others the group has, it does not say."""
        described = recorded_rules(event)
        shown = {"GroupId": group.group_id}
        written = live(shown, described, PrefixLists(None), account=group.account, region=group.region)
        differences = [one for one in self.differences(written) if one.kind != MISSING]
        if not described and found.call in OPENING:
            differences.append(Difference(UNJUDGED, "", "", "the record does not say what was opened"))
        elif not described and not gone:
            differences.append(Difference(UNJUDGED, "", "", problem))
        step = self.note(group, differences, whole=False, problem=problem, cause=cause, unread=found.unread)
        self._log(_judged(group, differences, cause, alert=bool(step.fresh), problem=problem, unread=found.unread))

    def _enforce(self, judged: Judged, mode: str, ec2: Any, cause: Cause, finding: str) -> None:
        group = judged[0].group
        where = {"account": group.account, "region": group.region, "group_id": group.group_id}

        def look_again() -> Judged:
            again = read(ec2, group.group_id, account=group.account, region=group.region)
            return again, self.differences(again)

        attempt = enforce(
            judged,
            mode,
            ec2=ec2,
            approvals=self._approvals,
            look_again=look_again,
            may_act=lambda: self._memory.may_act(group, self._most),
            settle=lambda: self._sleep(self._to_settle(cause.time)),
            tell=lambda one: self._log({"message": "about to remove", **where, **one}),
        )
        parts = report.parts(attempt.removed) if attempt.outcome != "unnecessary" else ()
        to_do = [report.with_commands(one, judged[0], group, self._approvals) for one in attempt.left]
        for number, part in enumerate(parts):
            detail = report.enforcement(
                group,
                finding=self._outcome_id(group, attempt, part, cause),
                alert=attempt.outcome != "done" and number == 0,
                outcome=attempt.outcome,
                mode=mode,
                vpc_id=judged[0].vpc_id,
                removed=[{"rule_id": one["rule_id"], "text": one["text"]} for one in part],
                added=attempt.added if number == 0 else (),
                restore=[one["restore"] for one in part],
                undo=(one["undo"] for one in to_do if attempt.outcome != "done" and number == 0),
                problem=attempt.problem,
                of=finding,
                cause=cause,
            )
            self._put(report.ENFORCEMENT, detail)
            self._log({"message": f"enforcement: {attempt.outcome}", **detail})
        if attempt.outcome != "bounded":
            # What has appeared meanwhile is told by the event of whoever made it.
            known = {fingerprint(one) for one in judged[1]}
            left = [one for one in attempt.left if fingerprint(one) in known]
            self.note(group, left, of=judged[0], cause=cause)
        if attempt.outcome == "failed":
            raise RuntimeError(f"{group.group_id} was not brought to what is approved: {attempt.problem}")

    def _to_settle(self, changed: str) -> float:
        """How many seconds are left of the time that EC2 takes; all of them where nobody says when it changed."""
        try:
            passed = self._now() / 1000 - datetime.fromisoformat(changed).timestamp()
        except (TypeError, ValueError):
            return self._settle_seconds
        return min(max(self._settle_seconds - passed, 0.0), self._settle_seconds)

    def _outcome_id(self, group: Group, attempt: Attempt, part: Iterable[Json], cause: Cause) -> str:
        place = (group.account, group.region, group.group_id, attempt.outcome)
        if attempt.outcome == "bounded":  # one alert an hour, whatever calls there are
            return finding_id("sge", *place, self._now() // HOUR)
        return finding_id("sge", *place, cause.event_id, [one["rule_id"] for one in part])

    def _nothing(self, found: Trigger, cause: Cause, problem: str) -> None:
        """A record in which nothing can be looked at is told, never passed over."""
        nowhere = Group("", "", found.account, found.region, {})
        finding = finding_id("sgf", "nothing", found.event_id, found.call)
        why = problem or "; ".join(found.unread) or "the record names no group that is there"
        self._say(
            nowhere,
            [],
            finding=finding,
            alert=True,
            read="nothing",
            problem=why,
            mode=self._mode(found.account),
            cause=cause,
            unread=found.unread,
        )
        self._log({"message": "nothing to judge", "event_id": found.event_id, "call": found.call, "problem": why})

    def _say(self, group: Group, shown: list[Json], **more: Any) -> None:
        self._put(report.JUDGEMENT, report.judgement(group, shown, **more))

    def _mode(self, account: str) -> str:
        mode = self._modes.get(account)
        return mode if mode in (REVOKE, RESTORE) else OBSERVE

    def _is_own(self, found: Trigger) -> bool:
        return bool(found.account) and found.actor.issuer.endswith(f"::{found.account}:role/{self._role}")


def denied(error: Exception) -> Exception:
    """The error as DeniedError, if that is what it is."""
    code = code_of(error)
    return DeniedError(code) if code in DENIED else error


def _judged(
    group: Group,
    differences: list[Difference],
    cause: Cause,
    *,
    alert: bool,
    problem: str = "",
    unread: Iterable[str] = (),
) -> Json:
    return {
        "message": "differs" if differences else "as approved",
        "account": group.account,
        "region": group.region,
        "group_id": group.group_id,
        "group_name": group.name,
        "differences": [one._asdict() for one in differences[:100]],
        "alert": alert,
        "problem": problem,
        "unread": list(unread),
        "cause": cause._asdict(),
    }
