"""Fuzzes every consumed queue of a broker with bad messages among good ones.

In rounds: a few bad messages, good ones and copies of these are published at once in a shuffled order, so that they share
batches. Then the queue must drain; each bad message must be in the dead-letter queue, rejected by the consumer and not given
up by the broker, or be accounted for; the good ones must be decided as if nothing had been beside them; the consumers must
be as many as before. What was wrong in a round is tried again, each bad message alone.
"""

import uuid
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from harness.fuzz.amqp import crafted
from harness.fuzz.amqp.broker import Broker, Death
from harness.fuzz.amqp.served import GOOD, Message, Served
from harness.fuzz.finding import Finding
from harness.fuzz.fuzzing import Fuzzing
from harness.stack.broker_queues import BrokerQueue

FUZZER = "amqp"
BAD, NEIGHBOURS = 6, 2
"""Bad and good messages of a round; every good one is published twice."""
DRAIN_S = 15.0
"""Seconds in which a queue has to be empty again."""
REJECTED = "rejected"
DEAD_LETTERS = "x-dead-letter-routing-key"
"""The argument of a queue that names its dead-letter queue, with the default exchange as its dead-letter exchange."""
_SHOWN = 1500


@dataclass(frozen=True)
class Wrong:
    """Something wrong after a round: the check, what was seen, and the messages that may have caused it."""

    check: str
    message: str
    by: tuple[Message, ...]


