"""Runs the CDK CLI against the embedded AWS, as a person runs it against AWS."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.demo.setting import Setting
from local.embedded_aws import EmbeddedAws

ROOT = Path(__file__).resolve().parent.parent.parent
CLI = ROOT / "node_modules" / "aws-cdk" / "bin" / "cdk"
_TAIL_LINES = 15


class DeploymentError(Exception):
    """The CDK CLI failed; the message is what it said last and which resources CloudFormation could not make."""


@dataclass(frozen=True, kw_only=True)
class Cdk:
    """The CDK CLI, with the archive account's credentials; it reaches that account and the management account.

    Args:
        aws: Where it deploys to.
        setting: What is deployed.
        folder: Where cloud assemblies are written.
    """

    aws: EmbeddedAws
    setting: Setting
    folder: Path

    @property
    def assembly(self) -> Path:
        """What was synthesized last."""
        return self.folder / "cdk.out"

    def bootstrap(self) -> None:
        """Bootstrap the archive account in all governed Regions and the management account in one, side by side.

        The members are not: StackSets bring a role of their own.
        """
        setting = self.setting
        regions = {setting.archive: setting.governed, setting.organization.management_account: (setting.home,)}
        with ThreadPoolExecutor() as pool:
            list(pool.map(self._bootstrap, regions, regions.values()))

    def deploy(self, stacks: Sequence[str], *, config: Path) -> None:
        """Synthesize with a settings file and deploy some stacks, or all.

        Raises:
            DeploymentError: A stack did not come up.
        """
        shutil.rmtree(self.assembly, ignore_errors=True)
        self._run(
            ["deploy", *stacks, "--context", f"config={config}", "--output", str(self.assembly)],
            options=[
                "--require-approval",
                "never",
                "--concurrency",
                "4",
                "--asset-parallelism",
                "--progress",
                "events",
            ],
            account=self.setting.archive,
        )

    def _bootstrap(self, account: str, regions: Sequence[str]) -> None:
        environments = [f"aws://{account}/{region}" for region in regions]
        trust = [] if account == self.setting.archive else ["--trust", self.setting.archive]
        policy = ["--cloudformation-execution-policies", "arn:aws:iam::aws:policy/AdministratorAccess"]
        self._run(["bootstrap", *environments, *trust], options=policy, account=account, cwd=self.folder)

    def _run(self, words: Sequence[str], *, options: Sequence[str], account: str, cwd: Path = ROOT) -> None:
        node = os.environ.get("JSII_NODE") or shutil.which("node")
        if node is None or not CLI.exists():
            raise DeploymentError("the CDK CLI is missing: Node.js 20 or later and `make setup` bring it")
        run = subprocess.run(
            [node, str(CLI), *words, *options],
            cwd=cwd,
            env=self._environment(account),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode != 0:
            said = (run.stdout + run.stderr).strip().splitlines()[-_TAIL_LINES:]
            accounts = [*self.setting.members, self.setting.organization.management_account]
            told = failures(self.aws, accounts, self.setting.governed)
            raise DeploymentError("\n".join([f"cdk {words[0]} failed", *said, *told]))

    def _environment(self, account: str) -> Mapping[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {
            **inherited,
            **self.aws.environment(account=account, region=self.setting.home),
            "CDK_VALIDATION": "false",
            "CI": "true",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), inherited.get("PATH", "")]),
        }


def failures(aws: EmbeddedAws, accounts: Iterable[str], regions: Sequence[str]) -> Iterator[str]:
    """Why resources could not be made: the failure events of every stack, oldest first."""
    for account in accounts:
        for region in regions:
            cloudformation = aws.client("cloudformation", account=account, region=region)
            for stack in cloudformation.describe_stacks()["Stacks"]:
                events = cloudformation.describe_stack_events(StackName=stack["StackId"])["StackEvents"]
                yield from (_sentence(account, region, event) for event in reversed(events) if _is_failure(event))


def _is_failure(event: Mapping[str, Any]) -> bool:
    return bool(event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason"))


def _sentence(account: str, region: str, event: Mapping[str, Any]) -> str:
    return (
        f"{account} {region} {event['StackName']}: {event['ResourceType']} {event['LogicalResourceId']} "
        f"{event['ResourceStatus']}: {event['ResourceStatusReason']}"
    )
