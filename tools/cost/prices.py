"""Reads the dated file of unit prices."""

from __future__ import annotations

import datetime
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PRICES: Final = Path(__file__).with_name("prices.toml")
NOWHERE: Final = "nowhere"


@dataclass(frozen=True, slots=True)
class Price:
    """What so many units cost, where that stands, and where it was read."""

    usd: float
    per: int
    unit: str
    page: str
    seen: str

    def of(self, quantity: float) -> float:
        """What a quantity costs in USD."""
        return quantity * self.usd / self.per

    @property
    def sourced(self) -> bool:
        """Whether somebody read the figure somewhere."""
        return not self.seen.startswith(NOWHERE)


@dataclass(frozen=True, slots=True)
class Prices:
    """All unit prices of one Region, as of one day."""

    looked_up: datetime.date
    region: str
    of: dict[str, Price]


def load_prices(path: Path = PRICES) -> Prices:
    """The prices of a file.

    Raises:
        TypeError: A price lacks a part or has one too many.
    """
    raw = tomllib.loads(path.read_text("utf-8"))
    looked_up, region = raw.pop("looked_up"), raw.pop("region")
    return Prices(looked_up, region, {name: Price(**table) for name, table in raw.items()})
