"""The part `model` of a fuzzing run: rounds of examples, then those whose orders have expired; what is wrong is a finding."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

import httpx

from chaos.client.shop import TIMEOUT
from chaos.fuzz.model.example import UnexplainedError
from chaos.fuzz.model.expiring import Abandoned, abandoned, expire
from chaos.fuzz.model.sending import InconclusiveError, Sender
from chaos.fuzz.model.setting import PASSWORD
from chaos.fuzz.model.trial import Failure, Trial
from harness.fuzz.finding import Finding
from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.script import script, usage
from harness.recording.http import recorded_client

PATIENCE_S = 12.0
"""An example ends by then: less than an order may await its payment, so that none expires in it."""
LAST_S = 5.0
"""What is kept of the time for examples whose orders have expired."""
NOTE_S = 5.0
"""How often progress is shown, at most."""
AT_A_TIME = 2
"""How many of them are looked at after each round."""
ENOUGH = 40
"""Examples after which everything of EXPECTED was met."""
EXPECTED = (
    ("place_order", "201"),
    ("place_order", "409 OUT_OF_STOCK"),
    ("place_order", "422 IDEMPOTENCY_KEY_REUSED"),
    ("complete_order", "200"),
    ("complete_order", "404 ORDER_NOT_FOUND"),
    ("cancel_order", "200"),
    ("list_orders", "200"),
    ("change_account", "200"),
    ("change_product", "200"),
    ("list_products", "200"),
)


def play(gateway: str, provider: str, password: str, fuzzing: Fuzzing, *, repeats: bool) -> None:
    """Play until the time is over; what was found is told to `fuzzing`.

    `repeats`: the shop answers a refresh again that is repeated in time.
    """
    bases = {"gateway": gateway, "provider": f"http://{provider}"}
    counted: Counter[tuple[str, str]] = Counter()

    def tried(operation: str, outcome: str) -> None:
        counted[operation, outcome] += 1
        fuzzing.tried(operation, outcome)

    with asyncio.Runner() as runner:
        clients = runner.run(_connected(bases))
        try:
            trial = Trial(
                sender=Sender(clients, {PASSWORD: password}, fuzzing.recorder, tried),
                mark=f"m{fuzzing.seed.value:x}{time.time_ns() // 1_000_000:x}",
                run=runner.run,
                left_s=lambda: fuzzing.left_s - LAST_S,
                patience_s=PATIENCE_S,
                repeats=repeats,
            )
            _Part(trial, fuzzing, bases).play(counted)
        finally:
            runner.run(_closed(clients))


@dataclass
class _Part:
    trial: Trial
    fuzzing: Fuzzing
    bases: Mapping[str, str]
    expired: int = 0

    def play(self, counted: Mapping[tuple[str, str], int]) -> None:
        """Rounds, then what has expired, then what was not met."""
        noted = time.monotonic()
        for number in count():
            if self.trial.over():
                break
            failure = self.trial.round(self.fuzzing.seed.child("round", number))
            if failure is not None:
                self.tell(failure, self.trial.repeated(failure))
            self.look_at_expired(AT_A_TIME)
            if time.monotonic() - noted > NOTE_S:
                self.fuzzing.note(self.said())
                noted = time.monotonic()
        self.look_at_expired(len(self.trial.ended))
        self.fuzzing.note(self.said())
        if self.trial.examples >= ENOUGH:
            for target, outcome in EXPECTED:
                if not counted.get((target, outcome)):
                    self.fuzzing.gap(target, f"never answered {outcome}")
        if self.trial.inconclusive * 2 > self.trial.examples:
            self.fuzzing.gap("examples", f"{self.trial.inconclusive} of {self.trial.examples} had an answer that says nothing")

    def look_at_expired(self, most: int) -> None:
        """Look at examples that were left with unpaid orders whose time is over, at `most` so many of them."""
        overdue = [left for left in map(abandoned, self.trial.ended) if left is not None and left.overdue]
        for left in overdue[:most]:
            if self.fuzzing.over:
                break
            self.trial.ended.remove(left.example)
            self.expired += 1
            error = self.wrong_with(left)
            if error is not None:
                again = self.wrong_with(left)
                self.tell(Failure(left.example, error), repeated=again is not None)

    def wrong_with(self, left: Abandoned) -> UnexplainedError | None:
        """What the model cannot explain about an example whose orders have expired."""
        try:
            self.trial.run(expire(left))
        except InconclusiveError:
            return None
        except UnexplainedError as error:
            return error
        return None

    def tell(self, failure: Failure, repeated: bool) -> None:
        """A finding, with a script that sends the sequence again."""
        self.trial.known.append(failure.error.operations)
        path = self.fuzzing.folder / f"model-{len(self.trial.known)}.py"
        command = usage(self.bases, str(path), [PASSWORD])
        text = script(failure.example.sequence, str(failure.error), command)
        path.write_text(text)
        finding = Finding(
            fuzzer="model",
            check="unexplained_answer",
            target=" + ".join(sorted(failure.error.operations)),
            message=f"{failure.error} (the last of {failure.requests} requests)",
            reproduce=(command, text),
        )
        self.fuzzing.found(finding, repeated=repeated)

    def said(self) -> str:
        """How far it is."""
        trial = self.trial
        return (
            f"{trial.examples} examples, {trial.inconclusive} inconclusive, {self.expired} looked at after their orders expired"
        )


async def _connected(bases: Mapping[str, str]) -> Mapping[str, httpx.AsyncClient]:
    return {name: recorded_client(url, timeout=TIMEOUT) for name, url in bases.items()}


async def _closed(clients: Mapping[str, httpx.AsyncClient]) -> None:
    for client in clients.values():
        await client.aclose()
