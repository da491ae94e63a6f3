"""Planted changes: what a checker must name, and what it must not mind. Data and a small edit each."""

from collections.abc import Callable
from dataclasses import dataclass

from harness.contracts.documents import Documents


class EditError(Exception):
    """A planted change whose place is not in the documents any more; says which."""


@dataclass(frozen=True, kw_only=True)
class PlantedChange:
    """One change of an interface, made in copies of the current documents.

    `contract` is the checker that is asked; `rule` the one that must name it (ERR or WARN), or "" for a change that is
    harmless although it looks dangerous: then no ERR or WARN may be reported. `about` says why it breaks or does not.
    """

    name: str
    contract: str
    about: str
    edit: Callable[[Documents], Documents]
    rule: str = ""

    @property
    def breaking(self) -> bool:
        """Whether it must be caught."""
        return bool(self.rule)
