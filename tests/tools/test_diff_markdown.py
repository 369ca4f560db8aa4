"""The text of a pull request leads with what would be lost and who may do what, and fits into a comment."""

from __future__ import annotations

import re

from tools.template_diff.compare import compare
from tools.template_diff.markdown import markdown
from tools.template_diff.security import security_changes

GITHUB_TAKES = 65_536


def _role(*statements, **more):
    document = {"Statement": [{"Effect": "Allow"} | statement for statement in statements]}
    properties = {"Policies": [{"PolicyName": "p", "PolicyDocument": document}]} | more
    return {"Resources": {"Role": {"Type": "AWS::IAM::Role", "Properties": properties}}}


def _bucket(**properties):
    return {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}}


def _text(old, new, **more):
    return markdown(compare(old, new), since="main", **more)


def test_a_wider_permission_is_listed_before_all_differences():
    old = _role({"Sid": "Reads", "Action": "s3:GetObject", "Resource": "*"})
    new = _role({"Sid": "Reads", "Action": "s3:*", "Resource": "*"})
    text = _text({"S.template.json": old}, {"S.template.json": new})
    row = "| changed | `S/Role` | AWS::IAM::Role | `statement Reads` | `Action: s3:GetObject -> s3:*` |"
    assert row in text
    assert text.index(row) < text.index("### All differences")


def test_what_protects_evidence_is_listed_and_the_rest_is_not():
    old = _bucket(VersioningConfiguration={"Status": "Enabled"}, BucketName="a", Tags=["x"])
    new = _bucket(VersioningConfiguration={"Status": "Suspended"}, BucketName="a", Tags=["y"])
    found = security_changes(compare({"S": old}, {"S": new}))
    assert [(change.what, change.words) for change in found] == [
        ("VersioningConfiguration.Status", "Enabled -> Suspended")
    ]


def test_a_managed_policy_on_a_role_is_listed_whether_the_role_is_new_or_not():
    admin = _role(ManagedPolicyArns=["arn:aws:iam::aws:policy/AdministratorAccess"])
    for old in ({}, {"S": _role()}):
        (change,) = security_changes(compare(old, {"S": admin}))
        assert "AdministratorAccess" in change.words


def test_a_loss_says_whether_somebody_accepted_it():
    change = ({"S.template.json": _bucket(BucketName="a")}, {"S.template.json": _bucket(BucketName="b")})
    assert "must be replaced (BucketName), the old one DELETED with what it holds` | **no** |" in _text(*change)
    assert "| yes |" in _text(*change, accepted=["S/B"])


def test_nothing_in_a_template_breaks_out_of_its_place():
    evil = "a | b\n\n<script>\n```\n# heading"
    text = _text({"S": {"Description": "x"}}, {"S": _role({"Sid": evil, "Action": "x"}) | {"Description": evil}})
    (row,) = (line for line in text.splitlines() if line.startswith("| added"))
    assert len(re.findall(r"(?<!\\)\|", row)) == 6
    fenced = text[text.index("````diff") : text.rindex("````")]
    assert "# heading" in fenced
    assert "<script>" in fenced


def test_signs_stand_first_where_a_host_colours_them():
    text = _text({"S": {"Resources": {"A": {"Type": "T"}}}}, {"S": {"Resources": {"B": {"Type": "T"}}}})
    body = text[text.index("```diff") :].splitlines()
    assert [(line[0], line.split()[1]) for line in body if line.endswith("  T")] == [("-", "A"), ("+", "B")]


def test_a_comment_fits_however_much_changes():
    many = {
        f"S{number}.template.json": _role(*({"Sid": f"Sid{index}", "Action": "x" * 300} for index in range(200)))
        for number in range(9)
    }
    text = _text({}, many)
    assert len(text) < GITHUB_TAKES
    assert "Too long to show here" in text


def test_no_difference_is_said():
    assert "No difference from `main`" in _text({}, {})
