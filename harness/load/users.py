"""Classes of Locust users: of a closed load, each goes on when it was answered; in an open one visits are due by the clock.

A subclass in a Locust file says how a customer is made, and what a visit is.
"""

import time
from collections.abc import Mapping
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import ClassVar

import gevent
from gevent.pool import Group
from locust import FastHttpUser, constant, task
from locust.env import Environment
from locust.exception import StopUser
from pydantic import JsonValue

from harness.load.arrivals import Arrivals
from harness.load.in_process import LoadProcess
from harness.load.requests import TIMEOUT_S, Requests

BY_HAND = Arrivals(per_second=20.0)
BY_HAND_S = 3600.0
"""The load that an open class makes when Locust was started by hand."""
AT_ONCE = 10_000
"""Connections of one process, at most."""


class Visitor(FastHttpUser):
    """`process` is what `harness.load.in_process.attach` returned."""

    abstract = True
    process: ClassVar[LoadProcess]
    network_timeout = TIMEOUT_S
    connection_timeout = 5.0

    def made(self, row: Mapping[str, JsonValue] | None) -> tuple[Requests, Mapping[str, JsonValue]]:
        """The requests of a customer, of a prepared row or (None) one that makes its own way, and the row. Raises StopUser."""
        raise NotImplementedError

    def visit(self, requests: Requests, customer: Mapping[str, JsonValue], number: int, random: Random) -> None:
        """One visit, a customer's `number`-th."""
        raise NotImplementedError


class ClosedVisitor(Visitor):
    """One customer, whose next visit is due `pause_s` after the last one ended."""

    abstract = True
    wait_time = constant(0)
    pause_s: ClassVar[float] = 0.0

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self._visits = 0
        self._due_s = 0.0

    def on_start(self) -> None:
        """See locust.User: a customer is there."""
        row = self.process.customer()
        if row is None and self.process.told is not None:
            raise StopUser
        self._requests, self._customer = self.made(row)
        self._random = self.process.stream(self._requests.name)
        self._due_s = time.monotonic()

    @task
    def visits(self) -> None:
        """One visit, when it is due."""
        gevent.sleep(max(0.0, self._due_s - time.monotonic()))
        self._visits += 1
        self.process.begins_visit(self._due_s)
        self._requests.due_s = self._due_s
        self.visit(self._requests, self._customer, self._visits, self._random)
        self._due_s = time.monotonic() + self.pause_s


class OpenVisitors(Visitor):
    """All customers of a process: whose turn it is comes when the clock says so, whether or not others were answered."""

    abstract = True
    wait_time = constant(0)
    concurrency = AT_ONCE

    def on_start(self) -> None:
        """See locust.User: all customers are there."""
        rows = [row for row in iter(self.process.customer, None) if row is not None]
        self._customers = [self.made(row) for row in rows] or [self.made(None)]
        self._turns = 0

    @task
    def visits(self) -> None:
        """All visits of the run."""
        told = self.process.told
        arrivals = (told.arrivals if told and told.arrivals else BY_HAND).of_one_in(told.processes if told else 1)
        under_way, begun_s = Group(), time.monotonic()
        try:
            for at_s in arrivals.due(told.seconds if told else BY_HAND_S, self.process.stream("arrivals", self.process.number)):
                gevent.sleep(max(0.0, begun_s + at_s - time.monotonic()))
                under_way.spawn(self._arrives, begun_s + at_s)
            under_way.join()
        finally:
            under_way.kill()
        raise StopUser

    def _arrives(self, due_s: float) -> None:
        self._turns += 1
        number, turn = divmod(self._turns - 1, len(self._customers))
        requests, customer = self._customers[turn]
        random = self.process.stream(requests.name, number)
        own = Requests(self.process, requests.session, f"{requests.name}-{number}", requests.headers, due_s)
        self.process.begins_visit(due_s)
        self.visit(own, customer, number, random)
