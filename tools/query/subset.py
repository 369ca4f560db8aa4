"""The SQL that Athena and DuckDB answer alike, and nothing else.

What is not named here is refused, with its place; what both have and answer differently is refused with the reason, or
accepted only in the form in which they agree. `translate` makes the rest agree.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from sqlglot import exp

from tools.query.parsing import place
from tools.query.problems import Problem

ROOTS: Final = (exp.Select, exp.Union)

_WORDS: Final = {
    # The shape of a query.
    *(exp.Select, exp.Union, exp.Subquery, exp.With, exp.CTE, exp.From, exp.Join, exp.Where, exp.Group, exp.Having),
    *(exp.Order, exp.Ordered, exp.Limit, exp.Distinct, exp.Window, exp.WindowSpec, exp.Filter),
    *(exp.Table, exp.TableAlias, exp.Alias, exp.Identifier, exp.Column, exp.Dot, exp.Star, exp.Unnest),
    # Values.
    *(exp.Literal, exp.Null, exp.Boolean, exp.Placeholder, exp.Array, exp.Bracket, exp.Lambda, exp.Interval, exp.Var),
    *(exp.DataType, exp.DataTypeParam, exp.Cast, exp.TryCast, exp.Paren, exp.Tuple),
    # Conditions and arithmetic.
    *(exp.And, exp.Or, exp.Not, exp.EQ, exp.NEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.Between, exp.In, exp.Is),
    *(
        exp.Like,
        exp.Exists,
        exp.Case,
        exp.If,
        exp.Coalesce,
        exp.Nullif,
        exp.Add,
        exp.Sub,
        exp.Mul,
        exp.Mod,
        exp.Neg,
        exp.DPipe,
    ),
    # Functions.
    *(exp.Lower, exp.Length, exp.Replace, exp.StrPosition, exp.SplitPart, exp.Chr, exp.Substring, exp.Concat),
    *(exp.RegexpLike, exp.RegexpExtract, exp.StartsWith, exp.Abs, exp.Greatest, exp.Least),
    *(exp.JSONExtractScalar, exp.JSONPath, exp.JSONPathRoot, exp.JSONPathKey, exp.JSONPathSubscript),
    *(exp.ArraySize, exp.ArrayContains, exp.ArrayToString, exp.ArrayFilter, exp.Flatten),
    *(exp.DateAdd, exp.TimestampTrunc, exp.DateTrunc),
    *(exp.Count, exp.CountIf, exp.Sum, exp.Min, exp.Max, exp.ArrayAgg, exp.RowNumber),
}

_REASONS: Final[dict[type[exp.Expr], str]] = {
    exp.Div: "7/2 is 3 in Athena and 3.5 in DuckDB; do without division.",
    exp.ConcatWs: "concat_ws() treats NULL differently; write a || b.",
    exp.AnyValue: "which value arbitrary() gives is arbitrary; write min() or max().",
    exp.DateDiff: "date_diff() counts whole units in Athena and borders in DuckDB; compare with an INTERVAL.",
    exp.RegexpReplace: "regexp_replace() writes groups as $1 in Athena and \\1 in DuckDB; write replace().",
    exp.GenerateSeries: "sequence(1, 0) counts down in Athena and is empty in DuckDB.",
    exp.Upper: "upper() of letters such as ß differs; compare lower().",
    exp.Trim: "trim() takes any space in Athena and blanks alone in DuckDB.",
    exp.CurrentTimestamp: "what now is differs from run to run; give the time as a parameter.",
    exp.CurrentDate: "what today is differs from run to run; give the day as a parameter.",
    exp.Offset: "Athena wants OFFSET before LIMIT, DuckDB after it; ask for a range instead.",
    exp.ILike: "Athena has no ILIKE; compare lower().",
    exp.TableSample: "a sample is another one every time.",
}

_PATH: Final = re.compile(r"\$(\.\w+|\[\d+\])+")
_CLASS_OR_ESCAPE: Final = re.compile(r"\[\^?(?:\\[\[\]\\^-]|(?!&&)[^\[\]\\])+\]|\\[\\^$.|?*+(){}\[\]/]")
"""What both take alike in a pattern: a class without classes in it, and a sign that stands for itself."""
_WHOLE: Final = (exp.Null, exp.Placeholder, exp.Count, exp.CountIf, exp.ArraySize, exp.Length)
_CAST_FROM: Final[dict[exp.DType, tuple[type[exp.Expr], ...]]] = {
    exp.DType.VARCHAR: (*_WHOLE, exp.Literal),
    exp.DType.TEXT: (*_WHOLE, exp.Literal),
    exp.DType.BIGINT: (*_WHOLE, exp.Sum, exp.Window),
}


def problems(query: exp.Expr) -> list[Problem]:
    """What of a query is outside the subset, in the order of its text."""
    found = [Problem(*place(node), sentence) for node in query.walk() for sentence in _of(node)]
    return sorted(set(found))


def _of(node: exp.Expr) -> Iterator[str]:
    if type(node) in _REASONS:
        yield _REASONS[type(node)]
    elif isinstance(node, exp.Anonymous):
        yield f"{node.name.lower()}() is not among the functions that Athena and DuckDB answer alike."
    elif type(node) not in _WORDS:
        name = node.sql_name().lower() + "()" if isinstance(node, exp.Func) else type(node).__name__
        yield f"{name} is not among what Athena and DuckDB answer alike."
    elif (check := _CHECKS.get(type(node))) is not None:
        yield from check(node)


def _bracket(node: exp.Expr) -> Iterator[str]:
    if not node.args.get("safe"):
        yield "a[i] beyond the end is an error in Athena and NULL in DuckDB; write element_at(a, i)."


def _regexp_extract(node: exp.Expr) -> Iterator[str]:
    if not _or_nothing(node):
        yield "regexp_extract() without a match is NULL in Athena, '' in DuckDB; write nullif(regexp_extract(…), '')."
    yield from _regexp(node)


def _regexp(node: exp.Expr) -> Iterator[str]:
    pattern = node.expression
    if not isinstance(pattern, exp.Literal):
        yield "a pattern must be written out, because the two know different regular expressions."
        return
    outside = _CLASS_OR_ESCAPE.sub("", pattern.name)
    if unknown := re.search(r"\(\?(?!:|i\))|\\(?!z)|[*+?}][+]|[$.\[]", outside):
        yield (
            f"{unknown[0]!r} in a pattern means different things to the two; "
            "use classes such as [0-9] and [^/], and \\z for the end."
        )


def _split_part(node: exp.Expr) -> Iterator[str]:
    if not _or_nothing(node):
        yield "split_part() beyond the last part is NULL in Athena and '' in DuckDB; write nullif(split_part(…), '')."


def _or_nothing(node: exp.Expr) -> bool:
    parent = node.parent
    return (
        isinstance(parent, exp.Nullif)
        and parent.this is node
        and isinstance(parent.expression, exp.Literal)
        and parent.expression.name == ""
    )


def _substring(node: exp.Expr) -> Iterator[str]:
    start = node.args.get("start")
    if not isinstance(start, exp.Literal) or start.name == "0":
        yield "substr() counts from 1; from 0 Athena gives '' and DuckDB does not."


def _contains(node: exp.Expr) -> Iterator[str]:
    if isinstance(node.parent, exp.Not):
        yield "contains() beside a NULL is NULL in Athena, false in DuckDB; write NOT coalesce(contains(…), false)."


def _json(node: exp.Expr) -> Iterator[str]:
    path = node.expression
    if not isinstance(path, exp.JSONPath) or not _PATH.fullmatch(json_path(path)):
        yield "a JSON path must be written out, as in '$.items[0].name'."


def json_path(path: exp.Expr) -> str:
    """The path as both engines write it; empty where it has parts beside names and numbers."""
    written = "$"
    for part in path.expressions[1:]:
        if isinstance(part, exp.JSONPathKey) and isinstance(part.this, str):
            written += f".{part.this}"
        elif isinstance(part, exp.JSONPathSubscript) and isinstance(part.this, int):
            written += f"[{part.this}]"
        else:
            return ""
    return written


def _cast(node: exp.Expr) -> Iterator[str]:
    kind = node.args["to"]
    if kind.this == exp.DType.TIMESTAMP:
        if [each.name for each in kind.expressions] != ["3"] and not isinstance(node.this, exp.Literal):
            yield "a timestamp has milliseconds here: write timestamp(3)."
    elif kind.this in _CAST_FROM:
        inner = node.this.this if isinstance(node.this, exp.Paren) else node.this
        number = isinstance(inner, exp.Literal) and not inner.is_string
        if number or not isinstance(inner, _CAST_FROM[kind.this]):
            yield f"numbers, times and texts turn into {kind.sql('athena').lower()} in different ways."
    elif kind.this != exp.DType.DATE:
        yield f"a cast to {kind.sql('athena').lower()} is not among what Athena and DuckDB do alike."


def _array_agg(node: exp.Expr) -> Iterator[str]:
    if not isinstance(node.this, exp.Order):
        yield "the order of array_agg() is arbitrary; write array_agg(x ORDER BY …)."


def _row_number(node: exp.Expr) -> Iterator[str]:
    if not (isinstance(node.parent, exp.Window) and node.parent.args.get("order")):
        yield "row_number() without ORDER BY is arbitrary."


def _limit(node: exp.Expr) -> Iterator[str]:
    if node.parent is not None and not node.parent.args.get("order"):
        yield "which rows a LIMIT without ORDER BY leaves is arbitrary."


def _unnest(node: exp.Expr) -> Iterator[str]:
    if len(node.expressions) != 1 or node.args.get("offset"):
        yield "UNNEST takes one array here, without ordinality."


def _table(node: exp.Expr) -> Iterator[str]:
    if isinstance(node.this, exp.Func):
        yield "a query reads tables and views, not functions."
    elif node.args.get("db") or node.args.get("catalog"):
        yield "tables and views are named without a database."
    elif not re.fullmatch(r"[A-Za-z_]\w*", node.name):
        yield f"{node.name!r} is no name of a table or view."
    elif node.args.get("version"):
        yield "a table has no versions here."


def _set(node: exp.Expr) -> Iterator[str]:
    if node.args.get("by_name"):
        yield "Athena has no UNION BY NAME."


def _select(node: exp.Expr) -> Iterator[str]:
    if not node.expressions:
        yield "SELECT wants columns."
    for unknown in ("qualify", "distribute", "sort", "cluster", "into", "sample", "laterals", "pivots"):
        if node.args.get(unknown):
            yield f"Athena has no {unknown.upper()} here."
    distinct = node.args.get("distinct")
    if distinct is not None and distinct.args.get("on"):
        yield "Athena has no DISTINCT ON."


_CHECKS: Final[dict[type[exp.Expr], Callable[[exp.Expr], Iterator[str]]]] = {
    exp.Bracket: _bracket,
    exp.RegexpExtract: _regexp_extract,
    exp.RegexpLike: _regexp,
    exp.SplitPart: _split_part,
    exp.Substring: _substring,
    exp.ArrayContains: _contains,
    exp.JSONExtractScalar: _json,
    exp.Cast: _cast,
    exp.TryCast: _cast,
    exp.ArrayAgg: _array_agg,
    exp.RowNumber: _row_number,
    exp.Limit: _limit,
    exp.Unnest: _unnest,
    exp.Table: _table,
    exp.Union: _set,
    exp.Select: _select,
}
