"""What WorkSpaces clients must reach, printed: from a file, or from AWS's own list over the network."""
