"""A simulated visitor: logs in, changes the account, gets 401 for the old tokens and 403 for another user's things."""

from dataclasses import asdict, dataclass, field

from chaos.bench.world import Steps, World
from chaos.observations import identity
from harness.history import Row

INSTANCES = ("gateway-1", "gateway-2", "user-1", "user-2")
UNAUTHENTICATED: Row = {"title": "Unauthenticated", "status": 401, "code": "TOKEN_OUTDATED"}
DENIED: Row = {"title": "Permission denied", "status": 403, "code": "PERMISSION_DENIED"}


@dataclass
class SimulatedVisitor:
    """Holds one session at a time."""

    world: World
    name: str
    neighbour: "SimulatedVisitor | None" = None
    user_id: str = field(init=False)

    def __post_init__(self) -> None:
        self.user_id = self.world.new_id()
        self.world.books.enter(identity.USERS, {"id": self.user_id, "role": "USER", "version": 1})

    def steps(self) -> Steps:
        """Log in, use the token, change the account, use the old token; repeated until `world.enough()`."""
        number = 0
        while not self.world.enough():
            number += 1
            held, instance = f"{self.name}#{number}", self.world.random.choice(INSTANCES[:2])
            yield from self._does(identity.LOG_IN, asdict(identity.LogIn(self.user_id, held, instance)), 200, {})
            yield from self._shows(held, 200, {"id": self.user_id})
            if self.neighbour is not None:
                yield from self._tries(self.neighbour)
            change = asdict(identity.Shown(self.user_id, held, instance, "name"))
            yield from self._does(identity.CHANGE_ACCOUNT, change, 200, {"id": self.user_id, "role": "USER"})
            yield from self._shows(held, 401, UNAUTHENTICATED)
            refresh = asdict(identity.Refresh(self.user_id, held, f"{held}+", instance))
            yield from self._does(identity.REFRESH_TOKENS, refresh, 401, UNAUTHENTICATED)

    def _shows(self, held: str, status: int, told: Row) -> Steps:
        for instance in INSTANCES:
            shown = asdict(identity.Shown(self.user_id, held, instance, "read the account"))
            yield from self._does(identity.USE_TOKEN, shown, status, told)

    def _tries(self, other: "SimulatedVisitor") -> Steps:
        attempt = identity.AccessAttempt(
            user_id=self.user_id,
            what="raise another's role",
            request="PATCH /users/{id}/role",
            owner=other.user_id,
            target=other.user_id,
        )
        yield from self._does(identity.TRESPASS, {**asdict(attempt), "private": [f"{other.name}@shop.example"]}, 403, DENIED)

    def _does(self, operation: str, sent: Row, status: int, told: Row) -> Steps:
        call = self.world.recorder.invoke(self.name, operation, sent)
        yield self.world.duration_ns(2, 40)
        call.answered(status, told)
