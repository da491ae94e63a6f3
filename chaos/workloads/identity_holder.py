"""One account holder: logs in, uses its tokens at every verifier, changes the account meanwhile, tries old tokens.

A change that was not acknowledged is retried; until then the password may be the old or the new one. Every token ever held
may be tried later. Tokens themselves are not recorded.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.client import Answer, Session, Tokens
from chaos.observations import identity
from chaos.workloads.client_process import ClientProcess
from chaos.workloads.token_verifiers import RAISE_ROLE, READ_ACCOUNT, READ_STOCK, TokenPair, TokenVerifier, Verifiers

ATTEMPTS = 12
"""Attempts at a login or a change, until it is acknowledged."""
PAUSE_S = 0.2
NAME, PASSWORD, ROLE = "name", "password", "role"
"""The kinds of changes."""

GiveRole = Callable[[str, str, Random], Awaitable[Answer | None]]
"""Has the admin give a user (id) a role."""


@dataclass(frozen=True, kw_only=True)
class Habits:
    """`changes` are drawn from; `concurrent_uses` requests use the token during a change; `refreshes` is a probability."""

    changes: tuple[str, ...] = (NAME, PASSWORD)
    concurrent_uses: int = 2
    refreshes: float = 0.4
    older: int = 1
    """How many tokens from before the last session are tried as well."""
    repeats: bool = True
    """Whether a refresh is repeated at once when its answer is missing."""


@dataclass
class AccountHolder:
    """`passwords` are those that may be in force, the likeliest first."""

    client: ClientProcess
    user_id: str
    email: str
    passwords: list[str]
    verifiers: Verifiers
    give_role: GiveRole
    random: Random
    habits: Habits
    role: str = "USER"
    _held: list[TokenPair] = field(default_factory=list)
    _spent: set[str] = field(default_factory=set)
    _numbers: int = 0
    _known: list[str] = field(default_factory=list)

    async def changes_once(self, then: Callable[[TokenPair], Awaitable[None]]) -> None:
        """One round: log in, use the tokens everywhere, run `then`, change the account, try old tokens."""
        held = await self.logs_in()
        if held is None:
            return
        await self._shows_everywhere(held, READ_ACCOUNT)
        if self.random.random() < self.habits.refreshes:
            held = await self._refreshes(held) or held
        await then(held)
        if await self._changes(held):
            await self._tries_what_is_old()

    async def logs_in(self) -> TokenPair | None:
        """Log in, at any gateway, with any password that may be in force; None after ATTEMPTS failures."""
        for attempt in range(ATTEMPTS):
            password = self.passwords[attempt % len(self.passwords)]
            gateway = self.random.choice(self.verifiers.gateways)
            session = self._session()
            sent = asdict(identity.LogIn(self.user_id, session, gateway.name, self._number(password)))
            answer = await self.client.calls(identity.LOG_IN, sent, partial(gateway.shop().login, self.email, password))
            if answer is not None and answer.status == 200:
                return self._keep(session, answer.read(Session))
            if answer is None or answer.status != 401:
                await self._pause()
        return None

    async def _shows_everywhere(self, held: TokenPair, what: str) -> None:
        await asyncio.gather(*(self._shows(held, verifier, what) for verifier in self.verifiers.all))

    async def _shows(self, held: TokenPair, verifier: TokenVerifier, what: str) -> None:
        sent = asdict(identity.Shown(held.user_id, held.session, verifier.name, what))
        await self.client.calls(identity.USE_TOKEN, sent, lambda: verifier.show(held, what))

    async def _refreshes(self, held: TokenPair, verifier: TokenVerifier | None = None) -> TokenPair | None:
        """Use a refresh token, at a random verifier unless one is given; the new pair, or None.

        When the answer is missing it may be asked for once more, at once, as whoever has lost one does.
        """
        answer, pair = await self._refreshes_once(held, verifier)
        if self.habits.repeats and (answer is None or answer.status >= 500):
            _, pair = await self._refreshes_once(held, None)
        return pair

    async def _refreshes_once(self, held: TokenPair, verifier: TokenVerifier | None) -> tuple[Answer | None, TokenPair | None]:
        chosen = verifier or self.random.choice(self.verifiers.all)
        into = self._session()
        sent = asdict(identity.Refresh(held.user_id, held.session, into, chosen.name))
        answer = await self.client.calls(identity.REFRESH_TOKENS, sent, lambda: chosen.refresh(held))
        if answer is None or answer.status != 401:
            self._spent.add(held.session)
        return answer, self._keep(into, answer.read(Tokens)) if answer is not None and answer.status == 200 else None

    async def _changes(self, held: TokenPair) -> bool:
        """Change the account while its tokens are in use, with retries; returns whether it was acknowledged."""
        what = self.random.choice(self.habits.changes)
        for _ in range(ATTEMPTS):
            answer = await self._while_in_use(held, what)
            if answer is not None and answer.status == 200:
                return True
            if answer is not None and answer.status == 401:  # an earlier attempt with an unknown outcome took effect
                again = await self.logs_in()
                if again is None:
                    return False
                held = again
            else:
                await self._pause()
        return False

    async def _while_in_use(self, held: TokenPair, what: str) -> Answer | None:
        """One attempt at a change; until it is answered, the token is used at one verifier after the other."""
        over = asyncio.Event()

        async def keeps_showing(verifiers: list[TokenVerifier]) -> None:
            while not over.is_set():
                for verifier in verifiers:
                    await self._shows(held, verifier, READ_ACCOUNT)

        async with asyncio.TaskGroup() as group:
            for _ in range(self.habits.concurrent_uses):
                group.create_task(keeps_showing(self.random.sample(self.verifiers.all, len(self.verifiers.all))))
            try:
                # When this one is answered, the concurrent uses have begun.
                await self._shows(held, self.random.choice(self.verifiers.all), READ_ACCOUNT)
                return await self._change(held, what)
            finally:
                over.set()

    async def _change(self, held: TokenPair, what: str) -> Answer | None:
        if what == ROLE:
            wanted = "USER" if self.role == "ADMIN" else "ADMIN"
            answer = await self.give_role(self.user_id, wanted, self.random)
            if answer is not None and answer.status == 200:
                self.role = wanted
            return answer
        gateway = self.random.choice(self.verifiers.gateways)
        new = f"{what}-{self.random.getrandbits(48):012x}"
        changes = {"name": new} if what == NAME else {"password": new, "current_password": self.passwords[0]}
        shown = identity.Shown(held.user_id, held.session, gateway.name, what)
        if what == NAME:
            shown = replace(shown, value=new)
        else:
            shown = replace(shown, password=self._number(new), proof=self._number(self.passwords[0]))
        sent = asdict(shown)
        answer = await self.client.calls(identity.CHANGE_ACCOUNT, sent, lambda: gateway.shop(held).change_account(**changes))
        if what == PASSWORD:
            self._learn(new, answer)
        return answer

    def _learn(self, new: str, answer: Answer | None) -> None:
        """Update the passwords that may be in force after an attempt to change it."""
        if answer is not None and answer.status == 200:
            self.passwords = [new]
        elif answer is None or answer.status >= 500:
            self.passwords.insert(0, new)
        elif answer.status == 403:  # the current password was another one
            self.passwords.append(self.passwords.pop(0))

    async def _tries_what_is_old(self) -> None:
        """Use the last tokens and some older ones at every verifier, access and refresh tokens."""
        older = self._held[:-1]
        chosen = [self._held[-1], *self.random.sample(older, min(self.habits.older, len(older)))]
        asked = (READ_ACCOUNT, READ_STOCK, RAISE_ROLE) if ROLE in self.habits.changes else (READ_ACCOUNT,)
        for held in chosen:
            await self._shows_everywhere(held, self.random.choice(asked))
            if held.session not in self._spent:
                for verifier in self.random.sample(self.verifiers.all, len(self.verifiers.all)):
                    await self._refreshes(held, verifier)

    def _keep(self, session: str, given: Session | Tokens) -> TokenPair:
        self._held.append(TokenPair(session, self.user_id, given.access_token, given.refresh_token))
        return self._held[-1]

    def _number(self, password: str) -> int:
        """The number by which a password is recorded: passwords themselves are not."""
        if password not in self._known:
            self._known.append(password)
        return self._known.index(password) + 1

    def _session(self) -> str:
        self._numbers += 1
        return f"{self.client.name}#{self._numbers}"

    async def _pause(self) -> None:
        await asyncio.sleep(PAUSE_S * (0.5 + self.random.random()))
