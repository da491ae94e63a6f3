"""The shop with its own view of itself: besides its books, what it logged, and which errors it counted.

Each is compared with the steady state before, so that a stack which ran already can be used.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence

import httpx

from chaos.observations.health_over_time import ERRORS_COUNTED, LOG_ALARMS, ErrorsRow
from chaos.subject import RunningShop
from chaos.subject.metrics import totals
from harness.experiment import Context
from harness.history import Row, row_of
from harness.stack.topology import Role
from harness.system import RunningStack
from harness.system.log_alarms import alarms, ends

HTTP, RPC = "http_server_seconds_count", "rpc_server_seconds_count"
"""Histograms of answers by status: of the gateway and of the services."""
OURS = frozenset({"500", "INTERNAL", "UNKNOWN"})
"""Statuses that only an error of the shop's own has."""

Counted = Mapping[tuple[str, str], int]


class ExaminedShop(RunningShop):
    """See the module's docstring."""

    def __init__(self, stack: RunningStack, watchers: Sequence[str] = ()) -> None:
        super().__init__(stack, watchers)
        self._logged: Mapping[str, int] = {}
        self._errors_before: Counted = {}

    async def steady(self, context: Context) -> None:
        """See Subject."""
        await super().steady(context)
        self._logged = await asyncio.to_thread(ends, self.stack)
        self._errors_before = await self._errors()

    async def observe(self) -> Iterable[tuple[str, Sequence[Row]]]:
        """See Subject."""
        logged = await asyncio.to_thread(alarms, self.stack, self._logged)
        counted = await self._errors()
        return [
            *await super().observe(),
            (LOG_ALARMS, [row_of(each) for each in logged]),
            (
                ERRORS_COUNTED,
                [
                    row_of(ErrorsRow(member, status, count - self._errors_before.get((member, status), 0)))
                    for (member, status), count in counted.items()
                ],
            ),
        ]

    async def _errors(self) -> Counted:
        """Answers that are errors of the shop's own, by member and status; 0 for one that has none. Raises httpx.HTTPError."""
        found: dict[tuple[str, str], int] = {}
        async with httpx.AsyncClient(timeout=5.0, trust_env=False) as http:
            for member in self.stack.instances():
                if member.role is not Role.SERVICE:
                    continue
                port, sample = ("http", HTTP) if member.service == "gateway" else ("metrics", RPC)
                statuses = await totals(http, f"http://{self.stack.address(member.name, port)}", sample, by="status")
                found |= {(member.name, status): round(count) for status, count in statuses.items() if status in OURS}
                found.setdefault((member.name, "500" if member.service == "gateway" else "INTERNAL"), 0)
        return found
