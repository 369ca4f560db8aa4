"""cdk-nag's AwsSolutions and NIST 800-53 R5 packs find nothing that is not acknowledged with a reason.

They judge the synthesized templates, included in an app of their own: there every resource has its type, also one that
a construct writes untyped and in which cdk-nag would see nothing.
"""

from __future__ import annotations

import contextlib
import json

import aws_cdk as cdk
import cdk_nag
import pytest
from aws_cdk import cloudformation_include

from stacks.acknowledgements import acknowledge_findings, acknowledgements
from tests.assembly import settings_with
from tests.conftest import VARIANTS

pytestmark = pytest.mark.xdist_group("cdk-nag")


def findings(directory, assembly, settings, *, acknowledged):
    """What both packs find in an assembly: rule and place."""
    app = cdk.App(outdir=str(directory), analytics_reporting=False)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app), cdk_nag.NIST80053R5Checks(app))
    for name in assembly.templates:
        stack = cdk.Stack(app, name, synthesizer=cdk.BootstraplessSynthesizer())
        path = str(assembly.directory / f"{name}.template.json")
        cloudformation_include.CfnInclude(stack, "Template", template_file=path)
    if acknowledged:
        acknowledge_findings(app, settings)
    with contextlib.suppress(RuntimeError):  # raised where there are findings; the report lists them
        app.synth()
    report = json.loads((directory / "validation-report.json").read_text())
    return {
        (violation["ruleName"], construct["constructPath"])
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    }


@pytest.fixture(scope="module")
def raw_findings(variant, example, tmp_path_factory):
    """What would be found if nothing were acknowledged, by variant."""
    return {
        name: findings(
            tmp_path_factory.mktemp("nag"), variant(name), settings_with(example, **overrides), acknowledged=False
        )
        for name, overrides in VARIANTS.items()
    }


@pytest.mark.requirement(
    30,
    "every function and role",
    "cdk-nag: runtime, permissions; why no dead-letter target and no reserved concurrency",
)
@pytest.mark.parametrize("name", VARIANTS)
def test_every_finding_is_acknowledged(tmp_path, example, variant, name):
    settings = settings_with(example, **VARIANTS[name])
    assert findings(tmp_path, variant(name), settings, acknowledged=True) == set()


def test_no_acknowledgement_is_idle(example, raw_findings):
    found = {rule for findings in raw_findings.values() for rule, _ in findings}
    listed = {
        rule for overrides in VARIANTS.values() for rule, _ in acknowledgements(settings_with(example, **overrides))
    }
    assert listed - found == set()


def test_both_packs_see_every_function(variant, raw_findings):
    """What both say of each is acknowledged, so that their silence elsewhere means something."""
    for name, found in raw_findings.items():
        functions = {
            f"{template}/Template/{logical_id}"
            for template, logical_id in (
                place.split("/") for place, _ in variant(name).resources("AWS::Lambda::Function")
            )
        }
        for rule in ("AwsSolutions-L1", "NIST.800.53.R5-LambdaDLQ"):
            assert {place for seen, place in found if seen == rule} == functions, (name, rule)
    assert [rule for found in raw_findings.values() for rule, _ in found if rule == "NIST.800.53.R5-LambdaDLQ"]


def test_every_acknowledgement_has_a_reason(settings):
    assert [rule for rule, reason in acknowledgements(settings) if len(reason) < 20] == []
