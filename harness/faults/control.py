"""What faults need of a stack and of the system on it: the one protocol that a fake stack has to fulfil, too."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from harness.proxy.client import ProxyClient
from harness.stack.manifest import AdminAccess
from harness.stack.provider import Capability


class MemberState(Protocol):
    """One member at one moment."""

    @property
    def name(self) -> str:
        """Its name in the stack."""

    @property
    def pid(self) -> int | None:
        """Its first process."""

    @property
    def alive(self) -> bool:
        """Whether that runs."""

    @property
    def ports(self) -> Mapping[str, int]:
        """Where it listens."""


class Administered(Protocol):
    """The part of a manifest that says how to administer servers."""

    @property
    def admin(self) -> Mapping[str, AdminAccess]:
        """Access by server."""


class StackControl(Protocol):
    """A running stack whose members and edges can be looked at and broken.

    Every method that takes a name raises NoSuchMember for one that the stack does not have, and CapabilityMissing for what
    cannot be done to it.
    """

    @property
    def manifest(self) -> Administered:
        """Its facts."""

    @property
    def amqp_url(self) -> str:
        """The broker, with credentials. Raises StackError when there is none."""

    def can(self, name: str, capability: Capability) -> bool:
        """Whether a member has a capability."""

    def instance(self, name: str) -> MemberState:
        """A member as it is now."""

    def instances(self, service: str | None = None) -> Sequence[MemberState]:
        """The instances of a service, or all members."""

    def kill(self, name: str) -> None:
        """SIGKILL; returns when it is gone."""

    def terminate(self, name: str, grace_s: float = ...) -> None:
        """SIGTERM, SIGKILL after `grace_s` seconds; returns when it is gone."""

    def boot(self, name: str) -> None:
        """Start it again on the same ports, with the data kept."""

    def wait_ready(self, name: str, timeout_s: float = ...) -> None:
        """Return when it is ready. Raises StartFailed."""

    def pause(self, name: str) -> None:
        """Freeze a member."""

    def resume(self, name: str) -> None:
        """Let it go on."""

    def edges(self) -> tuple[str, ...]:
        """The edges that run through the proxy."""

    def address(self, name: str, port: str | None = None) -> str:
        """host:port of a member."""

    def redis_url(self, name: str) -> str:
        """Where a redis server is."""

    @property
    def folder(self) -> Path:
        """The run folder."""


class HasStack(Protocol):
    """A subject that runs on a stack."""

    @property
    def stack(self) -> StackControl:
        """Its members and edges."""

    @property
    def proxy(self) -> ProxyClient:
        """The control API of what carries the edges; a new client each time. Raises StackError when nothing does."""
