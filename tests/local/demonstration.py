"""The whole product in the embedded AWS: what the demonstration deploys and does, kept for the tests."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.demo.evidence import Evidence
from local.demo.people import hire_operator
from local.demo.play import ARCHIVE_COPY, TRAIL_COPY, before, deploy, work
from local.demo.setting import Setting, Units
from local.embedded_aws import EmbeddedAws
from local.organization import DEFAULT_ROOT
from tests.local.world import MANAGEMENT, ORGANIZATION

EXAMPLE = Path(__file__).parent.parent.parent / "config" / "example.toml"
ARCHIVE, ALICES, BOBS = "100000000080", "200000000080", "300000000080"
LATECOMER = "200000000081"
"""A member that is not in the settings and was never bootstrapped."""
THEIR_PREFERENCES = '{"schemaVersion":"1.0","sessionType":"Standard_Stream","inputs":{"s3BucketName":"theirs"}}'


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """What stands, and what was found."""

    aws: EmbeddedAws
    setting: Setting
    key_id: str
    units: Units
    evidence: list[Evidence]
    assembly: Path
    trail_copy: Path
    archive_copy: Path

    def client(self, service: str, *, account: str, region: str = "", role: str = "") -> Any:
        return self.aws.client(service, account=account, region=region or self.setting.home, role=role)

    def carry(self, account: str, template: str, **parameters: str) -> None:
        """Makes a member stack from its template alone, as a StackSet would; raises with the failures."""
        cloudformation = self.client("cloudformation", account=account)
        cloudformation.create_stack(
            StackName=template,
            TemplateBody=(self.assembly / f"{template}.template.json").read_text(),
            Capabilities=["CAPABILITY_NAMED_IAM"],
            Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        )
        waiter = cloudformation.get_waiter("stack_create_complete")
        waiter.wait(StackName=template, WaiterConfig={"Delay": 0.2, "MaxAttempts": 150})

    def operator(self, account: str) -> str:
        return hire_operator(self.aws, account, self.setting.home)


def hold(aws: EmbeddedAws, folder: Path) -> Demonstration:
    """Deploys, works and looks, in accounts of the tests' organization; one member had preferences before."""
    config = folder / "organization.toml"
    for written in (config, folder / "security_groups.toml"):
        text = (EXAMPLE if written == config else EXAMPLE.with_name(written.name)).read_text()
        for example, ours in (
            ("o-exampleorg1", ORGANIZATION),
            ("r-ex4m", DEFAULT_ROOT),
            ("999999999999", MANAGEMENT),
            ("111111111111", ARCHIVE),
            ("222222222222", ALICES),
            ("333333333333", BOBS),
        ):
            text = text.replace(example, ours)
        written.write_text(text)
    setting = Setting.read(config)
    aws.client("ssm", account=ALICES, region=setting.home).create_document(
        Name="SSM-SessionManagerRunShell", Content=THEIR_PREFERENCES, DocumentType="Session", DocumentFormat="JSON"
    )
    forgotten = before(aws, setting)
    deployed = deploy(aws, setting, config=config, folder=folder, step=nullcontext)
    evidence = work(aws, setting, deployed=deployed, forgotten=forgotten, folder=folder, step=nullcontext)
    return Demonstration(
        aws=aws,
        setting=setting,
        key_id=deployed.key_id,
        units=deployed.units,
        evidence=evidence,
        assembly=folder / "cdk.out",
        trail_copy=folder / TRAIL_COPY,
        archive_copy=folder / ARCHIVE_COPY,
    )
