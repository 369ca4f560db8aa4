"""Do the session preferences of an account and Region send every session to the archive, and whose are they?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from constructs_lib.archive_layout import NAME_PREFIX, SESSION_DOCUMENT, SESSION_LOG_GROUP
from constructs_lib.session_rules import SessionRules, preferences_document
from tools.doctor.check import Check, is_enrolled
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes
from tools.doctor.verdict import Place, Verdict, broken, ready, warning

OUR_VERSIONS: Final = f"{NAME_PREFIX}-before-"
"""How the custom resource names the versions that it writes."""
_VITAL: Final = ("sessionType", "cloudWatchLogGroupName", "cloudWatchStreamingEnabled", "cloudWatchEncryptionEnabled")
"""Without these, sessions leave no transcript, or may."""
_ELSEWHERE: Final = ("s3BucketName",)
"""Where a copy of a transcript may go beside the archive."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """The preferences as they are.

    Attributes:
        version: The number of the default version.
        name: The name of that version.
        content: What it says; empty where it is no JSON object.
        our_newest: The newest version that the custom resource wrote, if any.
    """

    version: str
    name: str
    content: Mapping[str, Any]
    our_newest: str | None


def judge(
    place: Place, document: Document | None, *, wanted: Mapping[str, Any], enrolled: bool, adopts: bool
) -> Verdict:
    """What the preferences mean for evidence.

    Args:
        place: Where they hold.
        document: What is there; None where nothing is.
        wanted: The content by the settings.
        enrolled: Whether the account is, in this Region.
        adopts: Whether a roll-out takes an existing document over, or fails on it.
    """
    if not enrolled:
        return _before_enrolment(place, document, adopts=adopts)
    if document is None:
        said = f"{SESSION_DOCUMENT} is gone: sessions leave no transcript"
        return broken(place, said, "change a value of [session_manager] and deploy: the document is written anew")
    differences = _differences(document.content, wanted)
    if any(name in _VITAL for name in differences):
        return broken(place, f"version {document.version} {_sentence(document, differences)}", _mend(place, document))
    if not document.name.startswith(OUR_VERSIONS) and adopts:
        said = f"version {document.version} was not written by the deployment ({_holds(document)})"
        return warning(place, said, _mend(place, document))
    if differences:
        return warning(
            place, f"version {document.version} {_sentence(document, differences)}", "deploy the settings as they are"
        )
    copies = [f"{name} = {_inputs(document)[name]}" for name in _ELSEWHERE if _inputs(document).get(name)]
    beside = f"; also {', '.join(copies)}, from before" if copies else ""
    return ready(place, f"version {document.version} streams to {SESSION_LOG_GROUP}{beside}")


def wanted_content(expected: Expected, region: str) -> dict[str, Any]:
    """What the settings say that the document holds in a Region."""
    rules = expected.settings.session_manager
    channel = rules.channel_key_arn
    if channel is not None and "/mrk-" in channel:
        _, _, _, _, account, key = channel.split(":")
        channel = f"arn:{expected.partition}:kms:{region}:{account}:{key}"
    return preferences_document(
        SessionRules(
            idle_timeout_minutes=rules.idle_timeout_minutes,
            max_duration_minutes=rules.max_duration_minutes,
            fail_closed=rules.fail_closed,
            run_as_user=rules.run_as_user,
            linux_shell_profile=rules.linux_shell_profile,
            windows_shell_profile=rules.windows_shell_profile,
            channel_key_arn=channel,
        ),
        log_group_name=SESSION_LOG_GROUP,
    )


def _before_enrolment(place: Place, document: Document | None, *, adopts: bool) -> Verdict:
    if document is None:
        return ready(place, f"not enrolled yet; there is no {SESSION_DOCUMENT} in the way")
    held = f"not enrolled yet; {SESSION_DOCUMENT} exists and holds {_holds(document)}"
    if adopts:
        kept = f"none: the roll-out writes over it, keeps version {document.version}, and a removal restores it"
        return warning(place, held, kept)
    delete = f"aws ssm delete-document --name {SESSION_DOCUMENT} --region {place.region}"
    return broken(place, f"{held}: a roll-out fails on it", f'session_manager.document = "upsert", or {delete}')


def _differences(content: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, tuple[Any, Any]]:
    """What is there and what should be, by name; more than is wanted is no difference."""
    there, should = (
        {"sessionType": one.get("sessionType"), **_mapping(one.get("inputs"))} for one in (content, wanted)
    )
    return {name: (there.get(name), value) for name, value in should.items() if there.get(name) != value}


def _sentence(document: Document, differences: Mapping[str, tuple[Any, Any]]) -> str:
    words = [f"{name} is {_said(found)}, not {_said(should)}" for name, (found, should) in sorted(differences.items())]
    whose = "" if document.name.startswith(OUR_VERSIONS) else " and was not written by the deployment"
    return f"differs{whose}: {'; '.join(words)}"


def _holds(document: Document) -> str:
    inputs = {name: value for name, value in sorted(_inputs(document).items()) if value not in ("", None)}
    return ", ".join(f"{name} = {_said(value)}" for name, value in inputs.items()) or "no inputs"


def _inputs(document: Document) -> Mapping[str, Any]:
    return _mapping(document.content.get("inputs"))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _said(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "absent"}[value]
    return str(value) or "empty"


def _mend(place: Place, document: Document) -> str:
    """Nothing puts the preferences back by itself until their wanted content changes."""
    if document.our_newest is None or document.our_newest == document.version:
        return "change a value of [session_manager] and deploy: the document is written anew"
    return (
        f"aws ssm update-document-default-version --name {SESSION_DOCUMENT} --document-version {document.our_newest} "
        f"--region {place.region}"
    )


def _read(eyes: Eyes, place: Place) -> Document | None:
    found = eyes.ask(
        place,
        "ssm",
        "get_document",
        absent=["InvalidDocument"],
        Name=SESSION_DOCUMENT,
        DocumentVersion="$DEFAULT",
        DocumentFormat="JSON",
    )
    if found is None:
        return None
    versions = eyes.pages(place, "ssm", "list_document_versions", "DocumentVersions", Name=SESSION_DOCUMENT)
    ours = [int(one["DocumentVersion"]) for one in versions if one.get("VersionName", "").startswith(OUR_VERSIONS)]
    try:
        content = _mapping(json.loads(found["Content"]))
    except ValueError:
        content = {}
    return Document(
        version=found["DocumentVersion"],
        name=found.get("VersionName", ""),
        content=content,
        our_newest=str(max(ours)) if ours else None,
    )


def _look(eyes: Eyes, expected: Expected, place: Place) -> list[Verdict]:
    verdict = judge(
        place,
        _read(eyes, place),
        wanted=wanted_content(expected, place.region),
        enrolled=is_enrolled(eyes, place),
        adopts=expected.settings.session_manager.document == "upsert",
    )
    return [verdict]


CHECK: Final = Check(name="session preferences", places=lambda expected: expected.governed, look=_look)
