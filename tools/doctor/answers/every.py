"""Every question that AWS leaves open; what an account shows of each is read now."""

from __future__ import annotations

from typing import Final

from tools.doctor.answers import calls, delivery, keys, recordings
from tools.doctor.answers.answer import Answer, Question, unobserved
from tools.doctor.expected import Expected
from tools.doctor.eyes import Eyes, UnseenError

_ALL: Final = (*recordings.QUESTIONS, *keys.QUESTIONS, *delivery.QUESTIONS, *calls.QUESTIONS)
QUESTIONS: Final[tuple[Question, ...]] = tuple(
    sorted(_ALL, key=lambda question: (int(question.id.split("-")[0]), question.id))
)


def settle(eyes: Eyes, expected: Expected) -> list[tuple[Question, Answer]]:
    """Each question with what is known of it; one that cannot be looked at says so."""
    return [(question, _look(question, eyes, expected)) for question in QUESTIONS]


def _look(question: Question, eyes: Eyes, expected: Expected) -> Answer:
    try:
        return question.look(eyes, expected)
    except UnseenError as error:
        return unobserved(f"could not be looked at: {error}", error.fix)
