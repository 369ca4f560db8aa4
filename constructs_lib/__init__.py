"""Constructs that gather and guard the evidence of who was on which machine.

Import from the module that names what you need, for instance
``from constructs_lib.log_archive import LogArchive``. This package itself imports nothing,
so that reading :mod:`constructs_lib.archive_layout` costs no AWS CDK.
"""
