"""Compares the templates of the working tree, or of an assembly, with those of a git revision or of a folder."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from tools.golden import every_template, templates
from tools.revision import RevisionError, golden_at
from tools.synthesis import EXAMPLE, SynthesisError, synthesize
from tools.template_diff.compare import compare
from tools.template_diff.markdown import markdown
from tools.template_diff.page import print_page
from tools.template_diff.revisions import templates_at
from tools.template_diff.stateful import losses

LOSS: Final = 3

Templates = dict[str, dict[str, Any]]


def main(arguments: list[str] | None = None, *, repository: Path | None = None) -> int:
    """Shows what changed in the templates since a git revision.

    Ends with 3 when a resource with data would be replaced, deleted or kept no longer and nobody accepted that; else
    with 0, differences or not; with 1 for differences under --exit-code; with 2 when it cannot compare.
    """
    options = _parser().parse_args(arguments)
    try:
        old, new = _both(options, {} if repository is None else {"repository": repository})
    except (RevisionError, SynthesisError) as error:
        print(error, file=sys.stderr)
        return 2
    changes, since = compare(old, new), options.since or options.revision
    if options.format == "markdown":
        print(markdown(changes, since=since, accepted=options.accept), end="")
    else:
        print_page(Console(highlight=False), changes, since=since)
    refused = [loss for loss in losses(changes) if loss.place not in options.accept]
    for loss in refused:
        print(f"refused: {loss}; --accept {loss.place} lets it pass", file=sys.stderr)
    if refused:
        return LOSS
    return 1 if changes and options.exit_code else 0


def _both(options: argparse.Namespace, repository: dict[str, Path]) -> tuple[Templates, Templates]:
    """The templates before and after.

    Golden templates are those of the example settings, one for stacks that differ in account alone; a settings file and
    folders are compared stack by stack, so that a Region or an account that goes is seen.
    """
    if options.until is not None:
        return golden_at(options.revision, **repository), golden_at(options.until, **repository)
    stack_by_stack = options.config is not None or options.before is not None
    read = every_template if stack_by_stack else templates
    if options.before is not None:
        old = every_template(options.before)
    elif options.config is not None:
        old = templates_at(options.revision, options.config, **repository)
    else:
        old = golden_at(options.revision, **repository)
    if options.assembly is not None:
        return old, read(options.assembly)
    with tempfile.TemporaryDirectory() as scratch:
        config = EXAMPLE if options.config is None else Path(options.config).resolve()
        synthesize(Path(scratch), config=config, unfinished=options.config is not None)
        return old, read(Path(scratch))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make diff", description="Show what changed in the templates.")
    parser.add_argument("revision", nargs="?", default="HEAD", help="the git revision to compare with (default: HEAD)")
    parser.add_argument("--until", help="another revision, to compare the golden templates of two")
    parser.add_argument("--config", help="synthesize this settings file at both ends, instead of golden templates")
    parser.add_argument("--before", type=Path, help="a folder of templates to compare with, instead of a revision")
    parser.add_argument("--assembly", type=Path, help="a cloud assembly to show instead of synthesizing")
    parser.add_argument("--since", help="what the page calls the templates that it compares with")
    parser.add_argument("--format", choices=("text", "markdown"), default="text", help="markdown for a pull request")
    parser.add_argument("--accept", action="append", default=[], metavar="STACK/ID", help="a loss that is meant")
    parser.add_argument("--exit-code", action="store_true", help="end with 1 when the templates differ")
    return parser


if __name__ == "__main__":
    sys.exit(main())
