"""Histories of identity in the words of a test: who logs in, changes an account, shows a token, tries others' things."""

from dataclasses import asdict

from chaos.observations import identity
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, READ_ORDER
from harness.history import Call, Row
from tests.unit.chaos.shop_history import ShopHistory


class IdentityHistory(ShopHistory):
    """Users are named; their sessions are `<user>#<number>`."""

    def __init__(self) -> None:
        super().__init__()
        self.rows[identity.USERS] = []

    def shows(self, session: str, what: str = "read the account", at: str = "gateway-1") -> Call:
        """A user begins to use the access token of a session."""
        return self._does(identity.USE_TOKEN, session, what, at)

    def changes(self, session: str, what: str = "name") -> Call:
        """A user begins to change the account."""
        return self._does(identity.CHANGE_ACCOUNT, session, what, "gateway-1")

    def logs_in(self, session: str, status: int = 200) -> None:
        """A user opens a session."""
        sent: Row = asdict(identity.LogIn(_user(session), session, "gateway-1"))
        self.recorder.invoke(_user(session), identity.LOG_IN, sent).answered(status, {})

    def refreshes(self, session: str, into: str, at: str = "user-1") -> Call:
        """A user begins to trade the refresh token of a session for the next session."""
        sent: Row = asdict(identity.Refresh(_user(session), session, into, at))
        return self.recorder.invoke(_user(session), identity.REFRESH_TOKENS, sent)

    def logs_out(self, session: str, *, everywhere: bool = False, status: int = 204) -> None:
        """A user ends a session, or all."""
        sent: Row = asdict(identity.LogOut(_user(session), session, "gateway-1", everywhere))
        self.recorder.invoke(_user(session), identity.LOG_OUT, sent).answered(status, {})

    def gives(self, user: str, role: str = "ADMIN", status: int = 200) -> None:
        """An admin gives a role."""
        self.recorder.invoke("admin", identity.CHANGE_ROLE, {"user_id": user, "role": role}).answered(status, {})

    def tries(self, user: str, owner: str, target: str, private: tuple[str, ...] = ()) -> Call:
        """A user begins to try something with what is another's."""
        sent = asdict(identity.AccessAttempt(user, "read an order", f"GET /orders/{target}", owner, target, private))
        return self.recorder.invoke(user, identity.TRESPASS, {**sent, "private": list(private)})

    def lists(self, user: str, *orders: str) -> None:
        """A user is shown a list of orders."""
        call = self.recorder.invoke(user, identity.LIST_ORDERS, {"user_id": user})
        call.answered(200, {"items": [{"id": order, "status": "RESERVED"} for order in orders]})

    def account(self, user: str, role: str = "USER") -> None:
        """The user service holds an account."""
        self.rows[identity.USERS].append({"id": user, "role": role, "version": 1})

    def owns(self, order: str, status: str = "RESERVED") -> str:
        """Somebody has an order and was told so; returns who."""
        self.places(order)
        self.stored(order, status=status)
        return f"user-{order}"

    def asks_to(self, operation: str, order: str) -> None:
        """The owner of an order asks for something, and is never answered."""
        self.recorder.invoke(f"buyer-{order}", operation, {"order_id": order}).answered(503, {})

    def _does(self, operation: str, session: str, what: str, at: str) -> Call:
        sent: Row = asdict(identity.Shown(_user(session), session, at, what))
        return self.recorder.invoke(_user(session), operation, sent)


def _user(session: str) -> str:
    return session.partition("#")[0]


READ, COMPLETE, CANCEL = READ_ORDER, COMPLETE_ORDER, CANCEL_ORDER
