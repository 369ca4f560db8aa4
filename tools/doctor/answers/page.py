"""The answers, for programs and for the next edition of the documentation."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from tools.doctor.answers.answer import Answer, Question


def as_document(answers: Sequence[tuple[Question, Answer]], *, at: datetime) -> str:
    """One JSON object: when, how many are settled, and for each what was observed and how, or what it needs."""
    document = {
        "at": at.isoformat(timespec="seconds"),
        "settled": sum(answer.answer is not None for _, answer in answers),
        "open": sum(answer.answer is None for _, answer in answers),
        "answers": [
            {"id": question.id, "question": question.asked, **answer._asdict()} for question, answer in answers
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
