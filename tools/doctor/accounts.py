"""In whose name each account is read: as a role of it, or in the embedded AWS by its own number."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from threading import Lock
from typing import Any, Final

from botocore.config import Config

from tools.doctor.verdict import Place

DEFAULT_ROLE: Final = "cdk-hnb659fds-lookup-role-{account}-{home}"
"""What ``cdk bootstrap --trust`` makes in a member: it reads nearly everything and decrypts nothing."""
_CONFIG: Final = Config(
    connect_timeout=5, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 5}, inject_host_prefix=False
)
_SESSION: Final = "evidence-doctor"
_FRESH_SECONDS: Final = 45 * 60
"""A role's credentials hold for an hour."""
Credentials = dict[str, str]


class Accounts:
    """Clients of every service in every account and Region, made once and kept until they are forgotten.

    The account of the caller's own credentials is read with these. An access key of 12 digits is an account of the
    embedded AWS, and then every account is.

    Args:
        session: The caller's credentials.
        role: The name of the role that is taken elsewhere; ``{account}`` and ``{home}`` are filled in.
        home: The home Region: there roles are taken, and IAM and Organizations asked.
        clock: Seconds that only grow.
    """

    def __init__(self, session: Any, *, role: str, home: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._session = session
        self._role = role
        self._home = home
        self._clock = clock
        self._entered: dict[str, tuple[float, Credentials]] = {}
        self._clients: dict[tuple[str, str, str], Any] = {}
        self._entering: dict[str, Lock] = {}
        self._making = Lock()
        self._own: tuple[str, str] | None = None

    def client(self, service: str, place: Place) -> Any:
        """A client; what belongs to no Region is asked at home.

        Raises:
            ClientError: The role cannot be taken.
        """
        key = (place.account, place.region or self._home, service)
        with self._making:
            entering = self._entering.setdefault(place.account, Lock())
        with entering:
            credentials = self._credentials(place.account)
        # One session for all: it keeps what it read of AWS's APIs, and makes one client at a time.
        with self._making:
            if key not in self._clients:
                self._clients[key] = self._session.client(service, region_name=key[1], config=_CONFIG, **credentials)
            return self._clients[key]

    def acting_as(self, account: str) -> str:
        """Who reads an account, for a person to find who was denied."""
        if self._embedded:
            return f"account {account}"
        if account == self._caller[0]:
            return self._caller[1]
        return self._role_arn(account)

    def forget(self, account: str) -> None:
        """Nobody asks an account again soon: of a thousand, the clients of a few are kept."""
        with self._making:
            for key in [key for key in self._clients if key[0] == account]:
                del self._clients[key]

    @property
    def _embedded(self) -> bool:
        credentials = self._session.get_credentials()
        return credentials is not None and re.fullmatch("[0-9]{12}", credentials.access_key) is not None

    @property
    def _caller(self) -> tuple[str, str]:
        """The account and the ARN of the caller."""
        if self._own is None:
            with self._making:
                sts = self._session.client("sts", region_name=self._home, config=_CONFIG)
            found = sts.get_caller_identity()
            self._own = found["Account"], found["Arn"]
        return self._own

    def _credentials(self, account: str) -> Credentials:
        entered = self._entered.get(account)
        if entered is None or self._clock() - entered[0] > _FRESH_SECONDS:
            self.forget(account)
            entered = self._clock(), self._enter(account)
            self._entered[account] = entered
        return entered[1]

    def _enter(self, account: str) -> Credentials:
        if self._embedded:
            return {"aws_access_key_id": account, "aws_secret_access_key": account}
        if account == self._caller[0]:
            return {}
        with self._making:
            sts = self._session.client("sts", region_name=self._home, config=_CONFIG)
        taken = sts.assume_role(RoleArn=self._role_arn(account), RoleSessionName=_SESSION)["Credentials"]
        return {
            "aws_access_key_id": taken["AccessKeyId"],
            "aws_secret_access_key": taken["SecretAccessKey"],
            "aws_session_token": taken["SessionToken"],
        }

    def _role_arn(self, account: str) -> str:
        partition = self._session.get_partition_for_region(self._home)
        name = self._role.replace("{account}", account).replace("{home}", self._home)
        return f"arn:{partition}:iam::{account}:role/{name}"
