"""Judges security groups before or without a deployment: what AWS described, or what a template would make.

The judgement is the guard's own; this package only reads files and shows what it says: ``make sg-check``.
"""
