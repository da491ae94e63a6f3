"""A stack for a command that only looks at it: attached to by its name, or started for the command and stopped at its end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from harness.cli.console import err
from harness.cli.owner import StopRequested, ignore_signals, stop_signals
from harness.cli.progress import shown
from harness.exit_codes import ExitCode
from harness.stack.attach import attach
from harness.stack.stack import Stack
from harness.stack.topology import Topology
from harness.stack.view import StackView
from harness.system import choose_placement


@contextmanager
def borrowed_stack(topology: Path, reuse: Path | None, provider: str, say: Callable[[str], None]) -> Iterator[StackView]:
    """A running stack within the block. Raises StackError; typer.Exit(INTERRUPTED) on a signal, when it is stopped."""
    if reuse is not None:
        yield attach(reuse)
        return
    placement = choose_placement(provider, proxied=False)
    say(placement.provider_told)
    with TemporaryDirectory(prefix="gauntlet-borrowed-") as folder, stop_signals(say):
        stack = Stack(Topology.load(topology), placement.provider, folder=Path(folder) / "stack")
        try:
            with shown(err) as progress:
                stack.start(progress)
            yield stack
        except StopRequested as asked:
            raise typer.Exit(ExitCode.INTERRUPTED) from asked
        finally:
            ignore_signals()
            stack.stop()
