"""`make diff` shows a readable page, and says in one line what keeps it from doing so."""

from __future__ import annotations

import io
import json
import subprocess

import pytest
from rich.console import Console

from tools.revision import RevisionError, golden_at
from tools.template_diff.__main__ import main
from tools.template_diff.compare import compare
from tools.template_diff.page import print_page


def _page(old, new):
    output = io.StringIO()
    print_page(Console(file=output, width=80, highlight=False), compare(old, new), since="HEAD")
    return output.getvalue()


def _policy(*statements):
    document = {"Statement": [{"Effect": "Allow"} | statement for statement in statements]}
    return {"Resources": {"Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": {"PolicyDocument": document}}}}


def test_the_page_names_stack_resource_property_and_both_values():
    def template(days):
        properties = {"RetentionInDays": days, "LogGroupName": "[red]x"}
        return {"Resources": {"Logs": {"Type": "AWS::Logs::LogGroup", "Properties": properties}}}

    page = _page({"Member.template.json": template(3)}, {"Member.template.json": template(14)})
    assert "~ Member   resources +0  ~1  -0\n" in page
    assert "  ~ Logs  AWS::Logs::LogGroup\n" in page
    assert "      Properties.RetentionInDays: 3 -> 14\n" in page


def test_the_page_shows_policies_by_sid():
    old = _policy({"Sid": "Gone", "Action": "s3:*"}, {"Sid": "Same"}, {"Sid": "Other", "Action": "a"})
    new = _policy({"Sid": "Same"}, {"Sid": "Other", "Action": ["a", "b"]}, {"Sid": "Come"})
    lines = [line.strip() for line in _page({"S": old}, {"S": new}).splitlines()]
    assert "- statement Gone  PolicyDocument" in lines
    assert "+ statement Come  PolicyDocument" in lines
    assert lines[lines.index("~ statement Other  PolicyDocument") + 1] == "Action: a -> [a, b]"
    assert not any("Same" in line for line in lines)


def test_the_page_shows_code_line_by_line():
    def template(code):
        return {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": code}}}}}

    page = _page({"S": template("a\nb\nc\n")}, {"S": template("a\nB\nc\n")})
    assert "        -b\n        +B\n" in page


def test_the_page_begins_with_what_would_be_lost():
    bucket = {"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}
    assert _page({"S": bucket}, {}).startswith("WARNING S: B (AWS::S3::Bucket) would be DELETED")


def test_markup_in_a_value_is_printed_as_it_is():
    page = _page({"S": {"Description": "[red]old[/]"}}, {"S": {"Description": "[bold]new"}})
    assert "[red]old[/] -> [bold]new" in page


def test_no_difference_is_said():
    assert _page({}, {}) == "No difference: the templates are those of HEAD.\n"


@pytest.fixture
def repository(tmp_path):
    """A git repository with one golden template."""
    golden = tmp_path / "tests" / "golden"
    golden.mkdir(parents=True)
    (golden / "S.template.json").write_text(json.dumps({"Description": "as committed"}))
    (golden / "README.md").write_text("no template")
    for command in ("init --quiet", "add .", "commit --quiet -m golden"):
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *identity, *command.split()], cwd=tmp_path, check=True)
    (golden / "S.template.json").write_text(json.dumps({"Description": "in the working tree"}))
    return tmp_path


def test_golden_templates_are_read_as_committed(repository):
    assert golden_at("HEAD", repository=repository) == {"S.template.json": {"Description": "as committed"}}


@pytest.mark.parametrize("revision", ["no-such", "--help", "", "HEAD~7"])
def test_a_revision_that_does_not_exist_is_refused_in_one_line(repository, revision):
    with pytest.raises(RevisionError) as error:
        golden_at(revision, repository=repository)
    assert str(error.value) == f"git knows no revision {revision!r} here"


def test_a_bad_revision_ends_the_command_with_one_line(capsys):
    assert main(["no-such-revision"]) == 2
    assert capsys.readouterr().err == "git knows no revision 'no-such-revision' here\n"


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--exit-code"], 1)])
def test_the_exit_code_tells_of_differences_only_when_asked(tmp_path, monkeypatch, capsys, arguments, code):
    (tmp_path / "S.template.json").write_text(json.dumps({"Description": "new"}))
    monkeypatch.setattr("tools.template_diff.__main__.golden_at", lambda _revision: {})
    assert main(["HEAD", "--assembly", str(tmp_path), *arguments]) == code
    assert "+ S (added)" in capsys.readouterr().out
