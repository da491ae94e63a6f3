"""The reset: the order of its steps, the members that are restarted, and the final verification."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from harness.seed import Seed
from harness.stack.errors import StackError

# Imported for their effect: each registers itself.
from harness.stack.reset import edges, mysql, rabbitmq, redis  # noqa: F401 - see above
from harness.stack.reset.contents import CONTENTS, NotClean
from harness.stack.stack import Stack
from harness.stack.topology import Role
from harness.waiting import NotYet, WaitTimeout, wait_until

T = TypeVar("T")

_CLEAN_S = 5.0
_READY_S = 90.0


@dataclass(frozen=True)
class Done:
    """The result of a reset: restarted members and duration."""

    restarted: tuple[str, ...]
    seconds: float

    def __str__(self) -> str:
        again = f"; started again: {', '.join(self.restarted)}" if self.restarted else ""
        return f"reset in {self.seconds:.1f} s{again}"


class Reset:
    """Resets one stack that this process owns. Not thread-safe."""

    def __init__(self, stack: Stack) -> None:
        """Create it when the stack is new and ready. Raises NotClean when a server cannot be reset."""
        self._stack = stack
        servers = [record for record in stack.manifest.members if record.role is Role.SERVER]
        if strange := [server.name for server in servers if server.kind not in CONTENTS]:
            raise NotClean(f"nobody knows what {', '.join(strange)} holds")
        self._contents = [CONTENTS[server.kind](stack, server) for server in servers]
        stack.forget_touched()
        _at_once([each.remember for each in self._contents])

    def do(self, seed: Seed, *, at_rest: bool) -> Done:
        """Reset the stack; `seed` is the next run's. Raises NotClean when the verification fails.

        Sandboxes are always started again: what the world outside remembers is in their memory. So are services that were
        killed, paused or have ended. Unless the system is `at_rest`, all services are: one that has work in hand would
        write its result after everything was emptied.
        """
        begin = time.monotonic()
        try:
            restarted = self._attempt(seed, self._dirty(all_services=not at_rest))
        except NotClean:
            if not at_rest:
                raise
            restarted = self._attempt(seed, self._dirty(all_services=True))
        return Done(tuple(restarted), time.monotonic() - begin)

    def _attempt(self, seed: Seed, dirty: Sequence[str]) -> Sequence[str]:
        stack = self._stack
        try:
            if stack.proxy_url is not None:
                edges.restore(stack, seed)
            self._revive_servers()
            _each(stack.kill, dirty)
            _at_once([each.restore for each in self._contents])
            _each(stack.boot, dirty)
            _each(lambda name: stack.wait_ready(name, _READY_S), self._members())
            wait_until(self._clean, what="the stack as new", timeout_s=_CLEAN_S)
        except WaitTimeout as error:
            raise NotClean(str(error)) from error
        except NotClean:
            raise
        except StackError as error:
            raise NotClean(f"a member does not come back: {error}") from error
        stack.forget_touched()
        return dirty

    def _members(self) -> list[str]:
        return [each.name for each in self._stack.instances()]

    def _dirty(self, *, all_services: bool) -> list[str]:
        """Processes to be started again, in the order of the topology."""
        touched = self._stack.touched
        return [
            each.name
            for each in self._stack.instances()
            if each.role is Role.SANDBOX
            or (each.role is Role.SERVICE and (all_services or not each.alive or each.name in touched))
        ]

    def _revive_servers(self) -> None:
        """Undo faults that did not heal: start ended servers and the proxy, resume paused ones."""
        touched = self._stack.touched
        keepers = [each for each in self._stack.instances() if each.role in (Role.SERVER, Role.PROXY)]
        _each(self._stack.boot, [each.name for each in keepers if not each.alive])
        for each in keepers:
            if each.alive and each.name in touched:
                with suppress(StackError):  # it has ended since: the readiness check will tell
                    self._stack.resume(each.name)
        _each(lambda name: self._stack.wait_ready(name, _READY_S), [each.name for each in keepers])

    def _clean(self) -> bool:
        """True when all data is as new. Raises NotYet with the differences, NotClean when a server does not answer."""
        dead = [f"{each.name} has ended" for each in self._stack.instances() if not each.alive]
        broken = edges.left(self._stack) if self._stack.proxy_url is not None else []
        left = [*dead, *broken, *(line for found in _at_once([each.left for each in self._contents]) for line in found)]
        if left:
            raise NotYet("; ".join(left))
        return True


def _each(action: Callable[[str], None], names: Iterable[str]) -> None:
    """The action on each of them, concurrently."""
    _at_once([partial(action, name) for name in names])


def _at_once(actions: Sequence[Callable[[], T]]) -> list[T]:
    """The results of all, run concurrently; when all have ended the first failure is raised."""
    with ThreadPoolExecutor(max(1, len(actions)), thread_name_prefix="reset") as pool:
        running = [pool.submit(action) for action in actions]
    return [one.result() for one in running]
