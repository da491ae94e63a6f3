"""Accounts and sessions: registering, logging in, refreshing (and showing a used refresh token again), changing, reading."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model import answers
from chaos.fuzz.model.action import DONE, Action, Judged, Outcome, Sent, access, bearer, refresh, unless_done
from chaos.fuzz.model.answers import Expected, refuse
from chaos.fuzz.model.state import Account, State, Tokens
from chaos.observations.identity import CHANGE_ACCOUNT, LOG_IN, LOG_OUT, REFRESH_TOKENS, USE_TOKEN
from harness.fuzz.interleavings import Memory, Step
from harness.fuzz.requests import Request, Values

REGISTER, READ_ACCOUNT = "register", "read_account"
"""Names of operations that no guarantee reads; READ_ACCOUNT is one without a token."""
AT = "gateway-1"


@dataclass(frozen=True)
class Register(Action):
    """Somebody makes an account, called `customer` once it is there."""

    customer: str
    email: str
    password: str
    name: str

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        body: JsonValue = {"email": self.email, "password": self.password, "name": self.name}
        request = Request(self.customer, "POST", "/auth/register", body, captures={self.customer: "id"})
        yield Sent(request, REGISTER, {"email": self.email})

    def steps(self, answered: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        asked, email = Judged(answered[0]), values.text(self.email)

        def register(state: State, _: Memory) -> Outcome:
            if state.account_of(email.lower()):
                return asked.refused(state, 409, "EMAIL_TAKEN")
            account = Account(answers.text(asked.answer, "id"), email.lower(), self.name, self.password)
            Expected.of(201, answers.account(account)).check(asked.answer)
            return [(state.put(account), ())]

        return [register]


@dataclass(frozen=True)
class LogIn(Action):
    """A customer opens a session with some password."""

    customer: str
    session: str
    email: str
    password: str

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        captures = {access(self.session): "access_token", refresh(self.session): "refresh_token"}
        body: JsonValue = {"email": self.email, "password": self.password}
        request = Request(self.customer, "POST", "/auth/login", body, captures=captures)
        yield Sent(request, LOG_IN, {"user_id": f"{{{self.customer}}}", "session": named(self.session), "at": AT})

    def steps(self, answered: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        asked, email = Judged(answered[0]), values.text(self.email)

        def log_in(state: State, _: Memory) -> Outcome:
            account = state.account_of(email.lower())
            if account is None or account.password != self.password:
                return asked.refused(state, 401, "WRONG_CREDENTIALS")
            Expected(200).check(asked.answer)
            user = asked.answer.body.get("user")
            whose = Answer(f"{asked.answer.request} user", 200, user if isinstance(user, dict) else {})
            Expected.of(200, answers.account(account)).check(whose)
            return [(state.put(Tokens(self.session, account.id, account.version, self.session)), ())]

        return [log_in]


@dataclass(frozen=True)
class RefreshTokens(Action):
    """A customer trades the refresh token of `old` for those of the session `new`."""

    customer: str
    old: str
    new: str

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        captures = {access(self.new): "access_token", refresh(self.new): "refresh_token"}
        body: JsonValue = {"refresh_token": f"{{{refresh(self.old)}}}"}
        request = Request(self.customer, "POST", "/auth/refresh", body, captures=captures)
        sent: dict[str, JsonValue] = {
            "user_id": f"{{{self.customer}}}",
            "session": named(self.old),
            "next": named(self.new),
            "at": AT,
        }
        yield Sent(request, REFRESH_TOKENS, sent)

    def steps(self, answered: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        asked = Judged(answered[0])

        def rotate(state: State, _: Memory) -> Outcome:
            shown = state.tokens.get(self.old)
            account = state.accounts.get(shown.user) if shown else None
            if shown is None or account is None:
                return asked.refused(state, 401, "TOKEN_INVALID")
            if shown.version != account.version:
                return asked.refused(state, 401, "TOKEN_OUTDATED")
            bought = state.tokens.get(shown.bought)
            if not shown.fresh and asked.answer.status == 200 and state.repeats and bought is not None and bought.fresh:
                return [(state.put(replace(bought, id=self.new, twin_of=bought.twin_of or bought.id)), ())]
            if not shown.fresh:
                refuse(401, "REFRESH_TOKEN_REUSED").check(asked.answer)
                return [(_ended(state, shown.family), (shown.family,))]
            Expected(200).check(asked.answer)
            issued = Tokens(self.new, account.id, account.version, shown.family)
            return [(_spent(state, shown, self.new).put(issued), ())]

        return [rotate, _made_known]


@dataclass(frozen=True)
class LogOut(Action):
    """A customer ends a session, or with `everywhere` all of the account."""

    customer: str
    session: str
    everywhere: bool = False

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        body: JsonValue = {"all_sessions": self.everywhere}
        request = Request(self.customer, "POST", "/auth/logout", body, bearer(self.session))
        ended: dict[str, JsonValue] = {"user_id": f"{{{self.customer}}}", "session": named(self.session), "at": AT}
        yield Sent(request, LOG_OUT, {**ended, "everywhere": self.everywhere})

    def steps(self, answered: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        asked = Judged(answered[0], self.session)

        def end(state: State, _: Memory) -> Outcome:
            tokens = state.tokens.get(self.session)
            account = state.accounts.get(asked.user(state))
            if tokens is None or account is None:
                return [(state, DONE)]
            Expected(204).check(asked.answer)
            if not self.everywhere:
                return [(_ended(state, tokens.family), (tokens.family,))]
            return [(state.put(replace(account, version=account.version + 1)), (account.version + 1,))]

        def announce(state: State, memory: Memory) -> Outcome:
            account = state.accounts.get(asked.user(state))
            if account is None or not memory or not isinstance(memory[0], int):
                return _made_known(state, memory)
            return [(state.put(replace(account, announced=max(account.announced, memory[0]))), ())]

        return [asked.verified, unless_done(end), unless_done(announce)]


def _spent(state: State, shown: Tokens, bought: str) -> State:
    """A refresh token was traded for the session `bought`, under whichever name the pair is known."""
    pair = shown.twin_of or shown.id
    return state.put(*(replace(each, fresh=False, bought=bought) for each in state.tokens if pair in (each.id, each.twin_of)))


def _ended(state: State, family: str) -> State:
    """A family whose end is written down."""
    return state.put(*(replace(each, fresh=False, ended=True) for each in state.tokens if each.family == family))


def _made_known(state: State, memory: Memory) -> Outcome:
    """The family in the memory, if there is one, is not accepted anywhere from now on."""
    over = [replace(each, over=True) for each in state.tokens if memory and each.family == memory[0]]
    return [(state.put(*over), ())]


@dataclass(frozen=True)
class ReadAccount(Action):
    """A customer reads the account that a session is of."""

    customer: str
    session: str

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        request = Request(self.customer, "GET", "/users/me", headers=bearer(self.session))
        operation = USE_TOKEN if self.session else READ_ACCOUNT
        yield Sent(request, operation, _shown(self.customer, self.session, "account"))

    def steps(self, answered: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        asked = Judged(answered[0], self.session)

        def read(state: State, _: Memory) -> Outcome:
            account = state.accounts.get(asked.user(state))
            if account is not None:
                Expected.of(200, answers.account(account)).check(asked.answer)
            return [(state, ())]

        return [asked.verified, unless_done(read)]


@dataclass(frozen=True)
class ChangeAccount(Action):
    """A customer changes some of an account; None leaves it. `shown` is the password shown for it, None for none."""

    customer: str
    session: str
    name: str | None = None
    email: str | None = None
    password: str | None = None
    shown: str | None = None

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        fields = {"name": self.name, "email": self.email, "password": self.password, "current_password": self.shown}
        body: dict[str, JsonValue] = {name: value for name, value in fields.items() if value is not None}
        request = Request(self.customer, "PATCH", "/users/me", body, bearer(self.session))
        yield Sent(request, CHANGE_ACCOUNT, _shown(self.customer, self.session, ", ".join(body)))

    def steps(self, answered: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        email = None if self.email is None else values.text(self.email).lower()
        asked = Changing(answered[0], self.session, name=self.name, email=email, password=self.password, shown=self.shown)
        return [asked.verified, *map(unless_done, (asked.prove, asked.write, asked.announce))]


@dataclass(frozen=True, kw_only=True)
class Changing(Judged):
    """The steps: the password is shown, the change written, then made known; only then is it acknowledged."""

    name: str | None
    email: str | None
    password: str | None
    shown: str | None

    def prove(self, state: State, _: Memory) -> Outcome:
        """A new address or password needs the one in force."""
        account = state.accounts.get(self.user(state))
        if account is None or (self.email is None and self.password is None):
            return [(state, (None,))]
        if self.shown is None:
            return self.refused(state, 400, "PASSWORD_NEEDED")
        if self.shown != account.password:
            return self.refused(state, 403, "WRONG_PASSWORD")
        return [(state, (account.secret,))]

    def write(self, state: State, memory: Memory) -> Outcome:
        """Everything or nothing, with the next version; what was not sent stays."""
        account = state.accounts.get(self.user(state))
        if account is None:
            return [(state, DONE)]
        if memory[0] is not None and memory[0] != account.secret:
            return self.refused(state, 409, "PASSWORD_CHANGED")
        other = state.account_of(self.email) if self.email else None
        if other is not None and other.id != account.id:
            return self.refused(state, 409, "EMAIL_TAKEN")
        changed = replace(
            account,
            name=account.name if self.name is None else self.name,
            email=self.email or account.email,
            password=self.password or account.password,
            secret=account.secret + (self.password is not None),
        )
        if changed != account:  # what is so already changes nothing
            changed = replace(changed, version=account.version + 1)
        Expected.of(200, answers.account(changed)).check(self.answer)
        return [(state.put(changed), (changed.version,))]

    def announce(self, state: State, memory: Memory) -> Outcome:
        """From now on no older token is accepted."""
        account = state.accounts.get(self.user(state))
        version = memory[0]
        if account is None or not isinstance(version, int):
            return [(state, memory)]
        return [(state.put(replace(account, announced=max(account.announced, version))), ())]


def _shown(customer: str, session: str, what: str) -> dict[str, JsonValue]:
    return {"user_id": f"{{{customer}}}", "session": named(session), "at": AT, "what": what}


def named(session: str) -> str:
    """A session's name in the history, which has many examples."""
    return f"{{run}}.{session}"
