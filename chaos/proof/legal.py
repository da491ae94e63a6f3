"""Legal histories of the shop: buyers and account holders, a fault or none, and the books at rest."""

from collections.abc import Generator, Iterator
from dataclasses import asdict

from chaos.bench.world import simulate
from chaos.guarantees.listings import KEYS
from chaos.observations import health_over_time, identity
from chaos.observations.clocks import CLOCKS, DATABASE, THIS_MACHINE, ClockRow
from chaos.observations.locks import (
    DEFAULT_SETTINGS,
    FENCED_OFF,
    LOCK_ATTEMPTS,
    LOCK_GRANTS,
    LOCK_SETTINGS,
    LOCK_STRAYS,
    LOCK_UNWATCHED,
    TOKENS,
)
from chaos.observations.orders import ORDER_ITEMS, ORDERS, SAGA_STEPS, SAGAS, TIME_TO_PAY, TimeToPayRow
from chaos.observations.outside import MAILBOX, PROVIDER_LEDGER
from chaos.observations.payments import PAYMENTS
from chaos.observations.rest import (
    CONFIRMATIONS,
    CONNECTIONS,
    HEALTH,
    INBOX,
    ORDER_OUTBOX,
    PAYMENT_OUTBOX,
    QUEUES,
    ConnectionsRow,
)
from chaos.observations.stock import MOVEMENTS, RESERVATION_LINES, RESERVATIONS, STOCK, Movement
from chaos.proof.accounts import Accounts
from chaos.proof.buyers import Buyer
from chaos.proof.disturbances import DISTURBANCES, Disturbance
from chaos.proof.orders import TIME_TO_PAY_NS, Orders, Placed
from chaos.proof.shelving import Shelving
from chaos.proof.stockroom import CURRENCY, TTL_NS, Stockroom
from chaos.proof.visitors import Visitor
from chaos.proof.world import EPOCH, MS, Steps, World
from harness.history import IN_A_ROW, PROBED, FaultPhase, History, Row, Stage
from harness.proof import Draft, LegalHistory
from harness.seed import Seed

BUYERS, VISITORS, ROUNDS = 5, 4, 4
LINGER_NS = 45_000_000_000
"""How long there is traffic after the last heal: longer than any bound on recovery."""
RATE, GUESSED_MORE = 10, 4
"""How many logins are let in within a minute, and by how many more somebody tries."""
EPOCH_NS = round(EPOCH.timestamp() * 1e9)
MEMBERS = ("gateway-1", "order-1", "order-2", "product-1", "payment-1", "notification-1", "user-1")


