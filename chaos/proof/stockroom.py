"""Products, their stock with its ledger, reservations, the lock on products and its fencing tokens."""

import json
from dataclasses import asdict, dataclass, field

from pydantic import JsonValue

from chaos.guarantees import joining
from chaos.guarantees.listings import DESCENDING, KEYS
from chaos.observations.catalogue import CREATE_PRODUCT, LIST_PRODUCTS, SET_PRICE, NewProduct, PriceChange, ProductsPage
from chaos.observations.locks import AttemptRow, GrantRow, VoteRow
from chaos.observations.outside import Amount
from chaos.observations.stock import Movement
from chaos.proof.world import MS, Steps, World
from harness.history import Row

ERROR_NS = 100_000
"""How far apart the clocks of servers are at most."""
MASTERS = ("redis-lock-1", "redis-lock-2", "redis-lock-3")
QUORUM = 2
HOLDERS = ("order-1", "order-2")
STAFF, BROWSER = "staff", "browser"
CURRENCY = "EUR"
TTL_NS = 8_000_000_000


@dataclass
class Product:
    """A product for sale; the buckets are those of its row."""

    id: str
    name: str
    price: int
    held: dict[str, int] = field(default_factory=lambda: {"available": 0, "reserved": 0, "sold": 0})
    lock_until_ns: int = 0
    fence: int = 0
    created: str = ""


