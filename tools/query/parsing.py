"""Reads Athena SQL, and says where it cannot."""

from __future__ import annotations

import logging

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import TokenType

from tools.query.problems import Problem, QueryError

# sqlglot warns of properties that it does not carry over; nobody here wants them carried.
logging.getLogger("sqlglot").setLevel(logging.ERROR)


_NO_ITEM = frozenset({TokenType.COMMA, TokenType.FROM, TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.SEMICOLON})


def statement(text: str) -> exp.Expr:
    """The one statement of a text.

    Raises:
        QueryError: It is no Athena SQL, or not one statement.
    """
    try:
        _check_commas(text)
        found = [each for each in sqlglot.parse(text, dialect="athena") if each is not None]
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        problem = Problem(first.get("line") or 1, first.get("col") or 1, _sentence(first.get("description"), first))
        raise QueryError(f"This is no SQL that Athena understands.\n{problem}") from None
    except TokenError as error:
        raise QueryError(f"This is no SQL that Athena understands.\n{error}") from None
    if len(found) != 1:
        raise QueryError(f"One statement is wanted, not {len(found)}.")
    return found[0]


def first_word(text: str) -> str:
    """The word that a statement begins with, comments apart, in capitals."""
    return next((token.text.upper() for token in sqlglot.tokenize(text, read="athena")), "")


def place(node: exp.Expr) -> tuple[int, int]:
    """Line and column of an expression, or of the first part of it that bears them."""
    for part in node.walk():
        if "line" in part.meta:
            length = part.meta["end"] - part.meta["start"]
            return part.meta["line"], max(part.meta["col"] - length, 1)
    return (1, 1) if node.parent is None else place(node.parent)


def _check_commas(text: str) -> None:
    """A comma that has nothing after it is an error in Athena, though sqlglot lets it pass."""
    tokens = sqlglot.tokenize(text, read="athena")
    for comma, after in zip(tokens, [*tokens[1:], None], strict=False):
        if comma.token_type == TokenType.COMMA and (after is None or after.token_type in _NO_ITEM):
            problem = Problem(comma.line, comma.col, "a comma with nothing after it.")
            raise QueryError(f"This is no SQL that Athena understands.\n{problem}")


def _sentence(description: str | None, where: dict[str, object]) -> str:
    highlight = f" near {where['highlight']!r}" if where.get("highlight") else ""
    return f"{(description or 'unexpected text').rstrip('.')}{highlight}."