class Simulation:
    """One history: who takes part, and what is left when all have gone home."""

    def __init__(self, seed: Seed, disturbances: tuple[Disturbance, ...]) -> None:
        self.world = World(seed.stream("legal history"))
        self.stockroom = Stockroom(self.world)
        self.orders = Orders(self.world, self.stockroom)
        self.accounts = Accounts(self.world)
        self.disturbances = disturbances
        self.scarce = self.stockroom.stocks("Last lamp", 2999, 7)
        self.rare = self.stockroom.stocks("Rare lamp", 9900, 50)
        self.plenty = [self.stockroom.stocks(f"Lamp {number}", 1250 + 375 * number, 500) for number in range(3)]

    def runs(self) -> Draft:
        """All of it, to rest."""
        products = [self.scarce, *self.plenty]
        buyers = [Buyer(self.world, self.orders, f"buyer-{n:03}", products, ROUNDS) for n in range(BUYERS)]
        visitors = [
            Visitor(self.world, self.accounts, self.orders, f"visitor-{n:02}", self.plenty[0], 2, employee=n == 0)
            for n in range(VISITORS)
        ]
        for visitor, other in zip(visitors[1:], visitors[2:] + visitors[1:2], strict=True):
            visitor.neighbour = other
        self.world.busy = len(buyers) + len(visitors) + bool(self.disturbances)
        actors = [*(each.steps() for each in buyers), *(each.steps() for each in visitors)]
        if self.disturbances:
            actors += [self._disturbed(), *self._lingering()]
        simulate(
            [*actors, self._working(), self._restocking(), self._browsing(), self._guessing(), Shelving(self.world).arranged()],
            self.world.clock,
        )
        return self._draft()

    def _working(self) -> Steps:
        """Queues, sagas and the clock, until everybody has gone and nothing is left to do."""
        while self.world.busy or self.orders.waiting:
            yield self.world.ms(20, 200)
            self.orders.work()
            self.orders.expire()

    def _restocking(self) -> Steps:
        """Staff put units in and change a price."""
        yield self.world.ms(300, 900)
        yield from self.stockroom.reprices(self.plenty[0], 1199)
        self.stockroom.moves(self.scarce, Movement.PUT, None, 3)

    def _browsing(self) -> Steps:
        """Somebody reads pages of the catalogue, while prices change and after that."""
        for sort in KEYS:
            for page in (1, 2):
                yield 250 * MS
                yield from self.stockroom.browsed(page, 3, sort)

    def _guessing(self) -> Steps:
        """Somebody tries passwords of an account, more often than one may."""
        yield 300 * MS
        for number in range(RATE + GUESSED_MORE):
            sent = asdict(identity.LogIn("nobody", f"guess#{number}", "gateway-1", email="nobody@shop.example"))
            call = self.world.recorder.invoke("guesser", identity.LOG_IN, sent)
            yield 20 * MS
            refused = number >= RATE
            call.answered(429 if refused else 401, {"code": "TOO_MANY_REQUESTS" if refused else "WRONG_CREDENTIALS"})

    def _disturbed(self) -> Steps:
        """One fault after the other."""
        for number, fault in enumerate(self.disturbances):
            yield self.world.ms(400, 900)
            yield from self._strikes(f"fault_{number}", fault)
        yield from self._probed()
        self.world.busy -= 1

    def _probed(self) -> Steps:
        """After the last heal the probe is not served at first, and then for good."""
        world = self.world
        for number in range(IN_A_ROW + 1):
            began_ns = world.clock()
            yield world.ms(20, 2000)
            said = "" if number else "place_order at gateway-1 was answered 503 UNAVAILABLE"
            world.recorder.event(PROBED, "", {"number": number, "well": not said, "said": said, "began_ns": began_ns})
            yield world.ms(50, 250)

    def _strikes(self, name: str, fault: Disturbance) -> Steps:
        world, spec = self.world, fault.spec
        until_ns = world.clock() + round(fault.lasts_s * 1e9)
        world.disturbance = fault
        world.recorder.fault(name, spec.target, FaultPhase.INJECT, spec=spec)
        if fault.pauses:
            yield from self._oversleeps(fault.pauses, until_ns)
        yield max(1, until_ns - 100 * MS - world.clock())
        world.recorder.fault(name, spec.target, FaultPhase.PROOF, proven=True, detail="seen", spec=spec)
        yield 100 * MS
        world.disturbance = None
        world.recorder.fault(name, spec.target, FaultPhase.HEAL, spec=spec)

    def _oversleeps(self, holder: str, wakes_ns: int) -> Steps:
        """The paused holder has a lock; after its TTL another one reserves, and the first one's write is refused."""
        token = self.stockroom.oversleeps(self.rare, holder, wakes_ns)
        yield TTL_NS + 50 * MS
        late = Buyer(self.world, self.orders, "buyer-late", [self.rare], 1)
        self.world.busy += 1
        fault, self.world.disturbance = self.world.disturbance, None
        yield from late.steps()
        self.world.disturbance = fault
        self.stockroom.fences_off(self.rare, token)

    def _lingering(self) -> Iterator[Steps]:
        """Somebody orders now and then, long after the last heal."""

        def steps() -> Generator[int, None, None]:
            self.world.busy += 1
            number = 0
            while self.world.busy > 1 or number == 0:
                yield 500 * MS
                number = 1
            until_ns = self.world.clock() + LINGER_NS
            self.world.busy += 1
            while self.world.clock() < until_ns:
                yield self.world.ms(3000, 5000)
                self.world.busy += 1
                yield from Buyer(self.world, self.orders, f"linger-{number}", self.plenty, 1).steps()
                number += 1
            self.world.busy -= 2

        yield steps()

    def _draft(self) -> Draft:
        self.orders.expire()
        history = History(self.world.records)
        draft = Draft.of(history)
        draft.observed_ns = self.world.clock() + 2_000 * MS
        draft.rows = {**self._shop(), **self._outside(), **self._health()}
        first = min((each.invoked_ns for each in draft.operations), default=0)
        draft.stages = [
            Stage(time_ns=first, stage="workload", state="begin"),
            Stage(time_ns=self.world.clock() + 1, stage="workload", state="end"),
        ]
        return draft

    def _shop(self) -> dict[str, list[Row]]:
        room, placed = self.stockroom, self.orders.placed.values()
        return {
            STOCK: [{"product_id": each.id, **each.held} for each in room.products.values()],
            MOVEMENTS: room.movements,
            RESERVATIONS: [{"order_id": order, "state": state} for order, state in room.reservations.items()],
            RESERVATION_LINES: [line for order in room.lines for line in self._lines(order, priced=True)],
            ORDERS: [self._row(each) for each in placed],
            ORDER_ITEMS: [line for each in placed for line in self._lines(each.id, priced=bool(each.prices))],
            SAGAS: [],
            SAGA_STEPS: self.orders.steps,
            CLOCKS: [asdict(ClockRow(name, EPOCH_NS, 100_000)) for name in (THIS_MACHINE, DATABASE)],
            identity.LOGIN_RATE: [asdict(identity.LoginRateRow(RATE, 60))],
            TIME_TO_PAY: [asdict(TimeToPayRow(TIME_TO_PAY_NS / 1e9))],
            TOKENS: room.tokens,
            LOCK_GRANTS: room.grants,
            LOCK_ATTEMPTS: room.attempts,
            LOCK_STRAYS: [],
            LOCK_UNWATCHED: [],
            LOCK_SETTINGS: [asdict(DEFAULT_SETTINGS)],
            FENCED_OFF: room.fenced_off,
            identity.USERS: self._users(),
            PAYMENTS: [self._payment(*each, status) for each, status in self.orders.books.items()],
        }

    def _users(self) -> list[Row]:
        users = self.accounts.users
        buyers = {each.user: each.address["recipient"] for each in self.orders.placed.values() if each.user not in users}
        rows = [_user(each.id, each.role, each.version, each.email, each.name) for each in users.values()]
        return rows + [_user(user, "USER", 1, f"{name}@shop.example", str(name)) for user, name in buyers.items()]

    def _lines(self, order: str, *, priced: bool) -> list[Row]:
        placed = self.orders.placed[order]
        return [
            {
                "order_id": order,
                "product_id": product,
                "quantity": quantity,
                "name": self.stockroom.products[product].name if priced else "",
                "unit_price_minor": placed.prices[product] if priced else None,
                "currency": CURRENCY if priced else None,
            }
            for product, quantity in placed.lines.items()
        ]

    def _payment(self, order: str, payment: str, status: str) -> Row:
        return {
            "order_id": order,
            "provider_payment_id": payment,
            "amount_minor": self.orders.placed[order].total,
            "currency": CURRENCY,
            "status": status,
            "reason": self.orders.reasons.get((order, payment), "") if status == "DECLINED" else "",
        }

    def _outside(self) -> dict[str, list[Row]]:
        paid = [each for each in self.orders.placed.values() if each.status == "PAID"]
        return {
            PROVIDER_LEDGER: self.orders.ledger,
            CONFIRMATIONS: [{"order_id": each.id, "state": "SENT"} for each in paid],
            INBOX: [{"message_id": f"event of {each.id}"} for each in paid],
            MAILBOX: [
                {
                    "message_id": f"<order-{each.id}@shop.example>",
                    "order_id": each.id,
                    "to": f"{each.address['recipient']}@shop.example",
                    "subject": f"Your order {each.id[:8].upper()} is confirmed",
                    "text": self._mail(each),
                    "transmissions": each.transmissions,
                    "received_at": self.world.moment(),
                    "at_monotonic": self.world.clock() / 1e9,
                }
                for each in paid
            ],
            ORDER_OUTBOX: [],
            PAYMENT_OUTBOX: [],
            QUEUES: [{"queue": queue, "messages": 0} for queue in ("order.place", "payment.order-events")],
        }

    def _health(self) -> dict[str, list[Row]]:
        megabyte = 1 << 20
        return {
            HEALTH: [{"part": part, "well": True, "detail": "answered"} for part in ("GET /health/ready", *MEMBERS)],
            health_over_time.LOG_ALARMS: [],
            health_over_time.ERRORS_COUNTED: [
                asdict(health_over_time.ErrorsRow(member, status, 0))
                for member in MEMBERS
                for status in ("INTERNAL", "UNKNOWN")
            ],
            CONNECTIONS: [
                asdict(ConnectionsRow("mysql", "mysql", "connections of order", 3, 14, 2)),
                asdict(ConnectionsRow("redis-cache", "redis", "connections", 4, 9, len(MEMBERS))),
                asdict(ConnectionsRow("rabbitmq", "rabbitmq", "connections", 5, 5, len(MEMBERS))),
                asdict(ConnectionsRow("rabbitmq", "rabbitmq", "channels", 11, 10, len(MEMBERS))),
            ],
            health_over_time.MEMORY: [
                asdict(health_over_time.MemoryRow(member, 90 * megabyte, 97 * megabyte)) for member in MEMBERS
            ],
        }

    def _row(self, order: Placed) -> Row:
        total = order.total
        return {
            "id": order.id,
            "user_id": order.user,
            "idempotency_key": order.key,
            "status": order.status,
            "total_minor": total,
            "currency": None if total is None else CURRENCY,
            "payment_id": order.payment,
            "overdue": int(order.expires_ns + 5_000 * MS <= self.world.clock()),
            **order.address,
            "customer_email": f"{order.address['recipient']}@shop.example",
            "reason": order.reason or "",
        }

    def _mail(self, order: Placed) -> str:
        lines = [
            f"{units} x {self.stockroom.products[product].name}\n    {_euros(price)} each, {_euros(units * price)}"
            for product, units in order.lines.items()
            if (price := order.prices[product])
        ]
        return "\n".join(
            [
                f"Thank you, {order.address['recipient']}!\n",
                *lines,
                f"\nTotal: {_euros(order.total or 0)}\n",
                f"Order: {order.id}",
            ]
        )


def _user(user: str, role: str, version: int, email: str, name: str) -> Row:
    return {"id": user, "role": role, "version": version, "email": email, "name": name}


def _euros(units: int) -> str:
    return f"{units // 100:,}.{units % 100:02} {CURRENCY}"


def _calm(seed: Seed) -> Draft:
    return Simulation(seed, ()).runs()


def _stormy(seed: Seed) -> Draft:
    chosen = seed.stream("faults").sample(DISTURBANCES, 3)
    return Simulation(seed, tuple(chosen)).runs()


CALM = LegalHistory("calm", _calm, calm=True, vacuous=frozenset({"recovers"}))
STORMY = LegalHistory("three faults", _stormy)


def suffering(fault: Disturbance) -> LegalHistory:
    """Legal histories with one fault; corruptions are not tried on them."""
    return LegalHistory(
        f"{fault.spec.kind} of {fault.spec.target}", lambda seed: Simulation(seed, (fault,)).runs(), corrupted=False
    )


HISTORIES = (CALM, STORMY, *map(suffering, DISTURBANCES))
