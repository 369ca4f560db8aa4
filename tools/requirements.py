"""The table of security requirements in docs/security.md, written from the tests that carry their numbers."""

from __future__ import annotations

import ast
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.synthesis import ROOT

DOCUMENT = ROOT / "docs" / "security.md"
TESTS = ROOT / "tests"
BEGIN = "<!-- requirements:begin -->"
END = "<!-- requirements:end -->"
HEADING = (
    "## Requirements\n\nEach requirement, what fulfils it, and the test that fails without that. "
    "`make requirements` writes the table from the marks on the tests.\n"
)
MARKER = "pytest.mark.requirement"


class RequirementsError(Exception):
    """A requirement, a mark or the document is not as it should be; the message says where."""


@dataclass(frozen=True)
class Requirement:
    """One sentence, where it comes from, and the feature it waits for, if it does."""

    number: int
    says: str
    source: str = ""
    not_yet: str = ""


@dataclass(frozen=True, order=True)
class Proof:
    """A test that fails where a requirement is not met."""

    number: int
    resource: str
    detail: str
    test: str
    path: str


def requirements(path: Path = TESTS / "requirements.toml") -> list[Requirement]:
    """All requirements, as the file lists them."""
    return [Requirement(**table) for table in tomllib.loads(path.read_text("utf-8"))["requirement"]]


def proofs(tests: Path = TESTS) -> list[Proof]:
    """What the marks on all tests below a folder say, without importing one.

    Raises:
        RequirementsError: where a mark is not a number and two texts, written out.
    """
    return [
        proof
        for path in sorted(tests.rglob("test_*.py"))
        for proof in _marks(path.read_text("utf-8"), path.relative_to(tests.parent).as_posix())
    ]


def faults(listed: Sequence[Requirement], proven: Iterable[Proof]) -> list[str]:
    """What does not fit: a number twice, without a test, unknown, or proven although its feature is not there yet."""
    marked = {proof.number for proof in proven}
    numbers = Counter(item.number for item in listed)
    return [
        *(f"requirement {number} is listed {times} times" for number, times in numbers.items() if times > 1),
        *(
            f"a test is marked with requirement {number}, which nobody lists"
            for number in sorted(marked - set(numbers))
        ),
        *(
            f"requirement {item.number} has no test"
            for item in listed
            if not item.not_yet and item.number not in marked
        ),
        *(
            f"requirement {item.number} has a test, so it is no longer not yet there"
            for item in listed
            if item.not_yet and item.number in marked
        ),
    ]


def table(listed: Iterable[Requirement], proven: Iterable[Proof]) -> str:
    """The table in Markdown, one line for each proof of each requirement."""
    by_number: dict[int, list[Proof]] = {}
    for proof in sorted(proven, key=lambda found: (found.number, found.path)):
        by_number.setdefault(proof.number, []).append(proof)
    lines = ["| # | requirement | resource | statement or property | test |", "| --- | --- | --- | --- | --- |"]
    for item in sorted(listed, key=lambda listed: listed.number):
        sentence = f"{item.says} ({item.source})" if item.source else item.says
        if item.not_yet:
            lines.append(f"| {item.number} | {sentence} | none yet | comes with the {item.not_yet} | none yet |")
        for position, proof in enumerate(by_number.get(item.number, [])):
            link = f"[{proof.test}](../{proof.path})"
            said = sentence if position == 0 else ""
            lines.append(f"| {item.number} | {said} | {proof.resource} | {proof.detail} | {link} |")
    return "\n".join(lines)


def with_table(document: str, text: str) -> str:
    """The document with the table between its two marks; a document without them gets a section at its end.

    Raises:
        RequirementsError: where the marks are not there once each and in order.
    """
    block = f"{BEGIN}\n{text}\n{END}"
    if BEGIN not in document and END not in document:
        return f"{document.rstrip()}\n\n{HEADING}\n{block}\n"
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in after:
        raise RequirementsError(f"{BEGIN} and {END} must stand there once each, in this order")
    return f"{before}{block}{after}"


def main() -> int:
    """Writes the table of requirements anew."""
    listed, proven = requirements(), proofs()
    wrong = faults(listed, proven)
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    DOCUMENT.write_text(with_table(DOCUMENT.read_text("utf-8"), table(listed, proven)), "utf-8")
    print(f"{len(listed)} requirements, {len(proven)} proofs in {DOCUMENT.relative_to(ROOT)}")
    return 0


def _marks(source: str, path: str) -> Iterator[Proof]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.FunctionDef):
            continue
        for decorator in node.decorator_list:
            if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == MARKER:
                match [_literal(argument) for argument in decorator.args]:
                    case [int(number), str(resource), str(detail)] if not decorator.keywords:
                        yield Proof(number, resource, detail, node.name, path)
                    case _:
                        raise RequirementsError(f"{path}:{decorator.lineno}: wants a number and two texts, written out")


def _literal(node: ast.expr) -> object:
    return node.value if isinstance(node, ast.Constant) else None


if __name__ == "__main__":
    sys.exit(main())
