"""Golden templates change only when the infrastructure does."""

from __future__ import annotations

import json

from tools.golden import MASK, mask, templates, write

HASH = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4


def _function(digest):
    code = {"S3Bucket": {"Fn::Sub": "cdk-assets-${AWS::AccountId}"}, "S3Key": f"{digest}.zip"}
    return {"Resources": {"F": {"Type": "AWS::Lambda::Function", "Properties": {"Code": code}}}}


def test_a_changed_asset_alone_changes_nothing():
    assert mask(_function(HASH)) == mask(_function(OTHER))


def test_the_key_of_an_object_is_masked_whole():
    assert mask(_function(HASH))["Resources"]["F"]["Properties"]["Code"]["S3Key"] == MASK


def test_a_hash_inside_a_longer_text_is_masked():
    assert mask({"Url": f"s3://assets/{HASH}.json?x=1"}) == {"Url": f"s3://assets/{MASK}.json?x=1"}


def test_asset_parameters_are_masked_where_declared_and_where_used():
    name = f"AssetParameters{HASH}S3Bucket0A1B2C3D"
    masked = mask({"Parameters": {name: {"Type": "String"}}, "Resources": {"F": {"Code": {"Ref": name}}}})
    assert masked == {
        "Parameters": {f"AssetParameters{MASK}S3Bucket": {"Type": "String"}},
        "Resources": {"F": {"Code": {"Ref": f"AssetParameters{MASK}S3Bucket"}}},
    }


def test_what_is_no_asset_stays():
    template = {"A": "0" * 63, "B": "0" * 65, "C": [1, True, None, 1.5], "S3Key": {"Ref": "Key"}}
    assert mask(template) == template


def test_equal_templates_appear_once_under_the_first_name(tmp_path):
    for name, digest in (("B-222", HASH), ("A-111", OTHER), ("C", HASH)):
        text = json.dumps(_function(digest) if name != "C" else {"Resources": {}})
        (tmp_path / f"{name}.template.json").write_text(text)
    assert list(templates(tmp_path)) == ["A-111.template.json", "C.template.json"]


def test_writing_leaves_the_golden_templates_and_no_others(tmp_path):
    assembly, golden = tmp_path / "assembly", tmp_path / "golden"
    assembly.mkdir(), golden.mkdir()
    (assembly / "New.template.json").write_text(json.dumps({"Z": 1, "A": HASH}))
    (golden / "Gone.template.json").write_text("{}")
    (golden / "README.md").write_text("kept")
    assert write(assembly, golden) == [golden / "New.template.json"]
    assert sorted(path.name for path in golden.iterdir()) == ["New.template.json", "README.md"]
    assert (golden / "New.template.json").read_text() == '{\n  "A": "ASSET",\n  "Z": 1\n}\n'
