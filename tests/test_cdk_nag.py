"""cdk-nag's AwsSolutions pack finds nothing that is not acknowledged with a reason."""

from __future__ import annotations

import contextlib
import json

import aws_cdk as cdk
import cdk_nag
import pytest

from stacks.acknowledgements import acknowledge_findings, acknowledgements
from stacks.all_stacks import add_stacks
from tests.assembly import settings_with
from tests.conftest import VARIANTS


def findings(directory, settings, *, acknowledged):
    app = cdk.App(outdir=str(directory))
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app))
    add_stacks(app, settings)
    if acknowledged:
        acknowledge_findings(app, settings)
    with contextlib.suppress(RuntimeError):  # raised where there are findings; the report lists them
        app.synth()
    report = json.loads((directory / "validation-report.json").read_text())
    return [
        (violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]


@pytest.mark.parametrize("overrides", VARIANTS.values(), ids=VARIANTS.keys())
def test_every_finding_is_acknowledged(tmp_path, example, overrides):
    assert findings(tmp_path, settings_with(example, **overrides), acknowledged=True) == []


def test_the_pack_does_look(tmp_path, settings):
    found = {rule for rule, _ in findings(tmp_path, settings, acknowledged=False)}
    assert any(rule.startswith("AwsSolutions-IAM5[") for rule in found)


def test_no_acknowledgement_is_idle(tmp_path_factory, example):
    found = set()
    listed = set()
    for overrides in VARIANTS.values():
        settings = settings_with(example, **overrides)
        listed |= {rule for rule, _ in acknowledgements(settings)}
        found |= {rule for rule, _ in findings(tmp_path_factory.mktemp("nag"), settings, acknowledged=False)}
    assert listed - found == set()


def test_every_acknowledgement_has_a_reason(settings):
    assert [rule for rule, reason in acknowledgements(settings) if len(reason) < 20] == []
