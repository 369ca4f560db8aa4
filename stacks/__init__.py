"""One stack per file, a table of contents each; and the settings they are made from."""
