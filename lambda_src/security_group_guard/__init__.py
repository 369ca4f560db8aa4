"""Judges the live rules of a security group against its baseline, its approvals and what holds for the organization.

The judgement is pure: rules, prefix lists and approvals go in, differences come out (``judge``). Around it, ``guard``
looks where a recorded call points, says what is new and acts where an account asks for it; ``sweep`` looks at
everything; ``handler`` is the doorway of both.
"""