class AmqpFuzzer:
    """Fuzzes the queues that `served` speaks of."""

    def __init__(self, fuzzing: Fuzzing, broker: Broker, served: Sequence[Served], url: str) -> None:
        self._fuzzing = fuzzing
        self._broker = broker
        self._served = served
        self._url = url
        self._random = fuzzing.seed.stream("amqp")
        self._stuck: set[str] = set()
        self._sent = 0

    async def run(self, rounds: int | None = None) -> None:
        """Fuzz until the time is over, or for `rounds` rounds. Raises AMQPError, OSError, and what `served` raises."""
        queues = [(queue, self._serving(queue)) for queue in await self._broker.queues() if await self._broker.consumers(queue)]
        for queue, serving in queues:
            if serving is None:
                self._fuzzing.gap(_name(queue), "it is consumed, and nobody says what a good message is")
        pending = {queue.name: await self._first(serving) for queue, serving in queues if serving is not None}
        number = 0
        while not self._fuzzing.over and number != rounds:
            for queue, serving in queues:
                if serving is not None and queue.name not in self._stuck and not self._fuzzing.over:
                    await self._round(queue, serving, pending[queue.name])
            number += 1
            self._fuzzing.note(f"round {number}: {self._sent} messages, {len(self._fuzzing.found_so_far)} findings")
        for queue, _ in queues:
            await self._clean(queue)
        for name, left in pending.items():
            if left and name not in self._stuck:
                self._fuzzing.gap(name, f"{len(left)} kinds of hopeless messages were not sent, such as {left[0][0]}")

    async def _clean(self, queue: BrokerQueue) -> None:
        """Take away what we left in its dead-letter queue, also what came there after it was looked at."""
        if (dead := queue.arguments.get(DEAD_LETTERS)) and await self._broker.drained(queue.name, DRAIN_S):
            await self._broker.deaths(str(dead))

    def _serving(self, queue: BrokerQueue) -> Served | None:
        return next((served for served in self._served if served.fits(queue.name)), None)

    async def _first(self, serving: Served) -> list[tuple[str, bytes]]:
        """What is sent before anything drawn: hopeless messages above all, then those of other types."""
        hopeless = [(f"hopeless: {what}", body) for what, body in await serving.hopeless()]
        return hopeless + [(f"foreign: {what}", body) for what, body in serving.foreign]

    async def _round(self, queue: BrokerQueue, serving: Served, pending: list[tuple[str, bytes]]) -> None:
        # Bad messages are made of another good one: a copy with a neighbour's id could be taken in its place.
        *good, template = [b"\x0a\x01a", *await serving.good(NEIGHBOURS + 1)]
        bodies, pending[:BAD] = pending[:BAD], []
        if len(bodies) < BAD:
            bodies += crafted.some(self._random, template, BAD - len(bodies))
        bad = [_message(kind, body, queue.name, self._random) for kind, body in bodies]
        for wrong in await self._judge(queue, serving, good[1:], bad):
            await self._tell(queue, serving, wrong)

    async def _judge(self, queue: BrokerQueue, serving: Served, good: Sequence[bytes], bad: Sequence[Message]) -> list[Wrong]:
        """Publish, wait, and say what is wrong; at most one thing of each check."""
        neighbours = [Message(str(uuid.uuid4()), GOOD, body) for body in good]
        batch = [*neighbours, *bad, *neighbours]
        self._random.shuffle(batch)
        before = await self._broker.consumers(queue)
        await self._broker.publish(queue.name, batch)
        self._sent += len(batch)
        if not await self._broker.drained(queue.name, DRAIN_S):
            self._stuck.add(queue.name)
            self._count(queue, bad, "not drained")
            return [
                Wrong("drains", f"the queue is not empty {DRAIN_S:g} s later: a message is tried again for ever", tuple(bad))
            ]
        return list(self._first_of_each([wrong async for wrong in self._after(queue, serving, neighbours, bad, before)]))

    async def _after(
        self, queue: BrokerQueue, serving: Served, neighbours: Sequence[Message], bad: Sequence[Message], before: int
    ) -> AsyncIterator[Wrong]:
        """What is wrong once the queue is empty."""
        deaths: Mapping[str, Death] = {}
        dead_queue = queue.arguments.get(DEAD_LETTERS)
        if serving.dead_letters and dead_queue:
            deaths = await self._broker.deaths(str(dead_queue), [each.id for each in (*neighbours, *bad)])
        alive = [each for each in bad if each.id not in deaths]
        accounted = await serving.accounted(alive) if alive else frozenset()
        for message in bad:
            death = deaths.get(message.id)
            outcome = f"dead-lettered, {death.reason}" if death else "accounted for" if message.id in accounted else "swallowed"
            self._count(queue, [message], outcome)
            if death and death.reason != REJECTED:
                yield Wrong(
                    "rejected-at-once", f"{message.kind}: given up by the broker ({death.reason}), not rejected", (message,)
                )
            if outcome == "swallowed" and serving.dead_letters:
                yield Wrong(
                    "no-poison-swallowed", f"{message.kind}: acknowledged, and neither dead-lettered nor acted on", (message,)
                )
        if lost := [each for each in neighbours if each.id in deaths]:
            yield Wrong("neighbours-unharmed", f"{len(lost)} good messages were dead-lettered with the bad ones", tuple(bad))
        problems = await serving.decided([each.body for each in neighbours])
        if problems:
            yield Wrong("neighbours-unharmed", "; ".join(problems), tuple(bad))
        self._count(queue, neighbours, "decided" if not (lost or problems) else "harmed")
        if (now := await self._broker.consumers(queue)) < before:
            yield Wrong("consumers-live-on", f"{before} consumers before, {now} after", tuple(bad))

    @staticmethod
    def _first_of_each(wrongs: Iterable[Wrong]) -> Iterator[Wrong]:
        seen: set[tuple[str, str]] = set()
        for wrong in wrongs:
            key = (wrong.check, wrong.by[0].kind if len(wrong.by) == 1 else "")
            if key not in seen:
                seen.add(key)
                yield wrong

    async def _tell(self, queue: BrokerQueue, serving: Served, wrong: Wrong) -> None:
        """Tell it, after trying its messages again one by one. A queue that is stuck shows it still, or not."""
        if queue.name in self._stuck:
            again = not await self._broker.drained(queue.name, 1.0)
            self._found(queue, wrong, wrong.by, repeated=again)
            return
        for message in wrong.by:
            copy = Message(str(uuid.uuid4()), message.kind, message.body, message.properties)
            second = await self._judge(queue, serving, await serving.good(NEIGHBOURS), [copy])
            if any(each.check == wrong.check for each in second):
                self._found(queue, wrong, (message,), repeated=True)
                return
        self._found(queue, wrong, wrong.by, repeated=False)

    def _found(self, queue: BrokerQueue, wrong: Wrong, by: Sequence[Message], *, repeated: bool) -> None:
        kind = f" ({by[0].kind})" if len(by) == 1 else ""
        shown = tuple(_shown(self._url, queue.name, message) for message in by)
        finding = Finding(FUZZER, wrong.check, _name(queue) + kind, wrong.message, shown)
        if not self._fuzzing.known(finding):
            self._fuzzing.found(finding, repeated=repeated)

    def _count(self, queue: BrokerQueue, messages: Iterable[Message], outcome: str) -> None:
        for message in messages:
            self._fuzzing.tried(f"{_name(queue)} {message.kind.partition(':')[0]}", outcome)


def _name(queue: BrokerQueue) -> str:
    """Queues that the broker named, or that end with their connection, have another name in every run."""
    return f"{queue.name.split('.')[0]} (replies)" if queue.exclusive else queue.name


def _message(kind: str, body: bytes, queue: str, random: Random) -> Message:
    return Message(str(uuid.uuid4()), kind, body, crafted.properties(random, queue))


def _shown(url: str, queue: str, message: Message) -> str:
    """A python program that publishes the message."""
    body = (
        repr(message.body)
        if len(message.body) <= _SHOWN
        else f"bytes.fromhex('{message.body[:_SHOWN].hex()}')  # and {len(message.body) - _SHOWN} more bytes"
    )
    return (
        f"# {message.kind}\npython - <<'EOF'\nimport aio_pika, asyncio\nasync def main():\n"
        f'    async with await aio_pika.connect("{url}") as connection:\n'
        f"        message = aio_pika.Message({body}, **{dict(message.properties)!r})\n"
        f'        await (await connection.channel()).default_exchange.publish(message, "{queue}")\nasyncio.run(main())\nEOF'
    )
