"""Histories of any length for measuring judges: made up, seeded, and as a good shop would have left them."""

from chaos.bench.history import shop

HISTORIES = (shop,)
"""What `gauntlet bench checkers` can judge."""
