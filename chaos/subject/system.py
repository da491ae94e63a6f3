"""Starts a shop of its own for each run, on private servers and free ports, and stops it however the run ends."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

import chaos
from chaos.client.shop import TIMEOUT
from chaos.subject.running import RunningShop, tails
from harness.experiment import Context, RunFolder
from harness.stack.attach import AttachedStack, attach
from harness.stack.carriers import choose_carrier
from harness.stack.errors import NotAttachable
from harness.stack.events import Phase, StackEvent
from harness.stack.providers import choose
from harness.stack.stack import Stack
from harness.stack.topology import Topology

SERVICES = Path(chaos.__file__).parent.parent / "system" / "services.toml"
LIMITS = httpx.Limits(max_connections=400, max_keepalive_connections=400)
"""Every buyer has a connection of its own: none waits for another's answer before its request leaves."""


@dataclass(frozen=True, kw_only=True)
class ShopSystem:
    """`instances` of services (default 1) and `environment` variables of services.

    `proxied` edges can be broken and slowed down; `watchers` name what is seen to happen (see `chaos.subject.watchers`).
    """

    instances: Mapping[str, int] = field(default_factory=dict)
    environment: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    proxied: bool = False
    watchers: tuple[str, ...] = ()

    @asynccontextmanager
    async def started(self, context: Context) -> AsyncIterator[RunningShop]:
        """See System. Raises StackError."""
        if context.choices.stack is not None:
            stack = attach(context.choices.stack)
            self._require(stack)
            context.note(f"attached to {stack.folder}, which others started and stop")
            async with self._open(stack) as shop:
                yield shop
            return
        async with self._own(context) as shop:
            yield shop

    def _require(self, stack: AttachedStack) -> None:
        """Raises NotAttachable, saying how to start one, when a stack is not what this experiment needs."""
        name = stack.folder.name
        few = [f"{service}={count}" for service, count in self.instances.items() if len(stack.instances(service)) < count]
        if few:
            wanted = " ".join(f"--instances {each}" for each in few)
            raise NotAttachable(f"stack {name} has too few instances; start one with `gauntlet up --detach {wanted}`")
        if self.proxied and not stack.edges():
            wanted = "start one with `gauntlet up --detach --proxied`"
            raise NotAttachable(f"the edges of stack {name} run through no proxy; {wanted}")

    @asynccontextmanager
    async def _own(self, context: Context) -> AsyncIterator[RunningShop]:
        choice = choose(context.choices.provider)
        context.note(f"provider {choice.provider.name}: {choice.reason}")
        carried = choose_carrier(context.choices.proxy) if self.proxied else None
        if carried is not None:
            context.note(f"edges run through {carried.carrier.name}: {carried.reason}")
        stack = Stack(
            Topology.load(context.choices.topology or SERVICES),
            choice.provider,
            folder=context.folder / "stack",
            instances=self.instances,
            environment=self.environment,
            proxied=context.seed if self.proxied else None,
            carrier=carried.carrier if carried is not None else None,
        )
        try:
            await _start(stack, context)
            async with self._open(stack) as shop:
                yield shop
        finally:
            await asyncio.to_thread(stack.stop)

    @asynccontextmanager
    async def _open(self, stack: Stack | AttachedStack) -> AsyncIterator[RunningShop]:
        async with (
            httpx.AsyncClient(base_url=stack.base_url, timeout=TIMEOUT, limits=LIMITS) as http,
            httpx.AsyncClient(base_url=f"http://{stack.address('provider', 'http')}", timeout=TIMEOUT) as paying,
            httpx.AsyncClient(base_url=f"http://{stack.address('mailbox', 'http')}", timeout=TIMEOUT) as mailing,
        ):
            yield RunningShop(stack, http, paying, mailing, self.watchers)


async def _start(stack: Stack, context: Context) -> None:
    """Start it in a thread; when cancelled, wait for the thread first, so that there is something definite to stop."""

    def tell(event: StackEvent) -> None:
        if event.phase in (Phase.READY, Phase.NOTE, Phase.FAILED):
            context.note(f"{event.name} {event.phase} {event.detail}".rstrip())

    starting = asyncio.ensure_future(asyncio.to_thread(stack.start, tell))
    try:
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            await asyncio.wait([starting])
            raise
    except BaseException:
        RunFolder(context.folder).save_logs(tails(stack))
        raise
