"""A contract of plain words for the tests of the frame: each document is JSON, each word that is gone is a finding."""

from collections.abc import Iterator
from dataclasses import dataclass

from harness.contracts.documents import Documents, as_json
from harness.contracts.finding import Finding, Level


def documents(version: str, *words: str) -> Documents:
    """One document, words.json."""
    return Documents(version, {"words.json": as_json(words)})


@dataclass(frozen=True)
class WordsChecker:
    """ERR for a word that is gone, INFO for one that is new."""

    name: str = "words"
    about: str = "Words."
    released: tuple[str, ...] = ("words.json",)
    current: tuple[str, ...] = ("words.json",)

    def check(self, released: Documents, current: Documents) -> Iterator[Finding]:
        """See ContractChecker."""
        before, now = set(released.json("words.json")), set(current.json("words.json"))
        for word in before - now:
            yield Finding("words", "word-removed", word, Level.ERR, f"{word} is gone", ("reader at page 3",))
        for word in now - before:
            yield Finding("words", "word-added", word, Level.INFO, f"{word} is new")
