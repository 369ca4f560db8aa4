"""The lines of `make bench`, one module each: a module-level `BENCH` makes it a line."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One measurement.

    Args:
        name: What the line is called.
        unit: Of the value, for example "ratio".
        aim: The value that it should not exceed, or not fall below where `more_is_better`.
        measure: Takes the number of runs and returns the median.
    """

    name: str
    unit: str
    aim: float
    measure: Callable[[int], float]
    more_is_better: bool = False


def all_benches() -> list[Bench]:
    """Every bench of this package, by name."""
    modules = (importlib.import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__))
    return sorted((module.BENCH for module in modules), key=lambda bench: bench.name)
