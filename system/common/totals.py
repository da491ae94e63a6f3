"""The one limit of an order's total, known to whoever offers, takes and pays an order. The standard library only."""

from typing import Final

HIGHEST_TOTAL: Final = 10**15
"""Minor units: what can be reserved can be paid, and is the same number in every JSON parser."""
