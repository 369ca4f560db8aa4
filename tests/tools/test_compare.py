"""Two sets of templates are compared stack by stack, member by member."""

from __future__ import annotations

from tools.template_diff.compare import compare
from tools.template_diff.values import ValueChange


def _template(**resources):
    return {"Resources": {name: {"Type": f"AWS::{name}"} | body for name, body in resources.items()}}


def test_equal_templates_have_no_difference():
    assert compare({"A": _template(Bucket={})}, {"A": _template(Bucket={})}) == []


def test_stacks_come_and_go():
    changes = compare({"Old": _template(Bucket={})}, {"New": _template(Key={})})
    assert [(stack.kind, stack.name) for stack in changes] == [("added", "New"), ("removed", "Old")]
    assert [(e.kind, e.name, e.type) for stack in changes for e in stack.elements] == [
        ("added", "Key", "AWS::Key"),
        ("removed", "Bucket", "AWS::Bucket"),
    ]


def test_resources_come_change_and_go():
    old = _template(Bucket={"Properties": {"Name": "a"}}, Key={}, Same={})
    new = _template(Bucket={"Properties": {"Name": "b"}}, Topic={}, Same={})
    (stack,) = compare({"S": old}, {"S": new})
    assert [(element.kind, element.name) for element in stack.elements] == [
        ("changed", "Bucket"),
        ("removed", "Key"),
        ("added", "Topic"),
    ]
    assert stack.elements[0].values == (ValueChange("Properties.Name", "a", "b"),)


def test_resources_come_before_the_other_sections():
    old = {"Description": "old", "Resources": {"R": {"Type": "T"}}}
    new = {"Description": "new", "Outputs": {"O": {"Value": 1}}, "Resources": {}}
    (stack,) = compare({"S": old}, {"S": new})
    assert [(e.section, e.name, e.kind) for e in stack.elements] == [
        ("Resources", "R", "removed"),
        ("Description", "", "changed"),
        ("Outputs", "O", "added"),
    ]
