"""The one door to AWS: asks, reads all pages, and says who was denied what."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import islice
from threading import Lock
from typing import Any, Final, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from tools.doctor.verdict import Place

Json = dict[str, Any]
Answer = TypeVar("Answer")
_DENIED: Final = re.compile(r"AccessDenied|UnauthorizedOperation|AuthorizationError|NotAuthorized|^403$")
_NAMED: Final = re.compile(r"not authorized to perform:? ([a-z0-9-]+:[A-Za-z0-9]+)")
_PREFIXES: Final = {"service-quotas": "servicequotas"}
"""Where IAM calls a service otherwise than boto3."""
_ACTIONS: Final = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:GetObjectLockConfiguration": "s3:GetBucketObjectLockConfiguration",
}
"""Where IAM calls a call otherwise than boto3."""


class UnseenError(Exception):
    """Something could not be read; the message says why, `fix` what helps."""

    def __init__(self, why: str, fix: str) -> None:
        super().__init__(why)
        self.fix = fix


class Clients(Protocol):
    """Whoever makes clients: `tools.doctor.accounts.Accounts`, or a test."""

    def client(self, service: str, place: Place) -> Any:
        """A client of a service at a place."""

    def acting_as(self, account: str) -> str:
        """Who reads an account."""

    def forget(self, account: str) -> None:
        """Nobody asks an account again soon."""


def iam_action(service: str, method: str) -> str:
    """What IAM calls an operation of AWS's API, by boto3's name of the service."""
    action = f"{_PREFIXES.get(service, service)}:{method}"
    return _ACTIONS.get(action, action)


class Eyes:
    """Reads AWS, and remembers what several checks ask.

    Args:
        clients: Who makes the clients.
    """

    def __init__(self, clients: Clients) -> None:
        self._clients = clients
        self._seen: dict[Any, tuple[Lock, list[Any]]] = {}
        self._lock = Lock()

    def ask(
        self, place: Place, service: str, operation: str, *, absent: Sequence[str] = (), **parameters: Any
    ) -> Json | None:
        """The answer of one call, or None where the service says one of the codes of what is not there.

        Raises:
            UnseenError: The call was denied, or AWS did not answer it.
        """
        answer: Json | None = self._try(
            place, service, operation, absent, lambda client: getattr(client, operation)(**parameters)
        )
        return answer

    def told(self, place: Place, service: str, operation: str, **parameters: Any) -> Json:
        """The answer of a call that always has one.

        Raises:
            UnseenError: As `ask`.
        """
        return self.ask(place, service, operation, **parameters) or {}

    def pages(
        self,
        place: Place,
        service: str,
        operation: str,
        items: str,
        *,
        absent: Sequence[str] = (),
        at_most: int | None = None,
        **parameters: Any,
    ) -> list[Any]:
        """What every page of a list holds, or the first so many; nothing where the service says it is not there.

        Raises:
            UnseenError: As `ask`.
        """

        def read(client: Any) -> list[Any]:
            paginator = client.get_paginator(operation)
            found = (item for page in paginator.paginate(**parameters) for item in page.get(items, []))
            return list(islice(found, at_most))

        return self._try(place, service, operation, absent, read) or []

    def once(self, key: Any, read: Callable[[], Answer]) -> Answer:
        """What `read` gives, read once however many ask at the same time."""
        with self._lock:
            lock, kept = self._seen.setdefault(key, (Lock(), []))
        with lock:
            if not kept:
                kept.append(read())
            answer: Answer = kept[0]
            return answer

    def forget(self, account: str) -> None:
        """Lets go of what is kept to ask an account, not of what it said."""
        self._clients.forget(account)

    def _try(self, place: Place, service: str, operation: str, absent: Sequence[str], act: Callable[[Any], Any]) -> Any:
        try:
            client = self._clients.client(service, place)
        except ClientError as error:
            raise self._unseen(error, place, "sts", "AssumeRole") from error
        except BotoCoreError as error:
            raise UnseenError(f"not reached: {error}", _REACH) from error
        method = client.meta.method_to_api_mapping.get(operation, operation)
        try:
            return act(client)
        except ClientError as error:
            if error.response["Error"]["Code"] in absent:
                return None
            raise self._unseen(error, place, service, method) from error
        except BotoCoreError as error:
            raise UnseenError(f"{service}:{method} not reached: {error}", _REACH) from error

    def _unseen(self, error: ClientError, place: Place, service: str, method: str) -> UnseenError:
        code, said = error.response["Error"].get("Code", ""), error.response["Error"].get("Message", "")
        action = iam_action(service, method)
        if not _DENIED.search(code):
            return UnseenError(f"{action} failed: {code}: {said}", "see what AWS says, and ask again")
        named = _NAMED.search(said)
        action = named[1] if named else action
        role = self._clients.acting_as(place.account)
        if action == "sts:AssumeRole":
            return UnseenError(f"{action} denied: {role}", "let the caller take it, or name another: --role-name")
        return UnseenError(f"{action} denied to {role}", f"allow {action} to {role}")


_REACH: Final = "check network, credentials and whether the Region is enabled, and ask again"
