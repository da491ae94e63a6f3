"""Account holders of generated histories: sessions, changes, roles, old tokens, refreshes, and others' things tried."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from chaos.observations import identity
from chaos.observations.orders import PLACE_ORDER
from chaos.proof.accounts import Account, Accounts
from chaos.proof.orders import Orders
from chaos.proof.stockroom import Product
from chaos.proof.world import Answer, Asked, Steps, World, problem
from harness.history import Row

GATEWAYS, VERIFIERS = ("gateway-1", "gateway-2"), ("gateway-1", "gateway-2", "user-1", "user-2")
ATTEMPTS = 4


@dataclass
class Visitor:
    """One user; `neighbour` is whose order and account it tries. Employees are made admins and users in turn."""

    world: World
    accounts: Accounts
    orders: Orders
    name: str
    product: Product
    rounds: int
    employee: bool
    account: Account = field(init=False)
    order: str = ""
    neighbour: "Visitor | None" = None
    _number: int = 0

    def __post_init__(self) -> None:
        self.account = self.accounts.registers(self.name)

    def steps(self) -> Steps:
        """All of it."""
        yield from self._orders()
        for _ in range(self.rounds):
            yield self.world.ms(5, 300)
            yield from self._round()
        self.world.busy -= 1

    @property
    def street(self) -> str:
        """A text that nobody else may read."""
        return f"Secret Lane of {self.name}"

    def _orders(self) -> Steps:
        address: Row = {"recipient": self.name, "street": self.street, "city": "Bern", "postal_code": "3000", "country": "CH"}
        sent: Row = {
            "user_id": self.account.id,
            "key": "first",  # every visitor's: keys are scoped to their user
            "items": [{"product_id": self.product.id, "quantity": 1}],
            "delivery_address": dict(address),
        }
        for _ in range(ATTEMPTS):
            answer = yield from self._asks(PLACE_ORDER, sent, lambda: self.orders.place(self.account.id, sent))
            if answer is not None and answer.status == 201:
                self.order = str(answer.output["id"])
                return
            yield self.world.ms(200, 900)

    def _round(self) -> Steps:
        held, at = self._session(), self.world.random.choice(GATEWAYS)
        login = asdict(identity.LogIn(self.account.id, held, at))
        answer = yield from self._asks(identity.LOG_IN, login, lambda: self.accounts.log_in(self.account.id, held))
        if answer is None:
            return
        yield from self._shows_everywhere(held)
        if self.world.chance(0.5):
            yield from self._refreshes(held)
        asked: Row = {"user_id": self.account.id}
        yield from self._asks(identity.LIST_ORDERS, asked, lambda: self.orders.list(self.account.id))
        if not self.employee and self.neighbour is not None:
            yield from self._tries(self.neighbour)
        yield from self._changes(held)
        yield from self._shows_everywhere(held)
        yield from self._refreshes(held)

    def _session(self) -> str:
        self._number += 1
        return f"{self.name}#{self._number}"

    def _shows_everywhere(self, held: str) -> Steps:
        for at in VERIFIERS:
            shown = asdict(identity.Shown(self.account.id, held, at, "read the account"))
            yield from self._asks(identity.USE_TOKEN, shown, lambda at=at: self.accounts.use(held, at))  # type: ignore[misc]  # mypy infers no type for a lambda's default

    def _refreshes(self, held: str) -> Steps:
        into, at = self._session(), self.world.random.choice(VERIFIERS)
        refresh = asdict(identity.Refresh(self.account.id, held, into, at))
        yield from self._asks(identity.REFRESH_TOKENS, refresh, lambda: self.accounts.refresh(held, into))

    def _changes(self, held: str) -> Steps:
        if self.employee:
            role = "USER" if self.account.role == "ADMIN" else "ADMIN"
            given = asdict(identity.RoleChange(self.account.id, role))
            yield from self._until_known(
                identity.CHANGE_ROLE, given, lambda: self.accounts.give(self.account.id, role), "admin"
            )
            return
        name = f"name-{self.world.random.getrandbits(32):08x}"
        changed = asdict(identity.Shown(self.account.id, held, self.world.random.choice(GATEWAYS), "name", name))
        yield from self._until_known(identity.CHANGE_ACCOUNT, changed, lambda: self.accounts.change(held, name))

    def _tries(self, other: "Visitor") -> Steps:
        me, them = self.account, other.account
        tries = [
            ("raise another's role", f"PATCH /users/{them.id}/role", them.id, problem(403, "PERMISSION_DENIED")),
            ("change an account", f"PATCH /users/{them.id}", them.id, problem(404, "NOT_FOUND")),
        ]
        if other.order:
            tries += [
                ("read an order", f"GET /orders/{other.order}", other.order, problem(404, "ORDER_NOT_FOUND")),
                ("cancel an order", f"POST /orders/{other.order}/cancel", other.order, problem(404, "ORDER_NOT_FOUND")),
                ("pay an order", f"POST /orders/{other.order}/complete", other.order, problem(404, "ORDER_NOT_FOUND")),
            ]
        for what, request, target, refusal in self.world.random.sample(tries, 2):
            attempt = asdict(identity.AccessAttempt(me.id, what, request, them.id, target))
            sent: Row = {**attempt, "private": [them.email, other.street]}
            yield from self._asks(identity.TRESPASS, sent, lambda refusal=refusal: refusal)  # type: ignore[misc]  # as above

    def _until_known(self, name: str, sent: Row, act: Callable[[], Answer], process: str = "") -> Steps:
        for _ in range(ATTEMPTS):
            answer = yield from self._asks(name, sent, act, process)
            if answer is not None and answer.status != 503:
                return
            yield self.world.ms(100, 500)

    def _asks(self, name: str, sent: Row, act: Callable[[], Answer], process: str = "") -> Asked:
        return (yield from self.world.asks(process or self.name, name, sent, act))
