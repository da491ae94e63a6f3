"""What the members of a stack wrote to their logs since a test began. Reads files only: works after the stack has ended."""

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
    """The lengths of every stack's logs when the test began, or when the stack was started by the test."""

    def __init__(self) -> None:
        self.newest: Seen | None = None
        self._stacks: dict[Path, Seen] = {}
        self._lengths: dict[Path, dict[Path, int]] = {}

    def add(self, stack: Seen) -> None:
        """Add a stack; what it has logged until now does not count."""
        self.newest = self._stacks[stack.folder] = stack
        self._lengths[stack.folder] = _lengths(stack.folder)

    def of(self, folder: Path) -> Seen | None:
        """The stack with that run folder, None when it was never added."""
        return self._stacks.get(folder)

    def begin(self) -> None:
        """Record the lengths at the begin of a test."""
        for folder in self._lengths:
            self._lengths[folder] = _lengths(folder)

    def warnings(self, folder: Path) -> dict[str, list[str]]:
        """The excerpts by member, of those that logged a warning or worse since then."""
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
