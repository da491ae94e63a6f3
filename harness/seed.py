"""One seed per run: every random choice of a run comes from here, so that printing one number is enough to replay it.

A stream is named, not numbered: adding a new user of randomness does not shift what the others draw.
"""

import hashlib
import random  # noqa: TID251 - this is the one module that may
import secrets
from dataclasses import dataclass

_BITS = 32


@dataclass(frozen=True)
class Seed:
    """The seed of a run; `str(seed)` is what reports print and `Seed.parse` reads."""

    value: int

    @classmethod
    def fresh(cls) -> "Seed":
        """A seed nobody has chosen, short enough to be typed."""
        return cls(secrets.randbits(_BITS))

    @classmethod
    def parse(cls, text: str) -> "Seed":
        """The seed printed as `text`. Raises ValueError when it is not a whole number of at least 0."""
        if not text.isascii() or not text.isdigit():
            raise ValueError(f"a seed is a whole number of at least 0, not {text!r}")
        return cls(int(text))

    def stream(self, *name: str | int) -> random.Random:
        """An independent generator for `name`; the same seed and name give the same numbers on every machine."""
        return random.Random(self._derive(name))  # noqa: S311 - replayable on purpose, protects nothing

    def child(self, *name: str | int) -> "Seed":
        """A seed for a part of the run (a worker process, one of many experiments)."""
        return Seed(self._derive(name) % 2**_BITS)

    def _derive(self, name: tuple[str | int, ...]) -> int:
        text = "\x1f".join(str(part) for part in (self.value, *name))
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")

    def __str__(self) -> str:
        return str(self.value)
