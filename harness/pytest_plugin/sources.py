"""The source of a run's stack: started for the run, running already, or none. Each source stops what it started."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
import typer

from harness.cli.options import stack_folder
from harness.pytest_plugin.run_stack import RunStack
from harness.pytest_plugin.stack_options import StackOptions
from harness.stack.attach import AttachedStack, attach
from harness.stack.errors import StackError
from harness.stack.providers import AUTO


class Source(Protocol):
    """Provides the same stack to every process of a run."""

    @property
    def header(self) -> str:
        """A line for pytest's header; "" for none."""

    @property
    def shared(self) -> dict[str, str | int]:
        """The data a worker needs to provide the same stack."""

    def stack(self) -> AttachedStack:
        """The running stack. Raises StackError, saying why there is none."""

    def close(self, *, green: bool) -> str:
        """End of the run. Returns a line for the summary, "" for none. Raises StackError when the stack does not stop."""


@dataclass(frozen=True)
class Reused(Source):
    """A stack that another process owns."""

    folder: Path

    @property
    def header(self) -> str:
        """See Source."""
        manifest = attach(self.folder).manifest
        return f"provider {manifest.provider}, stack {self.folder.name} reused ({self.folder}), topology {manifest.topology}"

    @property
    def shared(self) -> dict[str, str | int]:
        """See Source."""
        return {"reused": str(self.folder)}

    def stack(self) -> AttachedStack:
        """See Source."""
        return attach(self.folder)

    def close(self, *, green: bool) -> str:
        """See Source."""
        return ""


class Nowhere(Source):
    """A project without gauntlet_topology."""

    header = ""

    @property
    def shared(self) -> dict[str, str | int]:
        """See Source."""
        return {}

    def stack(self) -> AttachedStack:
        """See Source."""
        raise StackError("there is no system to test: set gauntlet_topology in pytest's configuration, or use --stack-reuse")

    def close(self, *, green: bool) -> str:
        """See Source."""
        return ""


SOURCE = pytest.StashKey[Source]()
"""The key of the run's source in pytest's stash."""


def source_of_run(options: StackOptions) -> Source:
    """The source for the run's main process. Raises pytest.UsageError when there is no stack to reuse."""
    if options.reuse:
        return _reused(options)
    return RunStack.of_this_process(options) if options.topology is not None else Nowhere()


def source_of_worker(options: StackOptions, shared: dict[str, str | int]) -> Source:
    """The source for an xdist worker, from the main process's `shared`."""
    if "reused" in shared:
        return Reused(Path(str(shared["reused"])))
    return RunStack(options, Path(str(shared["folder"])), int(shared["owner"])) if shared else Nowhere()


def _reused(options: StackOptions) -> Reused:
    try:
        folder = stack_folder(options.reuse)
        provider = attach(folder).manifest.provider
    except typer.BadParameter as error:
        raise pytest.UsageError(f"--stack-reuse: {error.message}") from error
    except StackError as error:
        start = f"gauntlet up --detach --name {options.reuse}"
        raise pytest.UsageError(f"--stack-reuse {options.reuse}: {error}; start one with `{start}`") from error
    if options.provider not in (AUTO, provider):
        raise pytest.UsageError(
            f"--provider {options.provider}: stack {options.reuse} has provider {provider}; leave one of the options out"
        )
    return Reused(folder)
