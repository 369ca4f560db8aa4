"""Every requirement has its tests, and the table in the security model says which."""

from __future__ import annotations

import pytest

from tools.requirements import (
    BEGIN,
    DOCUMENT,
    END,
    Proof,
    Requirement,
    RequirementsError,
    faults,
    proofs,
    requirements,
    table,
    with_table,
)

MARKED = """
@pytest.mark.requirement(7, "trail", "a property")
@pytest.mark.requirement(8, "bucket", "another")
def test_it():
    pass
"""
PROOF = Proof(1, "trail", "IsLogging", "test_it", "tests/test_a.py")


def test_the_table_is_true():
    """`make requirements` writes it anew."""
    document = DOCUMENT.read_text("utf-8")
    assert BEGIN in document
    assert document == with_table(document, table(requirements(), proofs()))


def test_every_requirement_has_a_test_or_waits_for_its_feature():
    assert faults(requirements(), proofs()) == []


def test_all_thirty_requirements_are_in_the_table():
    assert [item.number for item in requirements()] == list(range(1, 31))
    rows = DOCUMENT.read_text("utf-8").partition(BEGIN)[2].partition(END)[0].splitlines()
    shown = {row.split("|")[1].strip() for row in rows if row.startswith("|")}
    assert {str(number) for number in range(1, 31)} - shown == set()


@pytest.mark.parametrize(
    ("listed", "proven", "fault"),
    [
        ([Requirement(1, "a"), Requirement(2, "b")], [PROOF], "requirement 2 has no test"),
        ([], [PROOF], "a test is marked with requirement 1, which nobody lists"),
        ([Requirement(1, "a", not_yet="hub")], [PROOF], "requirement 1 has a test, so it is no longer not yet there"),
        ([Requirement(1, "a"), Requirement(1, "b")], [PROOF], "requirement 1 is listed 2 times"),
    ],
)
def test_what_does_not_fit_is_said(listed, proven, fault):
    assert faults(listed, proven) == [fault]


def test_a_requirement_without_a_subject_needs_no_test():
    assert faults([Requirement(1, "a", not_yet="hub")], []) == []


def test_marks_are_read_without_importing(tmp_path):
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_a.py").write_text(MARKED + "\nraise SystemExit\n")
    assert [(found.number, found.resource, found.test, found.path) for found in proofs(tests)] == [
        (7, "trail", "test_it", "tests/test_a.py"),
        (8, "bucket", "test_it", "tests/test_a.py"),
    ]


@pytest.mark.parametrize("arguments", ["NUMBER, 'a', 'b'", "1, 'a'", "1, 'a', detail='b'", "'1', 'a', 'b'"])
def test_a_mark_that_is_not_written_out_is_refused(tmp_path, arguments):
    (tmp_path / "test_a.py").write_text(f"@pytest.mark.requirement({arguments})\ndef test_it(): pass\n")
    with pytest.raises(RequirementsError, match=r"test_a\.py:1"):
        proofs(tmp_path)


def test_a_row_names_the_requirement_once_and_links_each_test():
    other = Proof(1, "trail", "another", "test_other", "tests/test_b.py")
    rows = table([Requirement(1, "Trails log.", "CIS 3.1"), Requirement(2, "Later.", not_yet="hub")], [other, PROOF])
    assert rows.splitlines()[2:] == [
        "| 1 | Trails log. (CIS 3.1) | trail | IsLogging | [test_it](../tests/test_a.py) |",
        "| 1 |  | trail | another | [test_other](../tests/test_b.py) |",
        "| 2 | Later. | none yet | comes with the hub | none yet |",
    ]


def test_the_table_is_replaced_and_the_rest_stays():
    once = with_table("# Title\n", "old")
    assert once.startswith("# Title\n\n## Requirements\n")
    assert with_table(once + "\n## Next\n", "new") == once.replace("old", "new") + "\n## Next\n"


@pytest.mark.parametrize("document", [f"{BEGIN}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}{BEGIN}{END}"])
def test_a_document_with_broken_marks_is_refused(document):
    with pytest.raises(RequirementsError):
        with_table(document, "table")
