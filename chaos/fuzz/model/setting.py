"""What every example begins with: an admin who is logged in (all examples share a session), and a category."""

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from chaos.client import Answer
from chaos.fuzz.model.action import Action, Outcome, Sent, access, bearer
from chaos.fuzz.model.answers import Expected
from chaos.fuzz.model.catalogue import ADMIN
from chaos.fuzz.model.state import State
from chaos.subject.running import ADMIN as ADMINS_EMAIL
from harness.fuzz.interleavings import Memory, Step
from harness.fuzz.requests import Request, Together, Values

PASSWORD = "ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
"""The variable that a script reads the admin's password from."""


SESSION_S = 300.0
"""How long a session is used: less than its access token lasts. Logins are limited by the minute."""


@dataclass
class Staff:
    """The session of the admin: its token, how it was had, and until when it is used (s, monotonic)."""

    token: str = ""
    had_by: Together = ()
    until: float = 0.0

    def logged_in(self, values: Values, had_by: Together) -> None:
        """Keep a session that was just opened."""
        self.token, self.had_by, self.until = values[access(ADMIN)], had_by, time.monotonic() + SESSION_S

    @property
    def here(self) -> bool:
        """Whether there is a session to use."""
        return time.monotonic() < self.until


@dataclass(frozen=True)
class LogInAdmin(Action):
    """The shop's first admin logs in."""

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        body: JsonValue = {"email": ADMINS_EMAIL, "password": f"${PASSWORD}"}
        yield Sent(Request(ADMIN, "POST", "/auth/login", body, captures={access(ADMIN): "access_token"}), "log_in_admin", {})

    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        return [_answered(answers[0], 200)]


@dataclass(frozen=True)
class CreateCategory(Action):
    """An admin makes a category."""

    category: str

    def requests(self, values: Values) -> Generator[Sent, Answer, None]:
        """See Action."""
        body: JsonValue = {"name": f"{self.category} {{run}}", "parent_id": None}
        yield Sent(Request(ADMIN, "POST", "/categories", body, bearer(ADMIN), {self.category: "id"}), "create_category", {})

    def steps(self, answers: Sequence[Answer], values: Values) -> Sequence[Step[State]]:
        """See Action."""
        return [_answered(answers[0], 201)]


def _answered(answer: Answer, status: int) -> Step[State]:
    def answered(state: State, _: Memory) -> Outcome:
        Expected(status).check(answer)
        return [(state, ())]

    return answered
