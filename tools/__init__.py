"""What developers and reviewers run: measurements, golden templates and their differences."""
