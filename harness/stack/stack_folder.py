"""The folder of one stack: logs/ is kept, data/ is removed with the stack, stack.json exists while it runs.

A lock says whether a stack uses the folder. Its owner and its guard both hold it, so a folder is free only after the last
process of the previous stack has gone, however that one ended.
"""

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path

from harness.stack import manifest
from harness.stack.errors import EngineError, NotAttachable, StackBusy, StackError
from harness.stack.guard import sweep, sweep_containers
from harness.stack.marker import Mark
from harness.stack.safe_paths import PREFIX, is_safe, make_safe_folder
from harness.waiting import WaitTimeout, wait_until

OWNER_LOG = "owner.log"
"""Output of a detached owner: of the current one, else of the last."""

_GUARD_S = 20.0


class StackFolder:
    """The folder of a stack of this process, locked by `acquire`.

    `data` is where servers live: data/ itself, or the target of that link when its own path is not safe for every server.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.logs = self.path / "logs"
        self.data = self._link = self.path / "data"
        self.manifest = self.path / manifest.FILE
        self._lock = -1

    def acquire(self) -> int:
        """Take the folder and clear what an earlier stack left in it; returns the locked file.

        Raises StackError when it cannot be made, StackBusy when a living owner has it. When the owner is dead, its guard is
        given 20 s to finish.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / "lock", os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise StackError(f"the stack's folder cannot be made, run this where one can: {error}") from error
        try:
            wait_until(self._try_lock, what=f"{self.path} free", timeout_s=_GUARD_S)
        except (StackBusy, WaitTimeout) as error:
            self.release()
            raise StackBusy(str(error)) from error
        self.clear_remains()
        shutil.rmtree(self.logs, ignore_errors=True)
        (self.path / OWNER_LOG).unlink(missing_ok=True)
        self.logs.mkdir()
        if is_safe(self._link):
            self.data.mkdir()
        else:
            self.data = make_safe_folder()
            self._link.symlink_to(self.data)
        return self._lock

    @property
    def passing(self) -> tuple[Path, ...]:
        """The paths that are removed with the stack."""
        return (self.data, *({self._link} - {self.data}), self.manifest)

    def clear_remains(self) -> None:
        """Remove what is left of a stack whose owner and guard were both killed; its logs stay. Needs the lock."""
        with suppress(NotAttachable):
            left = manifest.read(self.path)
            sweep(Mark(left.stack, self.logs))
            if left.engine is not None:
                with suppress(EngineError):  # an engine that has ended runs no containers
                    sweep_containers(Mark(left.stack, self.logs), left.engine, orderly=True)
        if self._link.is_symlink():
            if (there := self._link.readlink()).name.startswith(PREFIX):
                shutil.rmtree(there, ignore_errors=True)
            self._link.unlink()
        shutil.rmtree(self._link, ignore_errors=True)
        self.manifest.unlink(missing_ok=True)

    def release(self) -> None:
        """Release the lock."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _try_lock(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            with suppress(NotAttachable):
                owner = manifest.read(self.path).owner
                if owner.alive:
                    raise StackBusy(
                        f"a stack is already running in {self.path} (owner: pid {owner.pid}); stop it or use another folder"
                    ) from error
            return False
        return True


def in_use(folder: Path) -> bool:
    """Whether a stack's owner or its guard still has the folder. When none has, what a killed stack left is removed."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two callers of in_use do not block each other
        if (folder / manifest.FILE).exists():
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            StackFolder(folder).clear_remains()
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
