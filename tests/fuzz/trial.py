"""One part of `gauntlet fuzz` on the stack that the tests share, without a run around it."""

from pathlib import Path

from chaos.subject import RunningShop
from harness.fuzz.fuzzer import Fuzzer, run_part
from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.record import Found, PartSummary
from harness.history import Record, Recorder
from harness.seed import Seed
from harness.stack.attach import AttachedStack


class Kept:
    """A history in memory."""

    def __init__(self) -> None:
        self.records: list[Record] = []

    def write(self, record: Record) -> None:
        self.records.append(record)


async def tried_out(
    part: Fuzzer[RunningShop], stack: AttachedStack, *, seconds: float, seed: int, folder: Path
) -> tuple[PartSummary, tuple[Found, ...]]:
    """Run a part for `seconds`; its summary, and what it found."""
    fuzzing = Fuzzing(part.name, seed=Seed(seed), seconds=seconds, folder=folder, recorder=Recorder(Kept()))
    async with RunningShop(stack) as shop:
        summary = await run_part(part, shop, fuzzing)
    return summary, fuzzing.found_so_far
