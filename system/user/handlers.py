"""Accounts: made, read and changed.

Every change raises the account's version in MySQL, under the row's lock, and is acknowledged only after the cache has taken
that version: from then on no older token is accepted anywhere. A change answered with Unavailable may have been made.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from system.common.database import Database, Transaction
from system.common.errors import Conflict, InvalidArgument, NotFound, PermissionDenied, Stale
from system.common.telemetry import log
from system.user.domain import Account, ProfileChange, Registration, Role, RuleBroken, User, valid_id
from system.user.passwords import Passwords
from system.user.store import Store
from system.user.tokens import new_id
from system.user.versions import Versions

Alter = Callable[[Account], Account]
"""What a change makes of the account it finds; raises a ShopError when it does not fit."""


class Accounts:
    """The use cases of an account."""

    def __init__(self, database: Database, store: Store, passwords: Passwords, versions: Versions) -> None:
        self._database = database
        self._store = store
        self._passwords = passwords
        self._versions = versions

    async def register(self, email: str, password: str, name: str) -> User:
        """Make an account with role USER. Raises InvalidArgument, AlreadyExists when the address is taken."""
        with refusing_broken_rules():
            new = Registration.of(email, password, name)
        password_hash = await self._passwords.hash(new.password)
        user_id = new_id()
        account = await self._database.run(
            lambda tx: self._store.add(tx, user_id, new.email, new.name, Role.USER, password_hash)
        )
        return account.user

    async def get(self, user_id: str) -> User:
        """Read an account. Raises InvalidArgument, NotFound."""
        with refusing_broken_rules():
            known_id = valid_id(user_id)
        return there(await self._database.run(lambda tx: self._store.find(tx, known_id))).user

    async def update_profile(
        self,
        user_id: str,
        name: str | None,
        email: str | None,
        password: str | None,
        current_password: str | None,
        if_match: Sequence[str] = (),
    ) -> User:
        """Change what is not None, if the version is one of `if_match` (none: whatever it is).

        A new address or password needs the password in force: InvalidArgument when it is not given, PermissionDenied when
        it is wrong. Also raises NotFound, AlreadyExists when the address is taken, Conflict when the password was changed
        by somebody else meanwhile, Stale when the version is none of those, Unavailable when the change cannot be acknowledged.
        """
        with refusing_broken_rules():
            known_id, change = valid_id(user_id), ProfileChange.of(name, email, password)
        shown_for = await self._hash_proven_by(current_password, known_id) if change.needs_password else None
        new_hash = None if change.password is None else await self._passwords.hash(change.password)

        def alter(account: Account) -> Account:
            _require_current(account, if_match)
            if shown_for is not None and account.password_hash != shown_for:
                raise Conflict("the password was changed meanwhile; try again", reason="PASSWORD_CHANGED")
            user = replace(account.user, name=change.name or account.user.name, email=change.email or account.user.email)
            return Account(user, new_hash or account.password_hash)

        return await self._change(known_id, alter)

    async def change_role(self, user_id: str, role: Role, if_match: Sequence[str] = ()) -> User:
        """Give an account a role. Raises InvalidArgument, NotFound, Conflict when nobody would be an admin then.

        Raises Stale when its version is none of `if_match`, if there are any; Unavailable when the change cannot be
        acknowledged.
        """
        with refusing_broken_rules():
            known_id = valid_id(user_id)

        def alter(account: Account) -> Account:
            _require_current(account, if_match)
            return replace(account, user=replace(account.user, role=role))

        return await self._change(known_id, alter)

    async def end_all_sessions(self, user_id: str) -> None:
        """Outdate every token of an account. Raises InvalidArgument, NotFound, Unavailable when that cannot be acknowledged."""
        with refusing_broken_rules():
            known_id = valid_id(user_id)
        await self._change(known_id, lambda account: account, always=True)

    async def ensure_admin(self, admin: Registration) -> None:
        """Make the first admin unless there is one, whatever address it has by now. Instances may do so at the same time."""
        if await self._database.run(self._store.has_admin):
            return
        password_hash, user_id = await self._passwords.hash(admin.password), new_id()
        made = await self._database.run(
            lambda tx: self._store.add_unless_taken(tx, user_id, admin.email, admin.name, Role.ADMIN, password_hash)
        )
        log.info("first admin", made=made, user_id=user_id)

    async def _hash_proven_by(self, password: str | None, user_id: str) -> str:
        if password is None:
            raise InvalidArgument("a new e-mail address or password needs current_password", reason="PASSWORD_NEEDED")
        account = there(await self._database.run(lambda tx: self._store.find(tx, user_id)))
        if not await self._passwords.match(password, account.password_hash):
            raise PermissionDenied("the current password is wrong", reason="WRONG_PASSWORD")
        return account.password_hash

    async def _change(self, user_id: str, alter: Alter, *, always: bool = False) -> User:
        """Write what `alter` makes of an account, as a new version; when it makes nothing else of it, only if `always`.

        What is in force then is made known either way: an attempt before this one may have changed it and failed to.
        """

        async def write(tx: Transaction) -> User:
            found = there(await self._store.lock(tx, user_id))
            altered = alter(found)
            if altered == found and not always:
                return found.user
            if found.user.role is Role.ADMIN and altered.user.role is not Role.ADMIN:
                await self._keep_an_admin(tx, user_id)
            account = replace(altered, user=replace(altered.user, version=altered.user.version + 1))
            await self._store.write(tx, account)
            return account.user

        user = await self._database.run(write)
        await self._versions.announce(user.id, user.version)
        return user

    async def _keep_an_admin(self, tx: Transaction, user_id: str) -> None:
        if not set(await self._store.lock_admins(tx)) - {user_id}:
            raise Conflict("this is the last admin; make another one first", reason="LAST_ADMIN")


@contextmanager
def refusing_broken_rules() -> Iterator[None]:
    """Turn a RuleBroken into InvalidArgument."""
    try:
        yield
    except RuleBroken as error:
        raise InvalidArgument(str(error), metadata={"field": error.field}) from error


def _require_current(account: Account, wanted: Sequence[str]) -> None:
    if wanted and str(account.user.version) not in wanted:
        raise Stale("it was changed since it was read: read it again")


def there(account: Account | None) -> Account:
    """The account. Raises NotFound without one."""
    if account is None:
        raise NotFound("there is no such user", reason="USER_NOT_FOUND")
    return account
