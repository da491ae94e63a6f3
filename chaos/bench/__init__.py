"""Generated histories of any length, from a seed, in which no guarantee is violated: input for benchmarks of the judges."""

from chaos.bench.history import shop

HISTORIES = (shop,)
"""The histories that `gauntlet bench checkers` can generate."""
