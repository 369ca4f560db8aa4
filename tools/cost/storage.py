"""How much evidence lies where, some months after the first roll-out."""

from __future__ import annotations

from dataclasses import dataclass

DAYS_A_MONTH = 30.4
SMALLEST_MOVED_GB = 128 / 1024 / 1024
"""S3 leaves smaller objects where they are.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html"""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is stored of one kind of evidence, and what moves in a month."""

    standard_gb: float
    glacier_gb: float
    moves: float


def kept(*, gb: float, objects: float, months: float, glacier_after_days: int, retention_days: int) -> Kept:
    """What has piled up of evidence that arrives evenly.

    Objects are written once, so that nothing superseded is kept a second time.

    Args:
        gb: What arrives in a month.
        objects: In so many objects.
        months: Since it began.
        glacier_after_days: When an object moves to Glacier Instant Retrieval.
        retention_days: When it expires.
    """
    lasting = min(months, retention_days / DAYS_A_MONTH)
    moved = objects > 0 and gb / objects >= SMALLEST_MOVED_GB
    hot = min(lasting, glacier_after_days / DAYS_A_MONTH) if moved else lasting
    return Kept(
        standard_gb=gb * hot,
        glacier_gb=gb * (lasting - hot),
        moves=objects if moved and months > glacier_after_days / DAYS_A_MONTH else 0,
    )
