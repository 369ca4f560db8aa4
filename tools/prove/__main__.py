"""Proves the policies of a cloud assembly on disk: ``python -m tools.prove cdk.out --config config/mine.toml``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from stacks.settings_file import SettingsError, load_settings
from tools.prove.encoding import UnmodelledError
from tools.prove.intrinsics import UnresolvedIntrinsicError
from tools.prove.policies import load_policies
from tools.prove.proof import prove
from tools.prove.unread import UnknownPolicyError
from tools.synthesis import EXAMPLE


def main() -> int:
    """0 when everything is proved, 1 when a claim is refuted, 2 when something cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m tools.prove", description=__doc__)
    parser.add_argument("assembly", type=Path, help="a cloud assembly, cdk.out for instance")
    parser.add_argument("--config", type=Path, default=EXAMPLE, help="the settings it was synthesized from")
    arguments = parser.parse_args()
    try:
        policies = load_policies(arguments.assembly, load_settings(arguments.config))
        prover = prove(policies, load_settings(arguments.config))
    except (SettingsError, UnmodelledError, UnresolvedIntrinsicError, UnknownPolicyError, OSError) as error:
        print(f"cannot be proved: {error}", file=sys.stderr)
        return 2
    for refutation in prover.refutations:
        print(refutation, file=sys.stderr)
    oversized = [policy for policy in policies if policy.kind.size_limit and policy.size > policy.kind.size_limit]
    for policy in oversized:
        print(f"TOO LONG: the {policy} has {policy.size} of {policy.kind.size_limit} characters", file=sys.stderr)
    print(f"{prover.queries} questions about {len(policies)} policies, {len(prover.refutations)} refuted")
    return 1 if prover.refutations or oversized else 0


if __name__ == "__main__":
    sys.exit(main())
