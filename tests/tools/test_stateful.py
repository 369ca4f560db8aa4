"""A reviewer is warned before data is lost."""

from __future__ import annotations

import pytest

from tools.template_diff.compare import compare
from tools.template_diff.stateful import losses

KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def _bucket(name, **more):
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name}} | more


def _warnings(old, new):
    def template(resource):
        return {"Resources": {} if resource is None else {"R": resource}}

    return [str(loss) for loss in losses(compare({"S": template(old)}, {"S": template(new)}))]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (_bucket("a"), None, "would be DELETED with what it holds"),
        (_bucket("a", **KEPT), None, "would be left behind, no longer managed"),
        (_bucket("a"), _bucket("b"), "must be replaced (BucketName), the old one DELETED with what it holds"),
        (_bucket("a", **KEPT), _bucket("b", **KEPT), "must be replaced (BucketName), the old one left behind"),
        (_bucket("a"), {"Type": "AWS::SQS::Queue"}, "must be replaced (type AWS::SQS::Queue)"),
        (_bucket("a", **KEPT), _bucket("a", UpdateReplacePolicy="Retain"), "no longer kept (DeletionPolicy Retain"),
        (_bucket("a"), _bucket("a", Condition="Never"), "may be DELETED with what it holds (Condition Never)"),
    ],
)
def test_a_loss_is_named(old, new, words):
    (warning,) = _warnings(old, new)
    assert warning.startswith("S: R (AWS::S3::Bucket) ")
    assert words in warning


def test_the_removal_of_a_whole_stack_is_named():
    assert len(losses(compare({"S": {"Resources": {"R": _bucket("a"), "T": _bucket("b")}}}, {}))) == 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, _bucket("a")),
        (_bucket("a"), _bucket("a", Metadata={"note": "x"})),
        ({"Type": "AWS::IAM::Role"}, None),
    ],
)
def test_what_loses_nothing_is_not_warned_about(old, new):
    assert _warnings(old, new) == []
