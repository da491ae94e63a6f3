"""The user service as a small state machine: tokens carry the version of their account, which every change raises."""

from dataclasses import dataclass, field

from chaos.guarantees.times_told_truly import ACCESS_S, REFRESH_S
from chaos.proof.world import Answer, World, problem
from harness.history import Row


@dataclass
class Account:
    """A user. A change that was not announced is done all the same."""

    id: str
    name: str
    email: str
    role: str = "USER"
    version: int = 1


@dataclass
class Accounts:
    """Every account, and the version that each session's tokens carry; a refresh token works once."""

    world: World
    users: dict[str, Account] = field(default_factory=dict)
    sessions: dict[str, tuple[str, int]] = field(default_factory=dict)
    spent: set[str] = field(default_factory=set)

    def registers(self, name: str) -> Account:
        """A new user."""
        account = Account(self.world.new_id(), name, f"{name}@shop.example")
        self.users[account.id] = account
        return account

    def log_in(self, user: str, session: str) -> Answer:
        """POST /auth/login."""
        self.sessions[session] = (user, self.users[user].version)
        return Answer(200, {**self._pair(), "user": dict(self._shown(user))})

    def use(self, session: str, at: str) -> Answer:
        """Show an access token, at a gateway or an instance of the user service."""
        if not self._valid(session):
            return Answer(401, {"title": "UNAUTHENTICATED"}) if at.startswith("user") else problem(401, "TOKEN_OUTDATED")
        user = self.users[self.sessions[session][0]]
        if at.startswith("user"):
            return Answer(200, {"id": user.id, "role": f"ROLE_{user.role}", "version": user.version})
        return Answer(200, self._shown(user.id))

    def refresh(self, session: str, into: str) -> Answer:
        """POST /auth/refresh."""
        if not self._valid(session) or session in self.spent:
            return problem(401, "TOKEN_OUTDATED")
        self.spent.add(session)
        self.sessions[into] = self.sessions[session]
        return Answer(200, self._pair())

    def change(self, session: str, name: str) -> Answer:
        """PATCH /users/me."""
        if not self._valid(session):
            return problem(401, "TOKEN_OUTDATED")
        user = self.users[self.sessions[session][0]]
        user.name = name or user.name
        return self._changed(user)

    def give(self, user_id: str, role: str) -> Answer:
        """PATCH /users/{id}/role, by an admin."""
        self.users[user_id].role = role
        return self._changed(self.users[user_id])

    def _pair(self) -> Row:
        ends = {"expires_at": self.world.moment(ACCESS_S), "refresh_expires_at": self.world.moment(REFRESH_S)}
        return {"token_type": "bearer", **ends}

    def _changed(self, user: Account) -> Answer:
        user.version += 1
        if self.world.disturbance is not None and self.world.disturbance.cache_down:
            return problem(503, "CHANGE_NOT_ANNOUNCED")
        return Answer(200, self._shown(user.id))

    def _valid(self, session: str) -> bool:
        user, version = self.sessions.get(session, ("", 0))
        return user in self.users and self.users[user].version == version

    def _shown(self, user: str) -> Row:
        account = self.users[user]
        return {"id": account.id, "email": account.email, "name": account.name, "role": account.role}
