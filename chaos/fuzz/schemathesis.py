"""schemathesis: what the OpenAPI document promises, tried with generated requests and with sequences of them along its links.

First as everybody (each operation by whoever may), then as a customer, as an admin and as nobody. A status of the document
that nobody met is a gap, and so is an operation that refused everybody. Accounts, goods and payments come from
`chaos/schemathesis_hooks.py`, the same for the stock command line.
"""

import asyncio
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from chaos.fuzz.reaching import NEVER_REACHED, UNREACHED, Way
from chaos.subject import RunningShop
from harness.fuzz.finding import Finding
from harness.fuzz.fuzzer import Fuzzer
from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.reachability import Reached, declared

CONFIG = Path(__file__).parents[2] / "schemathesis.toml"
EVERYBODY = ""
ROUNDS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    (EVERYBODY, ("examples", "fuzzing", "stateful"), 0.4),
    (EVERYBODY, ("examples", "coverage"), 0.65),
    ("customer", ("examples", "fuzzing", "stateful"), 0.77),
    ("admin", ("examples", "fuzzing", "stateful"), 0.9),
    ("anonymous", ("examples", "fuzzing", "coverage"), 1.0),
)
"""Who, in which phases, and the share of the part's time by which it has to end."""
ENOUGH = 10
"""Answers after which an operation that refused every one was not tested."""
SECONDS_PER_EXAMPLE = 12.0
"""One more input for each operation for so much of the part's time."""


class _Told:
    """What a round tells; ends at its share of the time."""

    def __init__(self, fuzzing: Fuzzing, reached: Reached, ends: float) -> None:
        self._fuzzing = fuzzing
        self._left_after_s = fuzzing.seconds * (1 - ends)
        self._reached = reached

    @property
    def over(self) -> bool:
        return self._fuzzing.left_s <= self._left_after_s

    def answered(self, operation: str, status: int, parameters: Sequence[str]) -> None:
        self._fuzzing.tried(operation, str(status))
        self._reached.answered(operation, status, parameters)

    def failed(self, finding: Finding, again: Callable[[], bool]) -> None:
        if not self._fuzzing.known(finding):
            self._fuzzing.found(finding, repeated=again())


def part(*, alone: bool) -> Fuzzer[RunningShop]:
    """The part, on a shop that is its own or one that others use, too."""

    async def run(shop: RunningShop, fuzzing: Fuzzing) -> None:
        from harness.fuzz.schemathesis_run import Settings
        from harness.fuzz.schemathesis_run import run as run_schemathesis  # schemathesis takes a second to import

        openapi = (await shop.http.get("/openapi.json")).json()
        tried, reached = Reached(declared(openapi)), Reached(declared(openapi))
        way = Way(shop, openapi, lambda operation, status: _also(reached, fuzzing, operation, status), alone=alone)

        async def rounds() -> None:
            seed, examples = fuzzing.seed.child("schemathesis").value, max(1, int(fuzzing.seconds / SECONDS_PER_EXAMPLE))
            document = f"{shop.stack.base_url}/openapi.json"
            for number, (who, phases, ends) in enumerate(ROUNDS):
                told = _Told(fuzzing, tried, ends)
                settings = Settings(document=document, config=CONFIG, seed=seed + number, examples=examples, phases=phases)
                with _environment({**_hints(shop), "SHOP_FUZZ_AS": who}):
                    await fuzzing.in_thread(partial(run_schemathesis, settings, told))
                fuzzing.note(f"as {who or 'everybody'}: {', '.join(phases)}; {tried.summary()}")

        async with asyncio.TaskGroup() as group:
            group.create_task(rounds())
            group.create_task(way.go())
        _gaps(fuzzing, tried, reached, alone=alone)

    about = "Generated requests and sequences against the OpenAPI document, as customer, admin and nobody."
    return Fuzzer(name="schemathesis", about=about, share=4, run=run)


def _hints(shop: RunningShop) -> dict[str, str]:
    """What the hooks cannot find out about a stack that is not below the working folder."""
    return {
        "ADMIN_EMAIL": "admin@shop.example",
        "ADMIN_PASSWORD": shop.stack.secret("admin"),
        "PROVIDER_URL": str(shop.paying.base_url).rstrip("/"),
    }


@contextmanager
def _environment(wanted: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name in wanted:
            os.environ.pop(name)
            os.environ.update({name: before[name]} if name in before else {})


def _also(reached: Reached, fuzzing: Fuzzing, operation: str, status: int) -> None:
    reached.answered(operation, status)
    fuzzing.tried(operation, str(status))


def _gaps(fuzzing: Fuzzing, tried: Reached, reached: Reached, *, alone: bool) -> None:
    both = tried + reached
    excused = NEVER_REACHED if alone else (*NEVER_REACHED, *UNREACHED)
    for operation, status in both.missing():
        if (operation, status) not in excused:
            fuzzing.gap(operation, f"never answered {status}, which the document declares")
    for operation in tried.refused(at_least=ENOUGH):
        fuzzing.gap(operation, "schemathesis was only ever answered 401 or 403 there")
    (fuzzing.folder / "reachability.txt").write_text(f"{both.table()}\n\nby schemathesis alone\n{tried.table()}\n")
    fuzzing.note(both.summary())


schemathesis = part(alone=True)
