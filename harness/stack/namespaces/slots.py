"""Which process has which namespace: a numbered file per namespace, locked by its process, listing what it has made.

The kernel gives the lock up when that process ends, however it ends. A file that is not empty and not locked tells of a
namespace whose process was killed. Files are never removed: with the stack's data they go all at once.
"""

import fcntl
import json
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from harness.stack.errors import StackError

Made = tuple[str, str]
"""The name of a server, and a schema on it ("" where it has none)."""


class NoneFree(StackError):
    """All namespaces are in use."""


class Slot:
    """A namespace's number, locked until `free`; `made` lists its parts that may exist."""

    def __init__(self, number: int, file: int) -> None:
        self.number = number
        self._file = file
        text = os.pread(file, os.fstat(file).st_size, 0)
        self.made: list[Made] = [(server, schema) for server, schema in json.loads(text or b"[]")]

    def note(self, made: Made) -> None:
        """Record a part before it is made, so that another process can remove it after a crash."""
        if made not in self.made:
            self.made.append(made)
            self._write(json.dumps(self.made).encode())

    def forget(self) -> None:
        """Record that all parts are removed."""
        self.made.clear()
        self._write(b"")

    def free(self) -> None:
        """Release the number."""
        with suppress(OSError):
            os.close(self._file)

    def _write(self, text: bytes) -> None:
        os.pwrite(self._file, text, 0)
        os.truncate(self._file, len(text))


def take(folder: Path, most: int, clear: Callable[[Slot], None]) -> Slot:
    """The first free namespace. What killed processes have left in it and in others is removed by `clear`.

    Raises NoneFree when all `most` are taken, and what `clear` raises.
    """
    _sweep(folder, clear)
    for number in range(1, most + 1):
        if (slot := _lock(folder, number)) is not None:
            if not slot.made:
                return slot
            slot.free()  # its process was killed just now; another process clears it or will
    raise NoneFree(f"all {most} namespaces of this stack are in use")


def _sweep(folder: Path, clear: Callable[[Slot], None]) -> None:
    for number in _numbers(folder):
        if (slot := _lock(folder, number)) is None:
            continue
        try:
            if slot.made:
                clear(slot)
                slot.forget()
        finally:
            slot.free()


def _numbers(folder: Path) -> Sequence[int]:
    return sorted(int(path.name) for path in folder.iterdir())


def _lock(folder: Path, number: int) -> Slot | None:
    file = os.open(folder / str(number), os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return Slot(number, file)
    except BlockingIOError:
        os.close(file)
        return None
    except BaseException:
        os.close(file)
        raise
