"""Find every process of a stack, whatever its current parent and session.

All processes of a stack inherit GAUNTLET_STACK=<id>, and those of one member GAUNTLET_INSTANCE=<name> besides; the kernel
shows the environment a process was started with in /proc, so that daemons which detach (epmd) are found. Programs that
change their title overwrite exactly that memory (redis does), so a process whose output goes to a log of the stack is
one of its processes as well.
Standard library only: the guard process runs this without the project's dependencies.
"""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

STACK = "GAUNTLET_STACK"
INSTANCE = "GAUNTLET_INSTANCE"
LABEL = "gauntlet.stack"
MEMBER_LABEL = "gauntlet.instance"

_PROC = Path("/proc")
_OUTPUTS = ("1", "2")


@dataclass(frozen=True)
class Mark:
    """The marker of all processes of a stack, or of one member of it. `logs` is an absolute path."""

    stack: str
    logs: Path
    instance: str | None = None

    def of(self, instance: str) -> "Mark":
        """The mark of one member."""
        return replace(self, instance=instance)

    def variables(self) -> dict[str, str]:
        """The marker as environment variables of a process."""
        return {STACK: self.stack} | ({INSTANCE: self.instance} if self.instance is not None else {})

    def labels(self) -> dict[str, str]:
        """The marker as labels of a container, whose processes are the engine's."""
        return {LABEL: self.stack} | ({MEMBER_LABEL: self.instance} if self.instance is not None else {})

    @property
    def log(self) -> Path:
        """The log file of the member. Raises ValueError for the mark of a whole stack."""
        if self.instance is None:
            raise ValueError("a stack has many logs")
        return self.logs / f"{self.instance}.log"

    def is_on(self, process: Path) -> bool:
        """Whether the process with this folder below /proc carries it."""
        wanted = {f"{name}={value}".encode() for name, value in self.variables().items()}
        return wanted <= _environment(process) or any(self._is_ours(path) for path in _outputs(process))

    def _is_ours(self, output: Path) -> bool:
        return output == self.log if self.instance is not None else output.parent == self.logs


def marked(mark: Mark, proc: Path = _PROC) -> list[int]:
    """Pids of the living processes (zombies are not) that carry the mark, except this one."""
    pids = [int(entry.name) for entry in proc.iterdir() if entry.name.isdigit()]
    return [pid for pid in pids if pid != os.getpid() and mark.is_on(proc / str(pid))]


def signal_marked(mark: Mark, number: signal.Signals, *, but_group: int | None = None) -> list[int]:
    """Send a signal to all of them, except those of one process group; returns the pids that were there."""
    pids = marked(mark)
    for pid in pids:
        with suppress(ProcessLookupError):
            if but_group is None or os.getpgid(pid) != but_group:
                os.kill(pid, number)
    return pids


def _environment(process: Path) -> frozenset[bytes]:
    try:
        return frozenset((process / "environ").read_bytes().split(b"\0"))
    except OSError:  # ended since, or of another user
        return frozenset()


def _outputs(process: Path) -> list[Path]:
    found = []
    for descriptor in _OUTPUTS:
        with suppress(OSError):
            found.append((process / "fd" / descriptor).readlink())
    return found
