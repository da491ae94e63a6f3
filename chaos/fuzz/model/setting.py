"""What every example begins with: a logged-in admin and a category."""

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
from harness.fuzz.requests import Request, Values

PASSWORD = "ADMIN_PASSWORD"  # noqa: S105 - the name of a variable
"""The variable that a script reads the admin's password from."""


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
