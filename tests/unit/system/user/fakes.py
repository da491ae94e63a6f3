"""A user service without servers: the same use cases over dictionaries.

The fakes keep what the tests rely on: a transaction that raises leaves nothing behind, and the cache follows the rules of
the scripts in system/user/clients.py (tests/integration/user/test_version_cache.py holds those to the same stories).
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeVar, cast

from system.common.database import Database, Transaction
from system.common.errors import AlreadyExists, Unavailable
from system.user.clients import CacheDown, Hit, Miss, VersionCache
from system.user.domain import Account, RefreshToken, Role, User
from system.user.handlers import Accounts
from system.user.passwords import Passwords
from system.user.sessions import Sessions
from system.user.settings import Settings
from system.user.store import Store
from system.user.tokens import Tokens
from system.user.versions import Versions

T = TypeVar("T")
SECRET = "0123456789abcdef" * 4
CREATED = datetime(2026, 11, 22, 12, tzinfo=UTC)
ADA = User("6f2d8e0c-4f57-4f0e-9f5e-0f6d0a3f5a11", "ada@shop.example", "Ada", Role.USER, 1, CREATED)


def settings(**changes: object) -> Settings:
    """Settings with the cheapest possible hashes."""
    given = {
        "database_url": "mysql+asyncmy://nowhere",
        "cache_url": "redis://nowhere",
        "jwt_secret": SECRET,
        "argon2_memory_kib": 8,
        "argon2_time_cost": 1,
    }
    return Settings.model_validate(given | changes)


@dataclass
class Rows:
    """What a schema holds."""

    accounts: dict[str, Account] = field(default_factory=dict)
    announced: dict[str, int] = field(default_factory=dict)
    refresh: dict[str, RefreshToken] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)
    revoked: set[str] = field(default_factory=set)
    ended: dict[str, str] = field(default_factory=dict)
    """The user of each family that was ended."""
    told: set[str] = field(default_factory=set)


class FakeStore(Store):
    """Rows in memory."""

    def __init__(self) -> None:
        self.rows = Rows()

    async def add(self, tx: Transaction, user_id: str, email: str, name: str, role: Role, password_hash: str) -> Account:
        if await self.find_by_email(tx, email):
            raise AlreadyExists("taken")
        account = Account(User(user_id, email, name, role, 1, CREATED), password_hash)
        self.rows.accounts[user_id] = account
        self.rows.announced[user_id] = 1
        return account

    async def add_unless_taken(self, tx: Transaction, user_id: str, email: str, name: str, role: Role, hashed: str) -> bool:
        if await self.find_by_email(tx, email):
            return False
        await self.add(tx, user_id, email, name, role, hashed)
        return True

    async def find(self, tx: Transaction, user_id: str) -> Account | None:
        return self.rows.accounts.get(user_id)

    async def find_by_email(self, tx: Transaction, email: str) -> Account | None:
        return next((a for a in self.rows.accounts.values() if a.user.email == email), None)

    async def lock(self, tx: Transaction, user_id: str) -> Account | None:
        return await self.find(tx, user_id)

    async def version(self, tx: Transaction, user_id: str) -> int | None:
        account = await self.find(tx, user_id)
        return account.user.version if account else None

    async def write(self, tx: Transaction, account: Account) -> None:
        holder = await self.find_by_email(tx, account.user.email)
        if holder and holder.user.id != account.user.id:
            raise AlreadyExists("taken")
        self.rows.accounts[account.user.id] = account

    async def rehash(self, tx: Transaction, user_id: str, former: str, password_hash: str) -> None:
        account = self.rows.accounts[user_id]
        if account.password_hash == former:
            self.rows.accounts[user_id] = replace(account, password_hash=password_hash)

    async def unannounced(self, tx: Transaction, limit: int) -> Sequence[tuple[str, int]]:
        behind = [a.user for a in self.rows.accounts.values() if self.rows.announced[a.user.id] < a.user.version]
        return [(user.id, user.version) for user in behind[:limit]]

    async def note_announced(self, tx: Transaction, user_id: str, version: int) -> None:
        self.rows.announced[user_id] = max(version, self.rows.announced[user_id])

    async def add_refresh(self, tx: Transaction, token: RefreshToken) -> None:
        self.rows.refresh[token.id] = token

    async def use_refresh(self, tx: Transaction, token_id: str) -> bool:
        if token_id not in self.rows.refresh or token_id in self.rows.used | self.rows.revoked:
            return False
        self.rows.used.add(token_id)
        return True

    async def repeatable(self, tx: Transaction, token_id: str, following: str, within_s: float) -> datetime | None:
        bought = self.rows.refresh.get(following)
        spent = token_id in self.rows.used - self.rows.revoked
        if bought is None or not spent or following in self.rows.used | self.rows.revoked or within_s == 0:
            return None
        return bought.expires_at

    async def end_session(self, tx: Transaction, user_id: str, family: str) -> None:
        await self.revoke_family(tx, family)
        self.rows.ended.setdefault(family, user_id)

    async def ended(self, tx: Transaction, user_id: str) -> list[str]:
        return [family for family, user in self.rows.ended.items() if user == user_id]

    async def unannounced_ends(self, tx: Transaction, limit: int) -> Sequence[tuple[str, str]]:
        return [(user, family) for family, user in self.rows.ended.items() if family not in self.rows.told][:limit]

    async def note_end_announced(self, tx: Transaction, family: str) -> None:
        self.rows.told.add(family)

    async def has_admin(self, tx: Transaction) -> bool:
        return bool(await self.lock_admins(tx))

    async def lock_admins(self, tx: Transaction) -> list[str]:
        return [a.user.id for a in self.rows.accounts.values() if a.user.role is Role.ADMIN]

    async def revoke_family(self, tx: Transaction, family: str) -> int:
        ending = {t.id for t in self.rows.refresh.values() if t.family == family} - self.rows.revoked
        self.rows.revoked |= ending
        return len(ending)


class FakeDatabase(Database):
    """Transactions over a FakeStore: one that raises is rolled back. `down` makes it unreachable."""

    def __init__(self, store: FakeStore) -> None:
        self._store = store
        self.down = False
        self.transactions = 0

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        if self.down:
            raise Unavailable("the database cannot be reached")
        self.transactions += 1
        before = deepcopy(self._store.rows)
        try:
            return await work(cast(Transaction, None))
        except BaseException:
            self._store.rows = before
            raise


class FakeCache(VersionCache):
    """Versions and leases in memory.

    `failures` calls fail before one succeeds again, `down` fails them all, `read_only` those that change a version.
    """

    def __init__(self) -> None:
        self.versions: dict[str, int] = {}
        self.ended: dict[str, set[str]] = {}
        self.leases: dict[str, str] = {}
        self.down = False
        self.read_only = False
        self.failures = 0
        self._given = 0

    async def look_up(self, user_id: str, family: str = "") -> Hit | Miss:
        self._answer()
        if user_id in self.versions:
            return Hit(self.versions[user_id], family in self.ended.get(user_id, ()))
        if user_id in self.leases:
            return Miss(None)
        self._given += 1
        self.leases[user_id] = f"lease-{self._given}"
        return Miss(self.leases[user_id])

    async def populate(self, user_id: str, lease: str, version: int, ended: Collection[str] = ()) -> bool:
        self._answer(writing=True)
        if self.leases.get(user_id) != lease:
            return False
        del self.leases[user_id]
        self.versions[user_id] = version
        self.ended[user_id] = set(ended)
        return True

    async def end(self, user_id: str, family: str) -> None:
        self._answer(writing=True)
        self.leases.pop(user_id, None)
        if user_id in self.versions:
            self.ended.setdefault(user_id, set()).add(family)

    async def raise_to(self, user_id: str, version: int) -> bool:
        self._answer(writing=True)
        self.leases.pop(user_id, None)
        if user_id not in self.versions:
            return False
        self.versions[user_id] = max(version, self.versions[user_id])
        return True

    def flush(self) -> None:
        """FLUSHALL."""
        self.versions.clear()
        self.ended.clear()
        self.leases.clear()

    def _answer(self, *, writing: bool = False) -> None:
        if self.down or self.failures > 0 or (writing and self.read_only):
            self.failures -= 1
            raise CacheDown("away")


class Shop:
    """The user service on fakes; a second instance is another Shop with the same store and cache."""

    def __init__(self, **changes: object) -> None:
        self.settings = settings(**changes)
        self.store = FakeStore()
        self.database = FakeDatabase(self.store)
        self.cache = FakeCache()
        self.passwords = Passwords(self.settings)
        self.tokens = Tokens(self.settings)
        self.versions = Versions(self.database, self.store, self.cache)
        self.accounts = Accounts(self.database, self.store, self.passwords, self.versions)
        self.sessions = Sessions(self.settings, self.database, self.store, self.passwords, self.tokens, self.versions)

    def put(self, account: Account) -> None:
        """An account from before the test; its version is announced."""
        self.store.rows.accounts[account.user.id] = account
        self.store.rows.announced[account.user.id] = account.user.version

    def changed_elsewhere(self, user_id: str, version: int) -> None:
        """Another instance committed a change and has not announced it yet."""
        account = self.store.rows.accounts[user_id]
        self.store.rows.accounts[user_id] = replace(account, user=replace(account.user, version=version))
