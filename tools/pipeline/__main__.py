"""The commands of the pipelines, each for the stacks of one stage of a cloud assembly."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.pipeline.clients import ClientOf, cloudformation_as
from tools.pipeline.deployed import fetch
from tools.pipeline.protection import protect, unprotected
from tools.pipeline.stacks import ALL, STAGES, Stack, stacks_in, stacks_of
from tools.template_diff.__main__ import main as show_difference


def main(arguments: list[str] | None = None, *, client_of: ClientOf = cloudformation_as) -> int:
    """Runs one command for one stage.

    names: prints the ids of its stacks; nothing, and why on the error stream, while one of them cannot be deployed.
    gate: compares with what is deployed, and ends with 3 when evidence would be replaced or deleted.
    protect: switches termination protection on where the app asks for it.
    check: ends with 1 when it is off somewhere.
    """
    options = _parser().parse_args(arguments)
    try:
        stacks = stacks_in(options.stage, stacks_of(options.assembly, partition=options.partition))
    except (OSError, ValueError, KeyError) as error:
        print(f"{options.assembly} is no cloud assembly: {error!r}", file=sys.stderr)
        return 2
    waiting = [f"{stack.id}: {stack.waits_for}" for stack in stacks if stack.waits_for]
    if waiting:
        print("\n".join(waiting), file=sys.stderr)
        stacks = []
    match options.command:
        case "names":
            print(" ".join(stack.id for stack in stacks))
        case "gate":
            return _gate(stacks, options, client_of)
        case "protect":
            print("\n".join(f"protected {name}" for name in protect(stacks, client_of=client_of)))
        case "check":
            bare = [stack.id for stack in unprotected(stacks, client_of=client_of)]
            print("\n".join(f"not protected: {name}" for name in bare))
            return 1 if bare else 0
    return 0


def _gate(stacks: list[Stack], options: argparse.Namespace, client_of: ClientOf) -> int:
    fetch(stacks, options.output, client_of=client_of)
    accepted = [argument for place in options.accept.split() for argument in ("--accept", place)]
    folders = ["--before", str(options.output / "before"), "--assembly", str(options.output / "after")]
    return show_difference([*folders, "--since", "what is deployed", *accepted])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tools.pipeline", description="What the pipelines run.")
    parser.add_argument("command", choices=("names", "gate", "protect", "check"))
    parser.add_argument("stage", choices=(*STAGES, ALL))
    parser.add_argument("--assembly", type=Path, default=Path("cdk.out"))
    parser.add_argument("--partition", default="aws")
    parser.add_argument("--output", type=Path, default=Path("build/gate"), help="where the gate leaves both templates")
    parser.add_argument("--accept", default="", metavar="'STACK/ID …'", help="losses that are meant")
    return parser


if __name__ == "__main__":
    sys.exit(main())
