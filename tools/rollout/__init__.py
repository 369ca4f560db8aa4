"""Says where a roll-out stands, tries again what failed, and takes an account's stacks away before it leaves."""
