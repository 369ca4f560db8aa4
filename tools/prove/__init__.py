"""Proves over the synthesized policies that nobody gets in and nothing is taken out: ``make prove``."""
