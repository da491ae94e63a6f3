"""What the members of a stack wrote to their logs since a test began. Knows files only: it works when the stack is dead."""

from dataclasses import dataclass
from pathlib import Path

from harness.pytest_plugin.log_warnings import excerpt

_READ = 256 * 1024


@dataclass(frozen=True)
class Seen:
    """A stack that tests of this process use."""

    folder: Path
    provider: str


class Watch:
    """Remembers how long the logs of every stack were when the test began, or when the test had the stack started."""

    def __init__(self) -> None:
        self.newest: Seen | None = None
        self._stacks: dict[Path, Seen] = {}
        self._lengths: dict[Path, dict[Path, int]] = {}

    def add(self, stack: Seen) -> None:
        """From now on this stack too; what its start has written does not count."""
        self.newest = self._stacks[stack.folder] = stack
        self._lengths[stack.folder] = _lengths(stack.folder)

    def of(self, folder: Path) -> Seen | None:
        """The stack with that run folder, None when it was never added."""
        return self._stacks.get(folder)

    def begin(self) -> None:
        """A test begins."""
        for folder in self._lengths:
            self._lengths[folder] = _lengths(folder)

    def warnings(self, folder: Path) -> dict[str, list[str]]:
        """By member, the end of what it wrote; only those that wrote a warning or worse."""
        before = self._lengths.get(folder, {})
        found = {log.stem: excerpt(_since(log, before.get(log, 0))) for log in _logs(folder)}
        return {member: lines for member, lines in found.items() if lines}


def _logs(folder: Path) -> list[Path]:
    return sorted((folder / "logs").glob("*.log"))


def _lengths(folder: Path) -> dict[Path, int]:
    return {log: log.stat().st_size for log in _logs(folder)}


def _since(log: Path, offset: int) -> list[str]:
    with log.open("rb") as file:
        file.seek(max(offset, log.stat().st_size - _READ))
        return file.read().decode(errors="replace").splitlines()
