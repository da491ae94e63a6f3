"""What a visit to the shop is, for each kind of customer, and how a customer is made, prepared by a run or by hand."""

import os
from collections.abc import Mapping
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import ClassVar

from pydantic import JsonValue

from chaos.load.customer import Customer, by_hand, goods, prepared
from harness.load.in_process import LoadProcess, attach
from harness.load.requests import Requests
from harness.load.users import Visitor

LOOKS = 4
"""Products that a browsing customer looks at, at most."""
BUYS = 0.2
"""Probability that it orders one."""
PROVIDER = "GAUNTLET_PROVIDER"


def buys_one(_: Visitor, customer: Customer, key: str) -> None:
    """Order one unit of some product."""
    customer.orders(key, customer.product())


def pays_too(_: Visitor, customer: Customer, key: str) -> None:
    """Order one unit of some product, and pay it."""
    order = customer.orders(key, customer.product())
    if order is not None:
        customer.pays(order)


def reads_own_account(_: Visitor, customer: Customer, key: str) -> None:
    """Read the own account."""
    customer.reads_own_account()


def reads_a_product(_: Visitor, customer: Customer, key: str) -> None:
    """Read some product."""
    customer.looks_at(customer.product())


def browses_and_buys(_: Visitor, customer: Customer, key: str) -> None:
    """Look at some products and the own account; one in five orders what it saw last, and pays it."""
    for product in [customer.product() for _look in range(customer.random.randint(1, LOOKS))]:
        customer.looks_at(product)
    customer.reads_own_account()
    if customer.random.random() < BUYS:
        order = customer.orders(key, product)
        if order is not None:
            customer.pays(order)


PROCESS = attach()


class ShopVisitor(Visitor):
    """A customer of the shop."""

    abstract = True
    process: ClassVar[LoadProcess] = PROCESS

    def does(self, customer: Customer, key: str) -> None:
        """A visit; `key` is for an order, and nobody else uses it."""
        raise NotImplementedError

    def made(self, row: Mapping[str, JsonValue] | None) -> tuple[Requests, Mapping[str, JsonValue]]:
        """See Visitor."""
        if row is not None:
            return prepared(self.process, self.client, row), row
        return by_hand(self.process, self.client, self.process.stream("by hand", id(self)))

    def visit(self, requests: Requests, customer: Mapping[str, JsonValue], number: int, random: Random) -> None:
        """See Visitor."""
        world = self.process.world or {"products": list(goods(requests)), "provider": os.environ.get(PROVIDER, "")}
        self.does(Customer(requests, customer, world, random), f"load-{requests.name}-{number}-{random.getrandbits(32):08x}")
