"""``typing.NamedTuple`` without ``typing``, whose import is a seventh of what a cold start may cost.

A type checker reads the real one. At run time a class gets the fields and defaults of its body just the same.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NamedTuple
else:
    from collections import namedtuple

    class _Named(type):
        def __new__(cls, name, bases, body):  # noqa: ANN001, ANN204 - type's own
            fields = tuple(body.get("__annotations__", ()))
            defaults = [body.pop(field) for field in fields if field in body]
            return type(name, (namedtuple(name, fields, defaults=defaults),), {"__slots__": (), **body})

    NamedTuple = type.__new__(_Named, "NamedTuple", (), {})

__all__ = ["NamedTuple"]
