"""The embedded AWS that stays: `python -m local.server up|down` for `make up` and `make down`.

A state file in a folder of the caller's says where it runs.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from local.embedded_aws import DEFAULT_PORT, EmbeddedAws, EmbeddedAwsError, choose_port, is_ready, launch, stop_process
from local.organization import Organization
from local.serve import HOST

__all__ = ["EmbeddedAws", "EmbeddedAwsError", "down", "running", "up"]

_STATE: Final = "server.json"
_LOG: Final = "server.log"


@dataclass(frozen=True, kw_only=True)
class _State:
    pid: int
    port: int
    organization: Organization

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"


def up(*, organization: Organization, folder: Path, port: int | None = None) -> EmbeddedAws:
    """The server of this folder: the one that runs for the organization, or a new one that outlives the caller.

    Raises:
        EmbeddedAwsError: It did not come up.
    """
    found = running(folder=folder)
    known = _read(folder)
    if found and known and known.organization == organization:
        return found
    down(folder=folder)
    chosen = choose_port(port or DEFAULT_PORT)
    folder.mkdir(parents=True, exist_ok=True)
    process = launch(organization=organization, port=chosen, log=folder / _LOG)
    state = {"pid": process.pid, "port": chosen, "organization": json.loads(organization.to_json())}
    (folder / _STATE).write_text(json.dumps(state), encoding="utf-8")
    # It outlives this process on purpose; without a return code Popen warns that nobody waits for it.
    process.returncode = 0
    return EmbeddedAws(endpoint=f"http://{HOST}:{chosen}", log=folder / _LOG)


def running(*, folder: Path) -> EmbeddedAws | None:
    """The server of this folder, if it answers; `stop` leaves it alone."""
    state = _read(folder)
    if state is None or not is_ready(state.endpoint, organization=state.organization, pid=state.pid):
        return None
    return EmbeddedAws(endpoint=state.endpoint, log=folder / _LOG)


def down(*, folder: Path) -> bool:
    """Ends the server of this folder; False where there was none.

    A process is ended only where it answers on its port as ours, so that a reused id hits nobody else.
    """
    state = _read(folder)
    if state is None:
        return False
    answers = is_ready(state.endpoint, organization=state.organization, pid=state.pid)
    if answers:
        stop_process(state.pid)
    (folder / _STATE).unlink()
    return answers


def _read(folder: Path) -> _State | None:
    file = folder / _STATE
    if not file.exists():
        return None
    read = json.loads(file.read_text(encoding="utf-8"))
    organization = Organization.from_json(json.dumps(read["organization"]))
    return _State(pid=read["pid"], port=read["port"], organization=organization)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local.server", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("up", "down"):
        command = commands.add_parser(name)
        command.add_argument("--folder", type=Path, default=Path("build/embedded-aws"))
    command = commands.choices["up"]
    command.add_argument("--port", type=int)
    command.add_argument("--organization", default="o-embedded01")
    command.add_argument("--management-account", default="000000000001")
    command.add_argument("--account", action="append", default=[], help="a member; may be repeated")
    command.add_argument("--region", default="eu-west-1")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Starts or ends the server of a folder and prints what to export."""
    options = _parser().parse_args(arguments)
    if options.command == "down":
        print("stopped" if down(folder=options.folder) else "nothing was running")
        return 0
    try:
        organization = Organization.of(
            organization_id=options.organization,
            management_account=options.management_account,
            accounts=options.account,
        )
        server = up(organization=organization, folder=options.folder, port=options.port)
    except (EmbeddedAwsError, ValueError) as mistake:
        print(mistake, file=sys.stderr)
        return 1
    account = (options.account or [options.management_account])[0]
    for name, value in server.environment(account=account, region=options.region).items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
