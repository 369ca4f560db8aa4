"""The demonstration: one organization in the embedded AWS, from an empty account to evidence in the archive."""
