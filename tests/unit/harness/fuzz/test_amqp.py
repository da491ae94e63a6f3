"""The AMQP fuzzer against a broker that behaves, and that misbehaves in each way that is a finding."""

from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any, cast

import pytest

from harness.fuzz.amqp.broker import Broker, Death
from harness.fuzz.amqp.fuzzer import AmqpFuzzer
from harness.fuzz.amqp.served import GOOD, Message, Served
from harness.fuzz.fuzzing import Fuzzing
from harness.history import Record, Recorder
from harness.seed import Seed
from harness.stack.broker_queues import BrokerQueue

QUEUE = BrokerQueue("toys", 0, exclusive=False, arguments={"x-dead-letter-routing-key": "toys.dead"})


class Kept:
    def write(self, record: Record) -> None:
        pass


class FakeBroker:
    """Its consumer refuses what begins with "bad", and takes everything else, but for what a test makes it do."""

    def __init__(
        self, *, swallows: bool = False, takes_others_along: bool = False, stuck: bool = False, gives_up: bool = False
    ) -> None:
        self.swallows, self.takes_others_along, self.stuck, self.gives_up = swallows, takes_others_along, stuck, gives_up
        self.dead: dict[str, Death] = {}
        self.published: list[bytes] = []
        self.consuming = 2

    async def queues(self) -> list[BrokerQueue]:
        return [QUEUE]

    async def consumers(self, _: BrokerQueue) -> int:
        return self.consuming

    async def publish(self, _: str, messages: Sequence[Message]) -> None:
        self.published += [message.body for message in messages]
        for message in messages:
            refused = message.kind != GOOD and message.body != b"copy"
            if (refused and not self.swallows) or self.takes_others_along:
                self.dead[message.id] = Death("toys", "delivery_limit" if self.gives_up else "rejected")

    async def drained(self, _: str, __: float) -> bool:
        return not self.stuck

    async def deaths(self, _: str, ours: Sequence[str] = ()) -> Mapping[str, Death]:
        return {key: death for key, death in self.dead.items() if key in ours}


def served(problems: Sequence[str] = ()) -> Served:
    made = count(1)

    async def good(number: int) -> Sequence[bytes]:
        return [f"good toy {next(made)}".encode() for _ in range(number)]

    async def hopeless() -> Sequence[tuple[str, bytes]]:
        return [("broken", b"bad toy"), ("seen before", b"copy")]

    async def decided(_: Sequence[bytes]) -> Sequence[str]:
        return problems

    async def accounted(messages: Sequence[Message]) -> frozenset[str]:
        return frozenset(message.id for message in messages if message.body == b"copy")

    return Served(
        about="toys",
        fits=lambda queue: queue == "toys",
        good=good,
        hopeless=hopeless,
        foreign=[("string", b"bad")],
        decided=decided,
        accounted=accounted,
    )


async def fuzzed(folder: Path, broker: FakeBroker, *serving: Served, seed: int = 1) -> tuple[Fuzzing, list[tuple[str, bool]]]:
    fuzzing = Fuzzing("amqp", seed=Seed(seed), seconds=60, folder=folder, recorder=Recorder(Kept()))
    await AmqpFuzzer(fuzzing, cast(Broker, broker), serving, "amqp://nowhere").run(rounds=3)
    return fuzzing, sorted({(each.finding.check, each.repeated) for each in fuzzing.found_so_far})


async def test_a_queue_that_behaves_has_no_findings_and_all_that_is_hopeless_was_sent(tmp_path: Path) -> None:
    broker = FakeBroker()
    fuzzing, found = await fuzzed(tmp_path, broker, served())
    assert found == []
    assert {b"bad toy", b"copy", b"bad"} < set(broker.published)
    tried = {(each.target, each.outcome) for each in fuzzing.end().tried}
    assert {("toys hopeless", "dead-lettered, rejected"), ("toys hopeless", "accounted for"), ("toys good", "decided")} < tried
    assert not fuzzing.end().gaps


@pytest.mark.parametrize(
    ("how", "check"),
    [
        ({"swallows": True}, "no-poison-swallowed"),
        ({"takes_others_along": True}, "neighbours-unharmed"),
        ({"stuck": True}, "drains"),
        ({"gives_up": True}, "rejected-at-once"),
    ],
)
async def test_a_queue_that_misbehaves_is_found_out(tmp_path: Path, how: dict[str, Any], check: str) -> None:
    _, found = await fuzzed(tmp_path, FakeBroker(**how), served())
    assert (check, True) in found


async def test_good_messages_that_are_not_decided_are_a_finding(tmp_path: Path) -> None:
    _, found = await fuzzed(tmp_path, FakeBroker(), served(problems=["an order is PENDING"]))
    assert found == [("neighbours-unharmed", True)]


async def test_a_consumed_queue_that_nobody_knows_is_a_gap(tmp_path: Path) -> None:
    fuzzing, _ = await fuzzed(tmp_path, FakeBroker())
    assert [gap.target for gap in fuzzing.end().gaps] == ["toys"]


async def test_a_seed_makes_the_same_messages(tmp_path: Path) -> None:
    first, second, other = FakeBroker(), FakeBroker(), FakeBroker()
    await fuzzed(tmp_path, first, served())
    await fuzzed(tmp_path, second, served())
    await fuzzed(tmp_path, other, served(), seed=2)
    assert first.published == second.published != other.published


async def test_no_bad_message_is_made_of_a_good_one_beside_it(tmp_path: Path) -> None:
    """Red before: a good order with one bit changed was decided in place of the good one, which was told as harmed."""
    broker = FakeBroker()
    await fuzzed(tmp_path, broker, served())
    whole = {body for body in broker.published if body.startswith(b"good toy ") and broker.published.count(body) == 2}
    assert whole
    assert not [body for body in broker.published if body not in whole and any(body[-3:] == each[-3:] for each in whole)]
