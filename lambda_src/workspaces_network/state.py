"""What a run leaves for the next one, and which list is in force; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple


@dataclass
class State:
    """What the watcher knows.

    Attributes:
        sync_token: The newest release that lists were computed from; 0 where there was none.
        etag: Of its file, if every list was computed from it; else empty, so that the file is fetched again.
        fingerprint: Of the code and the settings that computed them.
        announced: The sync token and the md5 of a release that AWS told of and whose file did not come: no other file
            of that release is taken.
        told: By Region the version that people were told of last.
        troubles: By id what keeps something from being done, told once.
    """

    sync_token: int = 0
    etag: str = ""
    fingerprint: str = ""
    announced: list[Any] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Any) -> State:
        """As it was kept; nothing kept is nothing known.

        Raises:
            TypeError: Something else was kept.
        """
        return cls() if kept is None else cls(**kept)


class Pointer(NamedTuple):
    """The version in force of the list of one Region; what ``current.json`` holds.

    Attributes:
        version: The folder of its files.
        fingerprint: Of the code and the settings that wrote it.
        written: When, in seconds since 1970.
        files: Their keys, by file name.
    """

    version: str
    fingerprint: str
    written: int
    files: Mapping[str, str]
