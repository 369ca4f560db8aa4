"""Compares the templates of the working tree with the golden templates of a git revision."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from tools.golden import templates
from tools.revision import RevisionError, golden_at
from tools.synthesis import SynthesisError, synthesize
from tools.template_diff.compare import compare
from tools.template_diff.page import print_page


def main(arguments: list[str] | None = None) -> int:
    """Shows what the working tree changes in the templates since a git revision.

    Ends with 0, differences or not; with 1 for differences under --exit-code; with 2 when it cannot compare.
    """
    parser = argparse.ArgumentParser(prog="make diff", description="Show what changed in the templates.")
    parser.add_argument("revision", nargs="?", default="HEAD", help="the git revision to compare with (default: HEAD)")
    parser.add_argument("--assembly", type=Path, help="a cloud assembly to show instead of synthesizing the examples")
    parser.add_argument("--exit-code", action="store_true", help="end with 1 when the templates differ")
    options = parser.parse_args(arguments)
    try:
        old = golden_at(options.revision)
        with tempfile.TemporaryDirectory() as scratch:
            if options.assembly is None:
                synthesize(Path(scratch))
            new = templates(options.assembly or Path(scratch))
    except (RevisionError, SynthesisError) as error:
        print(error, file=sys.stderr)
        return 2
    changes = compare(old, new)
    print_page(Console(highlight=False), changes, since=options.revision)
    return 1 if changes and options.exit_code else 0


if __name__ == "__main__":
    sys.exit(main())
