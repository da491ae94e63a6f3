"""Every instance that verifies tokens: the gateways, and each instance of the user service behind them."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Protocol

import httpx

from chaos.client import Answer, Shop, UserInstance
from chaos.client.service_instances import instance_channel
from chaos.client.shop import TIMEOUT
from harness.recording.http import recorded_client
from harness.stack.view import StackView

LIMITS = httpx.Limits(max_connections=200, max_keepalive_connections=200)

READ_ACCOUNT, READ_STOCK, RAISE_ROLE = "read the account", "read the stock", "raise the role"
"""Requests with an access token; the latter two need an admin."""


@dataclass(frozen=True)
class TokenPair:
    """The access and refresh token of a session, and its user."""

    session: str
    user_id: str
    access_token: str
    refresh_token: str


class TokenVerifier(Protocol):
    """An instance that verifies tokens; the methods may raise httpx.HTTPError."""

    @property
    def name(self) -> str:
        """The instance's name."""

    async def show(self, shown: TokenPair, what: str) -> Answer:
        """Send the request `what` with an access token."""

    async def refresh(self, shown: TokenPair) -> Answer:
        """Use a refresh token."""


@dataclass(frozen=True)
class GatewayVerifier:
    """A gateway; `product_id` names the product whose stock only admins may read."""

    name: str
    http: httpx.AsyncClient
    product_id: str

    async def show(self, shown: TokenPair, what: str) -> Answer:
        """See TokenVerifier."""
        return await self.shop(shown).ask(*self._requests(shown)[what])

    async def refresh(self, shown: TokenPair) -> Answer:
        """See TokenVerifier."""
        return await Shop(self.http).refresh(shown.refresh_token)

    def shop(self, shown: TokenPair | None = None) -> Shop:
        """The shop through this gateway, authenticated with the access token, or unauthenticated."""
        return Shop(self.http, shown.access_token if shown else "")

    def _requests(self, shown: TokenPair) -> Mapping[str, tuple[str, str, Mapping[str, str] | None]]:
        return {
            READ_ACCOUNT: ("GET", "/users/me", None),
            READ_STOCK: ("GET", f"/products/{self.product_id}/stock", None),
            RAISE_ROLE: ("PATCH", f"/users/{shown.user_id}/role", {"role": "ADMIN"}),
        }


@dataclass(frozen=True)
class UserInstanceVerifier:
    """An instance of the user service; it verifies tokens the same way for every `what`."""

    name: str
    instance: UserInstance

    async def show(self, shown: TokenPair, what: str) -> Answer:
        """See TokenVerifier."""
        return await self.instance.verify(shown.access_token)

    async def refresh(self, shown: TokenPair) -> Answer:
        """See TokenVerifier."""
        return await self.instance.refresh(shown.refresh_token)


@dataclass(frozen=True)
class Verifiers:
    """All of them; requests to the shop go through `gateways`."""

    gateways: tuple[GatewayVerifier, ...]
    users: tuple[UserInstanceVerifier, ...]

    @property
    def all(self) -> tuple[TokenVerifier, ...]:
        """Gateways and instances of user."""
        return (*self.gateways, *self.users)


@asynccontextmanager
async def connected_verifiers(stack: StackView, product_id: str) -> AsyncIterator[Verifiers]:
    """Connections to every gateway and every instance of user; closed when the block ends."""
    async with AsyncExitStack() as leaving:
        gateways = [
            GatewayVerifier(
                member.name,
                await leaving.enter_async_context(
                    recorded_client(f"http://{stack.address(member.name, 'http')}", timeout=TIMEOUT, limits=LIMITS)
                ),
                product_id,
            )
            for member in stack.instances("gateway")
        ]
        users = [
            UserInstanceVerifier(
                member.name,
                UserInstance(await leaving.enter_async_context(instance_channel(stack, member.name))),
            )
            for member in stack.instances("user")
        ]
        yield Verifiers(tuple(gateways), tuple(users))
