"""Copy a container's output into a log file, over all its restarts.

The engine keeps a container's output from its first start on; each life is read from the beginning, and what has been
copied before is passed over, so that no line is lost or doubled however slowly the reader gets there.
"""

import threading
from pathlib import Path

from harness.stack.docker.engine import Engine
from harness.stack.errors import EngineError, NoSuchContainer

_LAST_WORDS_S = 5.0


class Transcript:
    """One container's output in one file."""

    def __init__(self, engine: Engine, container: str, path: Path) -> None:
        self._engine = engine
        self._container = container
        self._path = path
        self._copied = 0
        self._reader: threading.Thread | None = None

    def follow(self) -> None:
        """Copy from now on, in a thread that ends when the container stops."""
        self._reader = threading.Thread(target=self._copy, kwargs={"follow": True}, name="transcript", daemon=True)
        self._reader.start()

    def finish(self) -> None:
        """Return when all output of a stopped container is in the file."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.join(_LAST_WORDS_S)
            if not reader.is_alive():
                self._copy(follow=False)  # a stream may end a line early

    def _copy(self, *, follow: bool) -> None:
        known = self._copied
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("ab") as file:
            try:
                for part in self._engine.logs(self._container, follow=follow):
                    fresh = part[known:]
                    known -= len(part) - len(fresh)
                    file.write(fresh)
                    file.flush()
                    self._copied += len(fresh)
            except NoSuchContainer:  # removed; its output was copied before
                return
            except EngineError as error:
                file.write(f"\n[the log breaks off here: {error}]\n".encode())
