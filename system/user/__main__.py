"""Puts the user service together and runs it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shop.user.v1 import user_pb2
from shop.user.v1.user_pb2_grpc import add_UserServiceServicer_to_server

from system.common import database
from system.common.background import Loop
from system.common.errors import Unavailable
from system.common.rpc_server import Servicer
from system.common.service import Composition, run
from system.common.telemetry import log
from system.user import clients
from system.user.domain import Registration
from system.user.handlers import Accounts
from system.user.passwords import Passwords
from system.user.rpc import UserRpc
from system.user.sessions import Sessions
from system.user.settings import Settings
from system.user.store import Store
from system.user.tokens import Tokens
from system.user.versions import Versions


@asynccontextmanager
async def compose(settings: Settings) -> AsyncIterator[Composition]:
    """Everything the service needs, opened; closed when the block ends."""
    async with database.connect(settings) as schema, clients.connect(settings) as cache:
        store, passwords = Store(), Passwords(settings)
        versions = Versions(schema, store, cache)
        accounts = Accounts(schema, store, passwords, versions)
        sessions = Sessions(settings, schema, store, passwords, Tokens(settings), versions)
        loops: list[Loop] = [versions.loop, sessions.sweep]
        if (admin := settings.first_admin()) is not None and not await _made_now(accounts, admin):
            loops.append(_make_later(accounts, admin))
        descriptor = user_pb2.DESCRIPTOR.services_by_name["UserService"]
        yield Composition(
            [Servicer(add_UserServiceServicer_to_server, UserRpc(accounts, sessions), descriptor.full_name)],
            loops,
            [schema.ping],
        )


async def _made_now(accounts: Accounts, admin: Registration) -> bool:
    """Make the first admin before anybody is served, so that whoever saw the service ready can log in."""
    try:
        await accounts.ensure_admin(admin)
    except Unavailable as error:
        log.warning("first admin not made yet", error=str(error))
        return False
    return True


def _make_later(accounts: Accounts, admin: Registration) -> Loop:
    """An instance that starts while MySQL is away serves what it can, and makes the admin when MySQL is back."""

    async def first_admin(stop: asyncio.Event) -> None:
        await accounts.ensure_admin(admin)
        await stop.wait()

    return first_admin


if __name__ == "__main__":
    run("user", Settings.parse(), compose)