@dataclass
class Stockroom:
    """What the product service stores, and what is known of the lock."""

    world: World
    products: dict[str, Product] = field(default_factory=dict)
    movements: list[Row] = field(default_factory=list)
    reservations: dict[str, str] = field(default_factory=dict)
    lines: dict[str, dict[str, int]] = field(default_factory=dict)
    grants: list[Row] = field(default_factory=list)
    attempts: list[Row] = field(default_factory=list)
    tokens: list[Row] = field(default_factory=list)
    fenced_off: list[Row] = field(default_factory=list)

    def stocks(self, name: str, price: int, units: int) -> Product:
        """A new product with units."""
        product = Product(self.world.new_id(), name, price, created=self.world.moment())
        self.products[product.id] = product
        made = NewProduct(name, Amount(price, CURRENCY))
        self.world.recorder.invoke(STAFF, CREATE_PRODUCT, asdict(made)).answered(201, self.shown(product))
        self.moves(product, Movement.PUT, None, units)
        return product

    def reprices(self, product: Product, price: int) -> Steps:
        """Staff change a price."""
        change = PriceChange(product.id, Amount(price, CURRENCY))
        call = self.world.recorder.invoke(STAFF, SET_PRICE, asdict(change))
        yield self.world.ms(5, 40)
        product.price = price
        yield self.world.ms(5, 40)
        call.answered(200, self.shown(product))

    def shown(self, product: Product) -> Row:
        """A product, as answers have it."""
        price: Row = {"minor_units": product.price, "currency": CURRENCY}
        made = {"id": product.id, "name": product.name, "created_at": product.created}
        return {**made, "price": dict(price), "category_id": None}

    def browsed(self, page: int, page_size: int, sort: str) -> Steps:
        """Somebody reads a page of all products, in as long as it always takes; there is no fault that hits it."""
        asked = ProductsPage("browsing", "lamp", page, page_size, sort)
        call = self.world.recorder.invoke(BROWSER, LIST_PRODUCTS, asdict(asked))
        yield 10 * MS
        items = [self.shown(each) for each in self.products.values()]
        items.sort(key=KEYS[sort], reverse=sort in DESCENDING)
        shown: list[JsonValue] = [dict(each) for each in items[(page - 1) * page_size : page * page_size]]
        yield 10 * MS
        call.answered(200, {"items": shown, "total": len(items), "page": page, "page_size": page_size})

    def reserves(self, order: str, lines: dict[str, int]) -> bool:
        """Take the lock over the products and reserve all lines or none; whether there was enough."""
        products = [self.products[each] for each in sorted(lines)]
        token = self.takes(products)
        if any(product.held["available"] < lines[product.id] for product in products):
            return False
        for product in products:
            product.fence = token
            self.moves(product, Movement.RESERVE, order, lines[product.id], fence=token)
        self.reservations[order], self.lines[order] = "RESERVED", dict(lines)
        return True

    def ends(self, order: str, kind: Movement) -> None:
        """Confirm or release a reservation."""
        self.reservations[order] = "CONFIRMED" if kind is Movement.CONFIRM else "RELEASED"
        for product, quantity in self.lines[order].items():
            self.moves(self.products[product], kind, order, quantity)

    def moves(self, product: Product, kind: Movement, order: str | None, quantity: int, fence: int | None = None) -> None:
        """An entry of the ledger, and the row that follows it."""
        source, target = joining.MOVES[kind]
        for bucket, change in ((source, -quantity), (target, quantity)):
            if bucket in product.held:
                product.held[bucket] += change
        entry: Row = {
            "id": len(self.movements) + 1,
            "product_id": product.id,
            "order_id": order,
            "kind": kind.value,
            "quantity": quantity,
            "fence": fence,
            "created_ns": self.world.clock(),
        }
        self.movements.append(entry)

    def takes(self, products: list[Product], holder: str = "", *, until_ns: int | None = None) -> int:
        """Hold the lock on products, until now or until `until_ns`; returns its fencing token."""
        now_ns, world = self.world.clock(), self.world
        token = len(self.tokens) + 1
        paused = world.disturbance.pauses if world.disturbance else ""
        holder = holder or world.random.choice([each for each in HOLDERS if each != paused])
        value = f"{holder}:{world.random.getrandbits(128):032x}"
        names = json.dumps([each.id for each in products])
        self._tries(value, products, now_ns, until_ns or now_ns)
        self.tokens.append({"token": token, "holder": value, "names": names, "drawn_ns": now_ns})
        for product in products:
            begin_ns = max(product.lock_until_ns + 1, now_ns - world.ms(1, 3))
            ended_ns = until_ns or now_ns
            grant = GrantRow(
                resource=product.id,
                holder=holder,
                value=value,
                token=token,
                begin_ns=begin_ns,
                sure_ns=ended_ns,
                end_ns=ended_ns,
                ending="released",
                votes=len(MASTERS) if world.disturbance is None else QUORUM,
                unseen=0 if world.disturbance is None else 1,
                quorum=QUORUM,
                error_ns=ERROR_NS,
                until_ns=begin_ns + TTL_NS,
                granted_ns=begin_ns,
                drawn_ns=now_ns,
                set_at=MASTERS if world.disturbance is None else MASTERS[1:],
                out_of_sight=0 if world.disturbance is None else 1,
            )
            self.grants.append(asdict(grant))
            product.lock_until_ns = now_ns
        return token

    def _tries(self, value: str, products: list[Product], now_ns: int, ended_ns: int) -> None:
        """The attempt that is granted, and often one before that was refused and withdrawn."""
        world, at = self.world, now_ns - MS
        masters = MASTERS if world.disturbance is None else MASTERS[1:]
        votes = [
            VoteRow(each, asked_ns=at, set_ns=at, sets=1, until_ns=at + TTL_NS, released_ns=max(ended_ns, at))
            for each in masters
        ]
        self._attempts(value, products, votes)
        if len(self.tokens) % 3 == 0:
            before, other = at - 50 * MS, f"order-0:{len(self.tokens)}"
            refused = [VoteRow(each, asked_ns=before, met=other, released_ns=before + MS) for each in masters]
            self._attempts(f"{value}0", products, refused)

    def _attempts(self, value: str, products: list[Product], votes: list[VoteRow]) -> None:
        resources = tuple(each.id for each in products)
        holder, at = value.rpartition(":")[0], min(vote.asked_ns or 0 for vote in votes)
        row = AttemptRow(value, holder, resources, at, (TTL_NS // MS,), tuple(votes))
        self.attempts.append(asdict(row))

    def oversleeps(self, product: Product, holder: str, wakes_ns: int) -> int:
        """A holder is paused with the lock until `wakes_ns`; returns its token. Nobody may take it before its TTL."""
        token = self.takes([product], holder, until_ns=wakes_ns + MS)
        product.lock_until_ns += TTL_NS
        return token

    def fences_off(self, product: Product, token: int) -> None:
        """The write of an overtaken holder is refused."""
        row: Row = {"id": len(self.fenced_off) + 1, "product_id": product.id, "token": token, "written": product.fence}
        self.fenced_off.append(row)
