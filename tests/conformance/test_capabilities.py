"""A capability that a provider lacks is declared, and whoever wants it is told; nothing is skipped in silence."""

import inspect
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from harness.stack import capabilities
from harness.stack.capabilities import Killable, Logged, Pausable, Restartable
from harness.stack.errors import CapabilityMissing
from harness.stack.provider import Capability, Member, Provider, RunningServer, Site
from harness.stack.stack import Stack
from harness.stack.topology import Server
from tests.conformance.toys import redis_client, small

CAPABILITIES: frozenset[Capability] = frozenset(
    each for _, each in inspect.getmembers(capabilities, inspect.isclass) if each.__module__ == capabilities.__name__
)


class Restless:
    """A member that cannot be paused."""

    def __init__(self, member: Member) -> None:
        self._member = member

    @property
    def name(self) -> str:
        return self._member.name

    @property
    def pid(self) -> int | None:
        return self._member.pid

    @property
    def alive(self) -> bool:
        return self._member.alive

    @property
    def log(self) -> Path:
        return self._member.log

    def wait_ready(self, timeout_s: float, cancelled: threading.Event | None = None) -> None:
        self._member.wait_ready(timeout_s, cancelled)

    def kill(self) -> None:
        self._member.kill()

    def terminate(self, grace_s: float = 10.0) -> bool:
        return self._member.terminate(grace_s)

    def boot(self) -> None:
        self._member.boot()


class WithoutPause:
    """A provider that is not Pausable, and says so."""

    name = "restless"

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        self.capabilities = provider.capabilities - {Pausable}

    @property
    def engine(self) -> Path | None:
        return self._provider.engine

    def prepare(self, servers: Sequence[Server], say: Callable[[str], None]) -> None:
        self._provider.prepare(servers, say)

    def boot_order(self, server: Server) -> int:
        return self._provider.boot_order(server)

    def start(self, server: Server, site: Site) -> RunningServer:
        running = self._provider.start(server, site)
        return replace(running, member=cast(Member, Restless(running.member)))


@pytest.fixture(scope="module")
def restless(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(small(), WithoutPause(provider), folder=tmp_path_factory.mktemp("restless")) as stack:
        yield stack


def test_what_is_lacking_is_not_declared_and_not_there(restless: Stack, provider: Provider) -> None:
    assert WithoutPause(provider).capabilities == {each for each in CAPABILITIES if restless.can("locks", each)}
    assert restless.can("back-1", Pausable), "a process of the stack itself has it all the same"
    for capability in (Killable, Restartable, Logged):
        assert restless.can("locks", capability)


def test_who_wants_it_is_told_and_nothing_happens(restless: Stack) -> None:
    for action in (restless.pause, restless.resume):
        with pytest.raises(CapabilityMissing, match="locks is not Pausable with provider restless"):
            action("locks")
    with redis_client(restless, "locks") as locks:
        assert locks.ping()
