"""Writes each day of the archive as Parquet, which long questions read instead of many small JSON files."""
