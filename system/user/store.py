"""All SQL of the user service. Methods work in the caller's transaction.

Whoever changes an account or its refresh tokens locks the account's row first (`lock`), so that per user these changes
take turns: a family that is being revoked cannot grow a new link meanwhile.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects.mysql import insert as mysql_insert
from sqlalchemy.dialects.mysql import limit as at_most
from sqlalchemy.exc import IntegrityError

from system.common.database import DUPLICATE, NOW, Transaction, in_seconds, mysql_code
from system.common.errors import AlreadyExists
from system.user.domain import Account, RefreshToken, Role, User
from system.user.tables import ENDED_SESSIONS, REFRESH_TOKENS, USERS

_ACCOUNT = (USERS.c.id, USERS.c.email, USERS.c.name, USERS.c.role, USERS.c.version, USERS.c.created_at, USERS.c.password_hash)


class Store:
    """Accounts and refresh tokens in MySQL."""

    async def add(self, tx: Transaction, user_id: str, email: str, name: str, role: Role, password_hash: str) -> Account:
        """Make an account. Raises AlreadyExists when the address is taken."""
        row = {"id": user_id, "email": email, "name": name, "role": role.value, "password_hash": password_hash}
        try:
            await tx.execute(insert(USERS).values(version=1, announced_version=1, **row))
        except IntegrityError as error:
            raise _taken(error) from error
        account = await self.find(tx, user_id)
        assert account is not None, "the row was written by this transaction"  # noqa: S101 - tells mypy
        return account

    async def add_unless_taken(self, tx: Transaction, user_id: str, email: str, name: str, role: Role, hashed: str) -> bool:
        """Make an account unless the address has one, whoever else tries at the same time; says whether it was made."""
        row = {"id": user_id, "email": email, "name": name, "role": role.value, "password_hash": hashed}
        result = await tx.execute(mysql_insert(USERS).prefix_with("IGNORE").values(version=1, announced_version=1, **row))
        return result.rowcount == 1

    async def find(self, tx: Transaction, user_id: str) -> Account | None:
        """Read an account by its id."""
        return _account((await tx.execute(select(*_ACCOUNT).where(USERS.c.id == user_id))).one_or_none())

    async def find_by_email(self, tx: Transaction, email: str) -> Account | None:
        """Read an account by its address in normal form."""
        return _account((await tx.execute(select(*_ACCOUNT).where(USERS.c.email == email))).one_or_none())

    async def lock(self, tx: Transaction, user_id: str) -> Account | None:
        """Read an account and keep others from changing it until the transaction ends."""
        return _account((await tx.execute(select(*_ACCOUNT).where(USERS.c.id == user_id).with_for_update())).one_or_none())

    async def lock_admins(self, tx: Transaction) -> Collection[str]:
        """The ids of all admins, who stay that until the transaction ends."""
        query = select(USERS.c.id).where(USERS.c.role == Role.ADMIN.value).order_by(USERS.c.id).with_for_update()
        return [row.id for row in await tx.execute(query)]

    async def has_admin(self, tx: Transaction) -> bool:
        """Whether any account is an admin's."""
        return (await tx.execute(select(USERS.c.id).where(USERS.c.role == Role.ADMIN.value).limit(1))).one_or_none() is not None

    async def version(self, tx: Transaction, user_id: str) -> int | None:
        """The version of an account, None when there is no such account."""
        version: int | None = (await tx.execute(select(USERS.c.version).where(USERS.c.id == user_id))).scalar_one_or_none()
        return version

    async def write(self, tx: Transaction, account: Account) -> None:
        """Write a locked account back, with its new version. Raises AlreadyExists when the address is taken."""
        user = account.user
        values = {"email": user.email, "name": user.name, "role": user.role.value, "version": user.version}
        row = update(USERS).where(USERS.c.id == user.id)
        try:
            await tx.execute(row.values(password_hash=account.password_hash, **values))
        except IntegrityError as error:
            raise _taken(error) from error

    async def rehash(self, tx: Transaction, user_id: str, former: str, password_hash: str) -> None:
        """Keep the same password under newer parameters, unless it was changed meanwhile. No change of the account."""
        row = update(USERS).where(USERS.c.id == user_id, USERS.c.password_hash == former)
        await tx.execute(row.values(password_hash=password_hash))

    async def unannounced(self, tx: Transaction, limit: int) -> Sequence[tuple[str, int]]:
        """Id and version of accounts whose version the cache may not have taken yet."""
        query = select(USERS.c.id, USERS.c.version).where(USERS.c.unannounced == 1).limit(limit)
        return [(row.id, row.version) for row in await tx.execute(query)]

    async def note_announced(self, tx: Transaction, user_id: str, version: int) -> None:
        """Write down that the cache has taken `version`."""
        row = update(USERS).where(USERS.c.id == user_id, USERS.c.announced_version < version)
        await tx.execute(row.values(announced_version=version))

    async def add_refresh(self, tx: Transaction, token: RefreshToken) -> None:
        """Keep a refresh token that is about to be issued."""
        row = {"jti": token.id, "family": token.family, "user_id": token.user_id}
        await tx.execute(insert(REFRESH_TOKENS).values(expires_at=token.expires_at.replace(tzinfo=None), **row))

    async def use_refresh(self, tx: Transaction, token_id: str) -> bool:
        """Use a refresh token up; False when it was used or revoked before, or is unknown."""
        fresh = (REFRESH_TOKENS.c.used_at.is_(None), REFRESH_TOKENS.c.revoked_at.is_(None))
        row = update(REFRESH_TOKENS).where(REFRESH_TOKENS.c.jti == token_id, *fresh)
        return (await tx.execute(row.values(used_at=NOW))).rowcount == 1

    async def revoke_family(self, tx: Transaction, family: str) -> int:
        """Revoke what is left of a family; returns how many tokens that were."""
        rows = update(REFRESH_TOKENS).where(REFRESH_TOKENS.c.family == family, REFRESH_TOKENS.c.revoked_at.is_(None))
        return (await tx.execute(rows.values(revoked_at=NOW))).rowcount

    async def repeatable(self, tx: Transaction, token_id: str, following: str, within_s: float) -> datetime | None:
        """When the refresh token `following` ends, that was bought with `token_id`: None unless it was bought so lately.

        None also when it was used itself, or either was revoked: then its answer had arrived.
        """
        bought, spent = REFRESH_TOKENS.alias("bought"), REFRESH_TOKENS.alias("spent")
        lately = (spent.c.jti == token_id, spent.c.revoked_at.is_(None), spent.c.used_at > in_seconds(-within_s))
        fresh = (bought.c.jti == following, bought.c.used_at.is_(None), bought.c.revoked_at.is_(None))
        query = select(bought.c.expires_at).select_from(bought.join(spent, spent.c.family == bought.c.family))
        ends: datetime | None = (await tx.execute(query.where(*lately, *fresh))).scalar_one_or_none()
        return None if ends is None else ends.replace(tzinfo=UTC)

    async def end_session(self, tx: Transaction, user_id: str, family: str) -> None:
        """Revoke what is left of a family, and keep it as ended for as long as access tokens of it may be about."""
        await self.revoke_family(tx, family)
        row = {"family": family, "account": user_id, "ended_at": NOW, "announced": 0}
        await tx.execute(mysql_insert(ENDED_SESSIONS).prefix_with("IGNORE").values(**row))

    async def ended(self, tx: Transaction, user_id: str) -> Collection[str]:
        """The sessions of a user that were ended, of which access tokens may be about."""
        return [
            row.family for row in await tx.execute(select(ENDED_SESSIONS.c.family).where(ENDED_SESSIONS.c.account == user_id))
        ]

    async def unannounced_ends(self, tx: Transaction, limit: int) -> Sequence[tuple[str, str]]:
        """User and family of ended sessions that the cache may not have taken yet."""
        query = select(ENDED_SESSIONS.c.account, ENDED_SESSIONS.c.family).where(ENDED_SESSIONS.c.announced == 0).limit(limit)
        return [(row.account, row.family) for row in await tx.execute(query)]

    async def note_end_announced(self, tx: Transaction, family: str) -> None:
        """Write down that the cache has taken the end of a session."""
        await tx.execute(update(ENDED_SESSIONS).where(ENDED_SESSIONS.c.family == family).values(announced=1))

    async def forget_ended(self, tx: Transaction, after_s: float, limit: int) -> int:
        """Delete ended sessions whose access tokens ran out; returns how many went."""
        rows = delete(ENDED_SESSIONS).where(ENDED_SESSIONS.c.ended_at < in_seconds(-after_s)).ext(at_most(limit))
        return (await tx.execute(rows)).rowcount

    async def forget_expired(self, tx: Transaction, limit: int) -> int:
        """Delete refresh tokens that have expired, at most `limit`; returns how many went."""
        rows = delete(REFRESH_TOKENS).where(REFRESH_TOKENS.c.expires_at < NOW).ext(at_most(limit))
        return (await tx.execute(rows)).rowcount


def _account(row: Row[*tuple[Any, ...]] | None) -> Account | None:
    if row is None:
        return None
    user = User(row.id, row.email, row.name, Role(row.role), row.version, row.created_at.replace(tzinfo=UTC))
    return Account(user, row.password_hash)


def _taken(error: IntegrityError) -> Exception:
    if mysql_code(error) != DUPLICATE:
        return error
    return AlreadyExists("this e-mail address has an account already", reason="EMAIL_TAKEN")
