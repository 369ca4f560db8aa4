"""The CDK app: reads the settings and adds the stacks."""

from __future__ import annotations

import sys
from pathlib import Path

import aws_cdk as cdk

from stacks.all_stacks import add_stacks
from stacks.direct_deployment import address_members
from stacks.settings_file import SettingsError, load_decided

DEFAULT_CONFIG = "config/example.toml"


def main() -> None:
    """Synthesize everything that the settings file asks for, or nothing and say why."""
    app = cdk.App(analytics_reporting=False, tree_metadata=False)
    try:
        decided = load_decided(Path(app.node.try_get_context("config") or DEFAULT_CONFIG))
    except SettingsError as error:
        sys.exit(str(error))
    add_stacks(app, decided.settings, decided.approved)
    assembly = app.synth()
    address_members(Path(assembly.directory), decided.settings)


if __name__ == "__main__":
    main()
