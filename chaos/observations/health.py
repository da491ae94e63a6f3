"""How the parts of the shop were when they were looked at."""

from dataclasses import dataclass

HEALTH = "shop.health"
"""Subject of the observation."""


@dataclass(frozen=True, slots=True)
class HealthRow:
    """Whether a part of the shop was well when it was looked at, and what it said."""

    part: str
    well: bool
    detail: str
