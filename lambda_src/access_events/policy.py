"""What the organization allows, as synthesis wrote it into JSON; read once per process."""

from __future__ import annotations

import json
from collections.abc import Mapping

from .moments import milliseconds
from .networks import Networks
from .values import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_DAY = 24 * 60 * 60 * 1000
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Waiver(NamedTuple):
    """An exception to a rule: somebody's, for a reason, until the end of a day (UTC), then without effect.

    ``rule``, ``account`` and ``principal`` narrow it; None matches all. ``principal`` is compared with the
    ARN and the name of whoever acted, and may end in ``*``.
    """

    owner: str
    reason: str
    expires: str
    until: int
    rule: str | None
    account: str | None
    principal: str | None


class Hours(NamedTuple):
    """When people are expected: on days that begin at a local time of a zone and end at another, maybe after midnight.

    Times are minutes of the day.
    """

    timezone: str
    days: frozenset[int]
    start: int
    end: int


class Catalog(NamedTuple):
    """The tables and views of the evidence: in which account, in which database, and whose work it is to fill them.

    An empty account is any, of which no role's work is known.
    """

    account: str
    database: str
    compaction_roles: frozenset[str]


class Protected(NamedTuple):
    """Whose change is tampering: what bears our name, and the key and the trails that bear none of it.

    ``*`` among the trails is any trail.
    """

    name_prefix: str
    session_document: str
    evidence_buckets: tuple[str, ...]
    key_ids: frozenset[str]
    trails: frozenset[str]
    catalog: Catalog


class Policy(NamedTuple):
    """The organization's rules, as synthesis writes them in JSON.

    An example with every key::

        {"networks": {"default": ["203.0.113.0/24", "2001:db8::/32"],
                      "accounts": {"222222222222": ["198.51.100.0/24"]}},
         "failed_sign_ins": {"threshold": 5, "window_minutes": 15},
         "hours": {"timezone": "Asia/Tokyo", "days": ["mon", "tue"], "start": "08:00", "end": "19:30"},
         "protected": {"name_prefix": "evidence-", "session_document": "SSM-SessionManagerRunShell",
                       "evidence_buckets": ["evidence-logs-", "evidence-recordings-"],
                       "key_ids": ["mrk-…"], "trails": ["a trail that is not named after us"],
                       "catalog": {"account": "111111111111", "database": "evidence",
                                   "compaction_roles": ["evidence-compaction"]}},
         "exceptions": [{"owner": "…", "reason": "…", "expires": "2027-01-31",
                         "rule": "no-mfa", "account": "222222222222", "principal": "arn:…:user/Bob"}]}

    Every key may be absent. Without ``hours`` no hour is wrong; an account of its own list does not take the
    default one; where neither exists, every network is right. Of an exception, ``rule``, ``account`` and
    ``principal`` may be absent, and one of them must not.
    """

    default_networks: Networks | None
    account_networks: Mapping[str, Networks]
    failed_threshold: int
    failed_window: int
    hours: Hours | None
    protected: Protected
    waivers: tuple[Waiver, ...]

    @classmethod
    def from_json(cls, document: str) -> Policy:
        """The policy of a document.

        Raises:
            ValueError: for a document that synthesis would have refused, saying what is wrong with it.
        """
        data = json.loads(document)
        try:
            networks = data.get("networks", {})
            failed = data.get("failed_sign_ins", {})
            protected = data.get("protected", {})
            catalog = protected.get("catalog", {})
            default = networks.get("default")
            return cls(
                default_networks=None if default is None else Networks(default),
                account_networks={name: Networks(cidrs) for name, cidrs in networks.get("accounts", {}).items()},
                failed_threshold=_positive(failed.get("threshold", 5)),
                failed_window=_positive(failed.get("window_minutes", 15)) * 60_000,
                hours=_hours(data["hours"]) if data.get("hours") else None,
                protected=Protected(
                    name_prefix=protected.get("name_prefix", "evidence-"),
                    session_document=protected.get("session_document", "SSM-SessionManagerRunShell"),
                    evidence_buckets=tuple(
                        protected.get(
                            "evidence_buckets", ["evidence-logs-", "evidence-recordings-", "evidence-access-logs-"]
                        )
                    ),
                    key_ids=frozenset(protected.get("key_ids", ())),
                    trails=frozenset(protected.get("trails", ())),
                    catalog=Catalog(
                        account=catalog.get("account", ""),
                        database=catalog.get("database", "evidence"),
                        compaction_roles=frozenset(catalog.get("compaction_roles", ())),
                    ),
                ),
                waivers=tuple(map(_waiver, data.get("exceptions", ()))),
            )
        except (AttributeError, KeyError, TypeError, LookupError) as error:
            raise ValueError(f"policy: {type(error).__name__}: {error}") from error

    def networks_of(self, account: str | None) -> Networks | None:
        """The approved networks of an account; None where nobody declared any."""
        return self.account_networks.get(account or "", self.default_networks)


def _positive(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"policy: {value!r} is not a number of 1 or more")
    return value


def _waiver(data: Mapping[str, Any]) -> Waiver:
    start = milliseconds(data["expires"])
    if start is None or len(data["expires"]) != len("2027-01-31"):
        raise ValueError(f"policy: an exception expires on {data['expires']!r}, which is no date")
    waiver = Waiver(
        owner=data["owner"],
        reason=data["reason"],
        expires=data["expires"],
        until=start + _DAY,
        rule=data.get("rule"),
        account=data.get("account"),
        principal=data.get("principal"),
    )
    if waiver.rule is waiver.account is waiver.principal is None:
        raise ValueError(f"policy: the exception of {waiver.owner} would match everything")
    return waiver


def _hours(data: Mapping[str, Any]) -> Hours:
    from zoneinfo import ZoneInfo  # only where hours are declared

    ZoneInfo(data["timezone"])  # an unknown zone fails here, not at a login
    days = frozenset(map(_WEEKDAYS.index, data.get("days", _WEEKDAYS)))
    return Hours(data["timezone"], days, _minutes(data["start"]), _minutes(data["end"]))


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    total = int(hour) * 60 + int(minute)
    if not (0 <= int(minute) < 60 and 0 <= total <= 24 * 60):
        raise ValueError(f"policy: {clock!r} is no time of day")
    return total
