"""The protocol of a stack that faults use; fakes in tests implement it, too."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from harness.proxy.client import ProxyClient
from harness.stack.manifest import AdminAccess, MysqlAccess
from harness.stack.provider import Capability


class MemberState(Protocol):
    """The state of a member."""

    @property
    def name(self) -> str:
        """Its name in the stack."""

    @property
    def pid(self) -> int | None:
        """Process id of its main process; None when it never ran."""

    @property
    def alive(self) -> bool:
        """Whether that process runs."""

    @property
    def ports(self) -> Mapping[str, int]:
        """Its ports by name."""


class Administered(Protocol):
    """The part of a manifest that says how to administer servers."""

    @property
    def admin(self) -> Mapping[str, AdminAccess]:
        """Access by server."""

    @property
    def mysql(self) -> Mapping[str, MysqlAccess]:
        """Ordinary accounts by schema."""


class StackControl(Protocol):
    """A running stack whose members and edges can be inspected and made to fail.

    Every method that takes a name raises NoSuchMember for an unknown one, and CapabilityMissing where it is not supported.
    """

    @property
    def manifest(self) -> Administered:
        """The manifest of the stack."""

    @property
    def amqp_url(self) -> str:
        """The broker's URL with credentials. Raises StackError without a broker."""

    def can(self, name: str, capability: Capability) -> bool:
        """Whether a member has a capability."""

    def instance(self, name: str) -> MemberState:
        """The present state of a member."""

    def instances(self, service: str | None = None) -> Sequence[MemberState]:
        """The instances of a service, or all members."""

    def kill(self, name: str) -> None:
        """SIGKILL; returns when its process has ended."""

    def terminate(self, name: str, grace_s: float = ...) -> bool:
        """SIGTERM, SIGKILL after `grace_s` seconds; returns when its process has ended. Whether it ended by itself."""

    def boot(self, name: str) -> None:
        """Start it again on the same ports, with the data kept."""

    def wait_ready(self, name: str, timeout_s: float = ...) -> None:
        """Return when it is ready. Raises StartFailed."""

    @property
    def next_build(self) -> Path | None:
        """The services.toml of another build of the same services; None when the stack was given none."""

    def migrate_to_next_build(self) -> None:
        """Run its migrations on the databases. Raises StackError, StartFailed."""

    def use_next_build(self, name: str) -> None:
        """Start an instance, which is stopped now, from it next time. Raises StackError."""

    def runs_in(self, name: str) -> Path | None:
        """The folder that an instance's process works in; None when it does not run."""

    def pause(self, name: str) -> None:
        """SIGSTOP a member."""

    def resume(self, name: str) -> None:
        """SIGCONT it."""

    def edges(self) -> tuple[str, ...]:
        """The edges that run through the proxy."""

    def address(self, name: str, port: str | None = None) -> str:
        """host:port of a member."""

    def redis_url(self, name: str) -> str:
        """The URL of a redis server."""

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
        """A new client of the proxy's control API. Raises StackError without a proxy."""
