"""A visitor on paper: logs in, changes the account, is shut out with the old tokens, and tries what is another's."""

from dataclasses import asdict, dataclass, field

from chaos.bench.world import Story, World
from chaos.observations import identity
from harness.history import Row

DOORS = ("gateway-1", "gateway-2", "user-1", "user-2")
SHUT: Row = {"title": "Unauthenticated", "status": 401, "code": "TOKEN_OUTDATED"}
DENIED: Row = {"title": "Permission denied", "status": 403, "code": "PERMISSION_DENIED"}


@dataclass
class VisitorOnPaper:
    """Holds one session at a time."""

    world: World
    name: str
    neighbour: "VisitorOnPaper | None" = None
    user_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.user_id = self.world.new_id()
        self.world.books.enter(identity.USERS, {"id": self.user_id, "role": "USER", "version": 1})

    def story(self) -> Story:
        """Log in, use, change, use again; again and again, while the world has not enough."""
        number = 0
        while not self.world.enough():
            number += 1
            held, door = f"{self.name}#{number}", self.world.random.choice(DOORS[:2])
            yield from self._does(identity.LOG_IN, asdict(identity.LogIn(self.user_id, held, door)), 200, {})
            yield from self._shows(held, 200, {"id": self.user_id})
            if self.neighbour is not None:
                yield from self._tries(self.neighbour)
            change = asdict(identity.Shown(self.user_id, held, door, "name"))
            yield from self._does(identity.CHANGE_ACCOUNT, change, 200, {"id": self.user_id, "role": "USER"})
            yield from self._shows(held, 401, SHUT)
            refresh = asdict(identity.Refresh(self.user_id, held, f"{held}+", door))
            yield from self._does(identity.REFRESH_TOKENS, refresh, 401, SHUT)

    def _shows(self, held: str, status: int, told: Row) -> Story:
        for door in DOORS:
            shown = asdict(identity.Shown(self.user_id, held, door, "read the account"))
            yield from self._does(identity.USE_TOKEN, shown, status, told)

    def _tries(self, other: "VisitorOnPaper") -> Story:
        attempt = identity.AccessAttempt(
            user_id=self.user_id,
            what="raise another's role",
            request="PATCH /users/{id}/role",
            owner=other.user_id,
            target=other.user_id,
        )
        yield from self._does(identity.TRESPASS, {**asdict(attempt), "private": [f"{other.name}@shop.example"]}, 403, DENIED)

    def _does(self, operation: str, sent: Row, status: int, told: Row) -> Story:
        call = self.world.recorder.invoke(self.name, operation, sent)
        yield self.world.takes(2, 40)
        call.answered(status, told)
