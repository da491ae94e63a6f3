"""What one client does in one go: the requests it sends, and the steps of the model that their answers are judged by."""

from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model.answers import Expected
from chaos.fuzz.model.state import State
from harness.fuzz.interleavings import Memory, Step
from harness.fuzz.requests import Request, Values

Outcome = Iterable[tuple[State, Memory]]
DONE: Memory = ("done",)
"""The memory of a client whose request was refused: the steps behind the refusal are not taken."""


@dataclass(frozen=True)
class Sent:
    """A request, and the operation that it is in the history, with its input; names stand for values there, too."""

    request: Request
    operation: str
    input: Mapping[str, JsonValue]


class Action(ABC):
    """Done by one client, alone or while others do theirs."""

    @abstractmethod
    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """The requests; each is sent the answer to the one before."""

    @abstractmethod
    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """The steps behind these answers, each atomic in the shop."""


@dataclass(frozen=True)
class Judged:
    """An answer and the session that asked for it ("": nobody's), as steps of the model see them."""

    answer: Answer
    session: str = ""

    def refused(self, state: State, status: int, code: str) -> Outcome:
        """The state, if the answer is this refusal. Raises MismatchError."""
        Expected(status, code).check(self.answer)
        return [(state, DONE)]

    def verified(self, state: State, memory: Memory) -> Outcome:
        """A step: the token is compared with the version of its account that is known everywhere.

        While a change is being made known, an instance that has no version in its cache may know of it already.
        """
        if memory == DONE:
            return [(state, memory)]
        if not self.session:
            return self.refused(state, 401, "TOKEN_REQUIRED")
        tokens = state.tokens.get(self.session)
        account = state.accounts.get(tokens.user) if tokens else None
        if tokens is None or account is None:
            return self.refused(state, 401, "TOKEN_INVALID")
        if tokens.version != account.announced:
            return self.refused(state, 401, "TOKEN_OUTDATED")
        if tokens.over:
            return self.refused(state, 401, "SESSION_ENDED")
        said = (self.answer.status, self.answer.code)
        outdated = tokens.version != account.version and said == (401, "TOKEN_OUTDATED")
        outdated |= tokens.ended and said == (401, "SESSION_ENDED")
        return [(state, memory), *([(state, DONE)] if outdated else [])]

    def user(self, state: State) -> str:
        """Whom the session speaks for; only after `verified`."""
        tokens = state.tokens.get(self.session)
        return tokens.user if tokens else ""


def unless_done(step: Step[State]) -> Step[State]:
    """The step, left out for a client whose request was refused before it."""
    return lambda state, memory: [(state, memory)] if memory == DONE else step(state, memory)


def bearer(session: str) -> dict[str, str]:
    """The header of a session's access token; none for nobody's."""
    return {"Authorization": f"Bearer {{{access(session)}}}"} if session else {}


def access(session: str) -> str:
    """The name of a session's access token."""
    return f"t.{session}"


def refresh(session: str) -> str:
    """The name of a session's refresh token."""
    return f"r.{session}"
