"""Locust users of a small server, for tests: they look, again and again, and one kind is too busy to come in time."""

import time
from collections.abc import Mapping
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from pydantic import JsonValue

from harness.load.in_process import attach
from harness.load.requests import Requests
from harness.load.users import ClosedVisitor, OpenVisitors, Visitor

PROCESS = attach()


class Looking(Visitor):
    abstract = True
    process = PROCESS

    def made(self, row: Mapping[str, JsonValue] | None) -> tuple[Requests, Mapping[str, JsonValue]]:
        name = str(row["name"]) if row else "by hand"
        return Requests(self.process, self.client, name), row or {}

    def visit(self, requests: Requests, customer: Mapping[str, JsonValue], number: int, random: Random) -> None:
        requests.send("look", {"number": number}, "GET", f"/things/{number}")


class Closed(Looking, ClosedVisitor):
    pause_s = 0.1


class Open(Looking, OpenVisitors):
    pass


class Busy(Looking, OpenVisitors):
    def visit(self, requests: Requests, customer: Mapping[str, JsonValue], number: int, random: Random) -> None:
        until = time.monotonic() + 0.2
        while time.monotonic() < until:
            pass
        super().visit(requests, customer, number, random)
