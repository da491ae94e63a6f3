"""A running shop: its gateway, the conditions of rest, and the observations."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager

import httpx
import pymysql
from redis.exceptions import RedisError

from chaos.client import Mailbox, Provider, Session, Shop
from chaos.client.shop import TIMEOUT
from chaos.observations.identity import LOGIN_RATE, REFRESH_AGAIN, LoginRateRow, RefreshAgainRow
from chaos.observations.locks import (
    DEFAULT_SETTINGS,
    LOCK_ATTEMPTS,
    LOCK_GRANTS,
    LOCK_SETTINGS,
    LOCK_STRAYS,
    LOCK_UNWATCHED,
    TOKENS,
    LockSettingsRow,
)
from chaos.observations.orders import PROMISED_TIME_TO_PAY_S, TIME_TO_PAY, TimeToPayRow
from chaos.observations.outside import MAILBOX, PROVIDER_LEDGER
from chaos.observations.rest import HEALTH, LOCK_KEYS, QUEUES, HealthRow
from chaos.subject.databases import CONFIRMED, MOVING, OBSERVED, OUTSTANDING, PAID
from chaos.subject.lanes import LANES
from chaos.subject.left_over import lock_keys, queues
from chaos.subject.lock_grants import drift_ns, lock_grants
from chaos.subject.ordering_probe import ordering_probe
from chaos.subject.probe import answered, probe
from chaos.subject.resources import Resources
from chaos.subject.waiting import waiting
from chaos.subject.watchers import WATCHERS, LockBook
from harness.experiment import Context, Probe
from harness.history import Row, row_of
from harness.recording.http import recorded_client
from harness.system import RunningStack, StackSubject
from harness.system.clocks import CLOCKS, ClockOffset, clock_rows, of_database
from harness.system.sql import count, snapshot

ADMIN = "admin@shop.example"
PROMISED_LOGIN_RATE, SECONDS = "10/minute", {"second": 1, "minute": 60, "hour": 3600}
"""What the shop documents, where a run chooses nothing else, and its units."""
REPEATABLE_S = 5.0
"""For how long the shop documents that a refresh may be repeated."""
CROWD, SLOWED = 3, 10
"""All addresses together may try an account so many times as often; each of them so many times less often, once they did."""
DEAD = ".dead"
"""How the names of dead-letter queues end. They need not be empty: who is at rest with a dead letter, failed. But a message
on its way there is in no queue, so their numbers must have ceased to change."""
LIMITS = httpx.Limits(max_connections=400, max_keepalive_connections=400)
"""One connection per buyer, so that no request waits for a free connection in the pool."""


class RunningShop(StackSubject):
    """Clients: `http` of the gateway, `paying` of the payment provider, `mailing` of the mailbox."""

    lanes = LANES
    known_watchers = WATCHERS

    def __init__(self, stack: RunningStack, watchers: Sequence[str] = ()) -> None:
        super().__init__(stack, watchers)
        self.http = recorded_client(stack.base_url, timeout=TIMEOUT, limits=LIMITS)
        self.paying = recorded_client(f"http://{stack.address('provider', 'http')}", timeout=TIMEOUT)
        self.mailing = recorded_client(f"http://{stack.address('mailbox', 'http')}", timeout=TIMEOUT)
        for each in (self.http, self.paying, self.mailing):
            self.leaving.push_async_callback(each.aclose)
        self.lock_book = LockBook()
        self._counted: dict[str, int] = {}
        self._resources = Resources(stack)

    @property
    def shop(self) -> Shop:
        """The shop's API, unauthenticated."""
        return Shop(self.http)

    @property
    def provider(self) -> Provider:
        """The payment provider."""
        return Provider(self.paying)

    @property
    def mailbox(self) -> Mailbox:
        """The mailbox sandbox."""
        return Mailbox(self.mailing)

    @property
    def refresh_again_s(self) -> float:
        """For how long a refresh that is repeated is answered as it was before (s)."""
        return float(self.stack.manifest.settings.get("user", {}).get("REFRESH_AGAIN_S", REPEATABLE_S))

    async def admin(self) -> Shop:
        """The shop's API, authenticated as its first admin. Raises RefusedError."""
        answer = await self.shop.login(ADMIN, self.stack.secret("admin"))
        return self.shop.as_user(answer.read(Session))

    async def steady(self, context: Context) -> None:
        """See Subject."""
        await answered("ask whether it is ready", 200, self.shop.ready())
        await probe(self.shop, await self.admin())
        await asyncio.to_thread(self._resources.remember)

    @asynccontextmanager
    async def probing(self, context: Context) -> AsyncIterator[Probe]:
        """See harness.experiment.Probed. Raises RefusedError, httpx.HTTPError."""
        gateways = {each.name: f"http://{self.stack.address(each.name, 'http')}" for each in self.stack.instances("gateway")}
        async with ordering_probe(self.shop, await self.admin(), gateways, context) as probe:
            yield probe

    async def waiting(self, moved: str) -> Mapping[str, str]:
        """Orders whose saga waits for the answer to a done `capture` or `refund`, with the instance that executes it."""
        return await waiting(self.stack.mysql("order"), self.provider, moved)

    async def outstanding(self) -> Sequence[str]:
        """See Subject."""
        left = [f"{part.part}: {part.detail}" for part in await self._health() if not part.well]
        try:
            left += await asyncio.to_thread(self._unfinished)
        except pymysql.MySQLError as error:
            left.append(f"the database cannot be asked: {error}")
        try:
            for row in await queues(self.stack):
                if row.queue.endswith(DEAD):
                    left += self._moving(f"messages in {row.queue}", row.messages)
                elif row.messages:
                    left.append(f"{row.messages} messages in {row.queue}")
        except OSError as error:
            left.append(f"the broker cannot be asked: {type(error).__name__}")
        try:
            left += [f"{row.key} at {row.master}" for row in await lock_keys(self.stack)]
        except RedisError as error:
            left.append(f"a lock master cannot be asked: {type(error).__name__}")
        return left

    async def observe(self) -> Iterable[tuple[str, Sequence[Row]]]:
        """See Subject. In the order in which messages pass, so that one that moves meanwhile is in some snapshot."""
        clock = await asyncio.to_thread(of_database, self.stack.mysql("order"))
        first = await self._snapshots(("user", "product", "order"), clock)
        queued = await queues(self.stack)
        then = await self._snapshots(("payment", "notification"), clock)
        clocks = await clock_rows(self.stack)
        error_ns = clock.error_ns + drift_ns(self.lock_book, clocks)
        grants = lock_grants(self.lock_book, first.pop(TOKENS), time.monotonic_ns(), error_ns)
        return [
            *first.items(),
            (QUEUES, [row_of(row) for row in queued]),
            *then.items(),
            (PROVIDER_LEDGER, await self.provider.ledger()),
            (MAILBOX, await self.mailbox.messages()),
            (HEALTH, [row_of(row) for row in await self._health()]),
            (LOCK_GRANTS, grants),
            (LOCK_ATTEMPTS, self.lock_book.attempts.rows()),
            (LOCK_STRAYS, [row_of(row) for row in self.lock_book.attempts.strays]),
            (LOCK_UNWATCHED, [row_of(row) for row in self.lock_book.unwatched(time.monotonic_ns())]),
            (LOCK_SETTINGS, [row_of(self._lock_settings())]),
            *await asyncio.to_thread(self._resources.observed),
            (LOCK_KEYS, [row_of(row) for row in await lock_keys(self.stack)]),
            (TIME_TO_PAY, [row_of(self._time_to_pay())]),
            (LOGIN_RATE, [row_of(self._login_rate())]),
            (REFRESH_AGAIN, [row_of(RefreshAgainRow(self.refresh_again_s))]),
            (CLOCKS, clocks),
        ]

    async def _snapshots(self, schemas: Iterable[str], clock: ClockOffset) -> dict[str, tuple[Row, ...]]:
        """The observations of these schemas, one snapshot each. Raises pymysql.MySQLError."""
        found: dict[str, tuple[Row, ...]] = {}
        for schema in schemas:
            found |= await asyncio.to_thread(snapshot, self.stack.mysql(schema), OBSERVED[schema], clock.offset_ns)
        return found

    async def _health(self) -> list[HealthRow]:
        """The answer of GET /health/ready, and whether every member runs."""
        try:
            ready = await self.shop.ready()
            door = HealthRow("GET /health/ready", ready.status == 200, f"answered {ready.status}")
        except httpx.HTTPError as error:
            door = HealthRow("GET /health/ready", False, type(error).__name__)
        return [door, *await asyncio.to_thread(self._members)]

    def _time_to_pay(self) -> TimeToPayRow:
        chosen = self.stack.manifest.settings.get("order", {})
        return TimeToPayRow(float(chosen.get("RESERVATION_TTL_S", PROMISED_TIME_TO_PAY_S)))

    def _lock_settings(self) -> LockSettingsRow:
        chosen = self.stack.manifest.settings.get("order", {})
        default = DEFAULT_SETTINGS
        return LockSettingsRow(float(chosen.get("LOCK_TTL_S", default.ttl_s)), float(chosen.get("LOCK_WAIT_S", default.wait_s)))

    def _login_rate(self) -> LoginRateRow:
        """The settings as the package `limits` writes them, e.g. 10/minute, and what follows from them."""
        chosen = self.stack.manifest.settings.get("gateway", {})
        attempts, seconds = _rate(chosen.get("LOGIN_RATE", PROMISED_LOGIN_RATE))
        hashes, of_hashes = _rate(chosen.get("HASH_RATE", f"0/{PROMISED_LOGIN_RATE.partition('/')[2]}"))
        crowd, slowed = attempts * CROWD, max(1, attempts // SLOWED)
        return LoginRateRow(attempts, seconds, crowd, slowed, hashes if of_hashes == seconds else 0)

    def _members(self) -> list[HealthRow]:
        said = {True: "runs", False: "does not run"}
        return [HealthRow(each.name, each.alive, said[each.alive]) for each in self.stack.instances()]

    def _unfinished(self) -> list[str]:
        left = []
        for name, (schema, query) in OUTSTANDING.items():
            if number := count(self.stack.mysql(schema), query):
                left.append(f"{number} {name}")
        if (mails := self._count(CONFIRMED)) != (paid := self._count(PAID)):
            left.append(f"{mails} confirmations sent for {paid} paid orders")
        for name, (schema, query) in MOVING.items():
            left += self._moving(name, count(self.stack.mysql(schema), query))
        return left

    def _moving(self, name: str, number: int) -> list[str]:
        """What is not at rest about a number: that it is another than at the last look."""
        before, self._counted[name] = self._counted.get(name), number
        return [] if before == number else [f"{name} still change ({before or 0}, now {number})"]

    def _count(self, what: tuple[str, str]) -> int:
        schema, query = what
        return count(self.stack.mysql(schema), query)


def _rate(setting: str) -> tuple[int, int]:
    amount, _, unit = setting.partition("/")
    return int(amount), SECONDS[unit]
