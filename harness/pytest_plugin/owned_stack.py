"""A stack of a test process's own: its members can be killed and started again, and each test finds it as new.

It is started when a test first asks for it, from what pytest's configuration says, and reset before each further test; one that
cannot be made as new is stopped, and the next test gets another one. Each xdist worker that needs one has one.
"""

from pathlib import Path

from harness.cli.options import instance_counts, settings
from harness.pytest_plugin.stack_options import StackOptions
from harness.seed import Seed
from harness.stack.errors import StackError
from harness.stack.providers import choose
from harness.stack.reset import NotClean, Reset
from harness.stack.stack import Stack
from harness.stack.topology import Topology

_SEED = Seed(0)
"""The seed of the proxied edges, the same in every test."""


class OwnedStack:
    """At most one stack at a time, in folders below `parent`. Not thread-safe."""

    def __init__(self, options: StackOptions, parent: Path) -> None:
        self._options = options
        self._parent = parent
        self._made = 0
        self._stack: Stack | None = None
        self._reset: Reset | None = None

    def as_new(self) -> Stack:
        """The running stack, reset or newly started. Raises StackError."""
        if self._stack is not None and self._reset is not None:
            try:
                # A test may have left work outstanding in the services.
                self._reset.do(_SEED, at_rest=False)
            except NotClean:
                self.close()
        return self._stack or self._new()

    def close(self) -> None:
        """Stop it. Raises LeftOvers."""
        stack, self._stack, self._reset = self._stack, None, None
        if stack is not None:
            stack.stop()

    def _new(self) -> Stack:
        options = self._options
        if options.topology is None:
            raise StackError("there is no system to test: set gauntlet_topology in pytest's configuration")
        self._made += 1
        stack = Stack(
            Topology.load(options.topology),
            choose(options.provider).provider,
            folder=self._parent / f"stack-{self._made}",
            instances=instance_counts(options.instances),
            environment=settings(options.settings),
            proxied=_SEED,
        )
        stack.start()
        self._stack = stack  # from here on `close` stops it
        self._reset = Reset(stack)
        return stack
