"""One question that only a real account answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes


class Answer(NamedTuple):
    """What is known of a question.

    Attributes:
        answer: What was observed; None where nothing showed it.
        how: What was looked at.
        needed: What would show it, where nothing has.
    """

    answer: str | None
    how: str
    needed: str | None = None


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question, and who looks.

    Attributes:
        id: What it is called in the document.
        asked: The question.
        look: Reads, and decides.
    """

    id: str
    asked: str
    look: Callable[[Eyes, Expected], Answer]


def observed(answer: str, how: str) -> Answer:
    """It was seen."""
    return Answer(answer, how)


def unobserved(how: str, needed: str) -> Answer:
    """Nothing showed it."""
    return Answer(None, how, needed)
