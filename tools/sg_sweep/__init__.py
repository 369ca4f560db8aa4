"""Has every security group judged now, as the daily sweep does, and shows the report."""
