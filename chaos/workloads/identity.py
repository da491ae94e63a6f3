"""Customers and staff change their accounts while tokens are verified at every instance.

Customers own an order and a payment each and request those of others; an admin grants and revokes roles of the staff.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.client import Answer, Category, Money, Product, Shop, User
from chaos.observations import identity, orders
from chaos.subject import RunningShop
from chaos.workloads.client_process import ClientProcess
from chaos.workloads.identity_customer import Customer
from chaos.workloads.identity_holder import NAME, PASSWORD, ROLE, AccountHolder, GiveRole, Habits
from chaos.workloads.staff import STOCKING, Staff
from chaos.workloads.token_verifiers import TokenPair, Verifiers, connected_verifiers
from harness.experiment import Context, Drive, Minimum
from harness.history import Ending

ENVIRONMENT: Mapping[str, Mapping[str, str]] = {
    # The lowest cost of argon2: this workload hashes many passwords, and does not test their strength.
    "user": {"ARGON2_MEMORY_KIB": "64", "ARGON2_TIME_COST": "1"},
    "gateway": {"LOGIN_RATE": "100000/minute"},
}
"""Settings of the shop that this workload needs."""

OK, REFUSED, UNKNOWN = frozenset({Ending.OK}), frozenset({Ending.FAIL}), frozenset({Ending.INFO})

MINIMUMS = (
    Minimum(operation=identity.CHANGE_ACCOUNT, count=30, endings=OK),
    Minimum(operation=identity.CHANGE_ROLE, count=5, endings=OK),
    Minimum(operation=identity.USE_TOKEN, count=200, endings=OK),
    Minimum(operation=identity.USE_TOKEN, count=200, endings=REFUSED),
    Minimum(operation=identity.REFRESH_TOKENS, count=100, endings=REFUSED),
    Minimum(operation=identity.TRESPASS, count=60, endings=REFUSED),
)
"""Least traffic with the default numbers."""

OPERATIONS = frozenset(
    {
        *(identity.LOG_IN, identity.REFRESH_TOKENS, identity.USE_TOKEN, identity.CHANGE_ACCOUNT, identity.CHANGE_ROLE),
        *(identity.READ_PRODUCT, identity.READ_CATEGORY, identity.LIST_ORDERS, identity.TRESPASS),
        *(orders.PLACE_ORDER, orders.AUTHORISE_PAYMENT),
        *STOCKING,
    }
)
"""Names of the operations of account holders and customers."""

FIRST_PASSWORD = "identity-password"  # noqa: S105 - accounts of a throw-away shop
REGISTERING = 16


@dataclass(frozen=True)
class Account:
    """An account that was registered before the workload."""

    name: str
    email: str
    user_id: str
    staff: bool


@dataclass(frozen=True, kw_only=True)
class Identity:
    """`customers` and `staff` do `rounds` of changes each; a customer sends `unauthorized_per_change` requests before each."""

    customers: int = 8
    staff: int = 4
    rounds: int = 6
    unauthorized_per_change: int = 3
    customer: Habits = field(default_factory=lambda: Habits(changes=(NAME, PASSWORD)))
    employee: Habits = field(default_factory=lambda: Habits(changes=(ROLE, ROLE, NAME)))

    @property
    def operations(self) -> frozenset[str]:
        """Names of the operations that it does."""
        return OPERATIONS

    async def prepare(self, subject: RunningShop, context: Context) -> Drive:
        """See Workload: a product in its category, its stock and every account."""
        admin = await subject.admin()
        category = (await admin.create_category("Identity lamps")).read(Category)
        clerk = Staff(ClientProcess("staff", context.recorder), admin)
        product = await clerk.stocks("Identity lamp", Money(4999), 10 * self.customers, category_id=category.id)
        room = asyncio.Semaphore(REGISTERING)
        names = [(f"customer-{number:02}", False) for number in range(self.customers)]
        names += [(f"employee-{number:02}", True) for number in range(self.staff)]
        accounts = await asyncio.gather(*(_registered(name, staff, subject.shop, context, room) for name, staff in names))
        return lambda: self._all(accounts, subject, context, admin, product)

    async def _all(
        self, accounts: Sequence[Account], subject: RunningShop, context: Context, admin: Shop, product: Product
    ) -> None:
        async with connected_verifiers(subject.stack, product.id) as verifiers:
            give_role = _role_changes(admin, verifiers, context)
            holders = {account: self._holder(account, verifiers, give_role, context) for account in accounts}
            customers = [Customer(each, subject.provider, product) for account, each in holders.items() if not account.staff]
            staff = [each for account, each in holders.items() if account.staff]
            await asyncio.gather(*(customer.acquires() for customer in customers))
            async with asyncio.TaskGroup() as group:
                for customer in customers:
                    tries = partial(customer.tries_unauthorized, self.unauthorized_per_change, customers)
                    group.create_task(self._stays(customer.holder, tries))
                for holder in staff:
                    group.create_task(self._stays(holder, _nothing))

    async def _stays(self, holder: AccountHolder, meanwhile: Callable[[TokenPair], Awaitable[None]]) -> None:
        for _ in range(self.rounds):
            await holder.changes_once(meanwhile)

    def _holder(self, account: Account, verifiers: Verifiers, give_role: GiveRole, context: Context) -> AccountHolder:
        return AccountHolder(
            client=ClientProcess(account.name, context.recorder),
            user_id=account.user_id,
            email=account.email,
            passwords=[FIRST_PASSWORD],
            verifiers=verifiers,
            give_role=give_role,
            random=context.seed.stream(account.name),
            habits=self.employee if account.staff else self.customer,
        )


def _role_changes(admin: Shop, verifiers: Verifiers, context: Context) -> GiveRole:
    """Role changes by the admin, through any gateway."""

    admin_client = ClientProcess("admin", context.recorder)

    async def give(user_id: str, role: str, random: Random) -> Answer | None:
        shop = admin.through(random.choice(verifiers.gateways).http)
        sent = asdict(identity.RoleChange(user_id, role))
        return await admin_client.calls(identity.CHANGE_ROLE, sent, lambda: shop.change_role(user_id, role))

    return give


async def _registered(name: str, staff: bool, shop: Shop, context: Context, room: asyncio.Semaphore) -> Account:
    """A new account. Raises RefusedError, httpx.HTTPError."""
    email = f"{name}@{context.mark}.shop.example"
    async with room:
        user = (await shop.register(email, FIRST_PASSWORD, name)).read(User)
    return Account(name, email, user.id, staff)


async def _nothing(_held: TokenPair) -> None:
    """What staff do between two changes: nothing."""
