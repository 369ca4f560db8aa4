"""``make demo``, ``make up`` and ``make down``."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from rich.console import Console

from local.demo.cdk import DeploymentError
from local.demo.evidence import write
from local.demo.page import show
from local.demo.play import ARCHIVE_COPY, TRAIL_COPY, Step, before, deploy, work
from local.demo.setting import Setting
from local.server import EmbeddedAws, EmbeddedAwsError, down, running, up

CONFIG = Path("config/example.toml")
DEMO = Path("build/demo")
KEPT = Path("build/embedded-aws")


def main(arguments: Sequence[str]) -> int:
    """Run one of the three commands; 0 when all is as promised."""
    parser = argparse.ArgumentParser(prog="python -m local.demo", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("demo", "up", "down"), default="demo")
    parser.add_argument("--config", type=Path, default=CONFIG, help=f"settings to deploy, by default {CONFIG}")
    parser.add_argument("--port", type=int, help="where the embedded AWS listens; another one if it is in use")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    if options.command == "down":
        console.print("The embedded AWS has stopped." if down(folder=KEPT) else "No embedded AWS was running.")
        return 0
    try:
        setting = Setting.read(options.config)
        if options.command == "up":
            return _up(console, setting, config=options.config, port=options.port)
        return _demo(console, setting, config=options.config, port=options.port)
    except (DeploymentError, EmbeddedAwsError, OSError, ValueError) as error:
        console.print(f"[bold red]The demonstration stopped.[/]\n{error}", markup=True, soft_wrap=True)
        return 1


def _demo(console: Console, setting: Setting, *, config: Path, port: int | None) -> int:
    log = DEMO / "embedded-aws.log"
    with EmbeddedAws.start(organization=setting.organization, port=port, log=log) as aws:
        step = _steps(console)
        forgotten = before(aws, setting)
        deployed = deploy(aws, setting, config=config, folder=DEMO, step=step)
        evidence = work(aws, setting, deployed=deployed, forgotten=forgotten, folder=DEMO, step=step)
    write(evidence, DEMO / "evidence.json")
    show(console, evidence)
    console.print(f"The list as JSON: {DEMO / 'evidence.json'}")
    console.print(f"The trail files: {DEMO / TRAIL_COPY}; `make verify` validates them.")
    console.print(f"A copy of the archive: {DEMO / ARCHIVE_COPY}; `make query` asks it.")
    return 0 if all(item.as_promised for item in evidence) else 1


def _up(console: Console, setting: Setting, *, config: Path, port: int | None) -> int:
    """Leave a deployed organization running and say how to reach it."""
    found = running(folder=KEPT)
    aws = up(organization=setting.organization, folder=KEPT, port=port)
    if found is None or found.endpoint != aws.endpoint:
        try:
            deploy(aws, setting, config=config, folder=KEPT, step=_steps(console))
        except BaseException:
            down(folder=KEPT)
            raise
    console.print("The embedded AWS is running; `make down` stops it. To work in an account, export:", style="green")
    account = setting.two_members[0]
    for name, value in aws.environment(account=account, region=setting.home).items():
        print(f"export {name}={shlex.quote(value)}")
    console.print(f"The access key is the account: {', '.join(setting.members)}.")
    return 0


def _steps(console: Console) -> Step:
    @contextmanager
    def step(title: str) -> Iterator[None]:
        began = monotonic()
        with console.status(f"{title} …"):
            yield
        console.print(f"[green]✔[/] {title} [dim]{monotonic() - began:.1f} s[/]")

    return step


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
