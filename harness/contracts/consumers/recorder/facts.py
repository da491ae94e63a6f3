"""The facts that one process recorded, in one file, written while it runs: a killed process loses the last half second.

A fact is never unsaid and is written once, so recording costs nothing when nothing new happens.
"""

import atexit
import json
import os
import threading
from pathlib import Path
from typing import NamedTuple

WRITTEN_EVERY_S = 0.5


class Fact(NamedTuple):
    """One use: `kind` is "rpc", "message" or "rest", `name` the method, message type or operation that is used.

    `what` says how (`at`, `sends`, `reads`, `codes`, `consumes`, `publishes`), `value` what exactly; `place` is
    `package/module.py:Class.function`.
    """

    kind: str
    name: str
    what: str
    value: str
    place: str


class FactLog:
    """Collects facts and writes them to a file of this process in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / f"{os.getpid()}-{os.urandom(4).hex()}.json"
        self._facts: set[Fact] = set()
        self._written = 0
        self._lock = threading.Lock()

    def add(self, kind: str, name: str, what: str, value: str, place: str) -> None:
        """Note a fact. Called at every access: cheap when it is known."""
        self._facts.add(Fact(kind, name, what, value, place))

    def write(self) -> None:
        """Write what is new; a reader sees the file before or after, never in between."""
        with self._lock:
            facts = sorted(self._facts.copy())
            if len(facts) == self._written:
                return
            part = self._file.with_suffix(".part")
            part.write_text(json.dumps(facts))
            part.replace(self._file)
            self._written = len(facts)

    def write_from_now_on(self) -> None:
        """Write every half second, and when the process ends."""
        stop = threading.Event()

        def loop() -> None:
            while not stop.wait(WRITTEN_EVERY_S):
                self.write()

        threading.Thread(target=loop, name="contract-facts", daemon=True).start()
        atexit.register(self.write)


def load(folder: Path) -> frozenset[Fact]:
    """The facts of all processes. Raises ValueError for a file that holds none."""
    found: set[Fact] = set()
    for file in sorted(folder.glob("*.json")):
        try:
            found.update(Fact(*row) for row in json.loads(file.read_text()))
        except TypeError as error:
            raise ValueError(f"{file} holds no recorded facts: {error}") from error
    return frozenset(found)
