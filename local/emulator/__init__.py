"""MiniStack's gaps, one module each, closed in the server's own process."""
