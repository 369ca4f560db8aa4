"""A change within a template that a StackSet carries is seen as what it is, by a reader and by the gate."""

from __future__ import annotations

import json

from tools.golden import every_template, templates
from tools.template_diff.__main__ import LOSS, main


def rollout(group):
    log_group = {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": group}}
    body = json.dumps({"Resources": {"Sessions": log_group}})
    properties = {"StackSetName": "evidence-member-region", "TemplateBody": body}
    return {"Resources": {"Set": {"Type": "AWS::CloudFormation::StackSet", "Properties": properties}}}


def written(folder, group):
    folder.mkdir()
    (folder / "Rollout.template.json").write_text(json.dumps(rollout(group)))
    return folder


def test_the_template_stands_beside_its_stack(tmp_path):
    read = every_template(written(tmp_path / "out", "/evidence/session-manager"))
    inner = "Rollout.evidence-member-region.template.json"
    assert set(read) == {"Rollout.template.json", inner}
    assert read["Rollout.template.json"]["Resources"]["Set"]["Properties"]["TemplateBody"] == inner
    assert read[inner]["Resources"]["Sessions"]["Type"] == "AWS::Logs::LogGroup"


def test_a_log_group_that_a_stack_set_would_replace_is_refused(tmp_path, capsys):
    before, after = written(tmp_path / "before", "/evidence/one"), written(tmp_path / "after", "/evidence/two")
    folders = ["--before", str(before), "--assembly", str(after)]
    assert main(folders) == LOSS
    place = "Rollout.evidence-member-region/Sessions"
    assert f"--accept {place}" in capsys.readouterr().err
    assert main([*folders, "--accept", place]) == 0


def test_what_members_share_is_shown_once(variant):
    """The carried template is that of the member stack, which has a golden template of its own."""
    shown = templates(variant("everything").directory)
    assert "MemberRegion.template.json" in shown
    assert [name for name in shown if name.startswith("Rollout.evidence-")] == []
