"""The doorway: called by AWS's notice or a schedule; reads the environment and makes clients when needed.

Environment: ``IP_RANGES_URL``; ``WORKSPACES_REGIONS``, ``VARIANTS``, ``USED_LISTS`` and ``PREFIX_LIST_REGIONS``, names
apart by spaces; ``MOST_REMOVED_PERCENT``; ``ALLOW_LIST_BUCKET`` by name and ``ALLOW_LIST_PREFIX`` (allow-list/);
``PREFIX_LIST_NAME``, in which ``{region}`` and ``{family}`` are filled in; ``ALERT_TOPIC_ARN``.

Somebody who has looked at a loss that the guard refused, and wants it, calls with ``{"accept": "<code>"}``, which the
alert names.
"""

from __future__ import annotations

import functools
import hashlib
import json
import logging
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import prefix_lists
from .fetch import Fetched, fetch
from .notice import newest
from .store import Store
from .watch import Message, Watcher

Json = dict[str, Any]


def handle(event: Json, _context: object) -> Json:
    """Brings lists, prefix lists and people up to date.

    Raises:
        ValueError: The event is no notice of AWS, or accepts what is no code.
        KeyError: The environment lacks something.
    """
    accepted = event.get("accept", "")
    if not isinstance(accepted, str):
        raise ValueError(f"accept must be the code that an alert names, not {accepted!r}")
    return watcher().run(newest(event), accepted=accepted)


def watcher() -> Watcher:
    """The watcher that the environment describes."""
    environment = os.environ
    url, name = environment["IP_RANGES_URL"], environment["PREFIX_LIST_NAME"]
    topic = environment["ALERT_TOPIC_ARN"]

    def obtain(etag: str) -> Fetched | None:
        return fetch(url, etag=etag)

    def fill(place: str, region: str, family: str, wanted: Sequence[str], limit: float, accepted: str) -> int | None:
        list_name = name.replace("{region}", region).replace("{family}", family)
        return prefix_lists.fill(_client("ec2", place), list_name, wanted, limit=limit, accepted=accepted)

    return Watcher(
        regions=environment["WORKSPACES_REGIONS"].split(),
        variants=environment["VARIANTS"].split(),
        used=frozenset(environment["USED_LISTS"].split()),
        limit=int(environment["MOST_REMOVED_PERCENT"]) / 100,
        fingerprint=fingerprint(environment["WORKSPACES_REGIONS"], environment["VARIANTS"]),
        store=Store(
            _client("s3"), environment["ALLOW_LIST_BUCKET"], environment.get("ALLOW_LIST_PREFIX", "allow-list/")
        ),
        obtain=obtain,
        fill=fill,
        prefix_list_regions=environment["PREFIX_LIST_REGIONS"].split(),
        tell=lambda message: _publish(_client("sns"), topic, message),
        log=_log,
        now=time.time,
        sleep=time.sleep,
    )


def fingerprint(*settings: str) -> str:
    """Of this code, its tables and some settings, in hexadecimal digits: lists of another one are computed again."""
    digest = hashlib.sha256("\0".join(settings).encode())
    for path in sorted(Path(__file__).parent.iterdir()):
        if path.suffix in {".json", ".py"}:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _publish(sns: Any, topic: str, message: Message) -> None:
    """Publishes; a subscription may filter by what changed.

    https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
    """
    attributes = {
        name: {"DataType": "String.Array", "StringValue": json.dumps(list(values))}
        for name, values in (("lists", message.lists), ("regions", message.regions))
        if values
    }
    sns.publish(TopicArn=topic, Subject=message.subject, Message=message.text, MessageAttributes=attributes)


@functools.cache
def _client(service: str, region: str | None = None) -> Any:
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=2, read_timeout=20, retries={"total_max_attempts": 4, "mode": "standard"})
    return boto3.client(service, region_name=region, config=config)


def _log(fields: Json) -> None:
    words = dict(fields)
    logging.getLogger("workspaces_network").warning(words.pop("message"), extra=words)
