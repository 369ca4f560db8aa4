"""The embedded run: MiniStack, what it lacks, and the policies it does not ask."""
