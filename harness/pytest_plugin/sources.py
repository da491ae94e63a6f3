"""Where the stack of a run comes from: started for it, running already, or nowhere. Each source knows how to end it."""

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
    """Gives every process of a run the same stack."""

    @property
    def header(self) -> str:
        """A line for people; "" for none."""

    @property
    def shared(self) -> dict[str, str | int]:
        """What a worker has to know to give the same stack."""

    def stack(self) -> AttachedStack:
        """The running stack. Raises StackError, saying why there is none."""

    def close(self, *, green: bool) -> str:
        """The run is over. Returns what is worth a line; "" for nothing. Raises StackError when it will not end."""


@dataclass(frozen=True)
class Reused(Source):
    """A stack that somebody else started and stops."""

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
    """A project that has named no system."""

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
"""Where the plugin keeps that of the run in pytest's configuration."""


def source_of_run(options: StackOptions) -> Source:
    """For the process that the run belongs to. Raises pytest.UsageError when there is no stack to reuse."""
    if options.reuse:
        return _reused(options)
    return RunStack.of_this_process(options) if options.topology is not None else Nowhere()


def source_of_worker(options: StackOptions, shared: dict[str, str | int]) -> Source:
    """For an xdist worker: the same as that of the process that told it `shared`."""
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
