"""Health of the shop's parts at an observation."""

from dataclasses import dataclass

HEALTH = "shop.health"
"""Subject of the observation."""


@dataclass(frozen=True, slots=True)
class HealthRow:
    """Whether a part of the shop was healthy (`well`), and the detail it gave."""

    part: str
    well: bool
    detail: str
