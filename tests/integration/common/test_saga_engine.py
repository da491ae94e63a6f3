"""The saga engine on a real database: order of steps, compensation, retries, leases, and one active saga per subject."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from chaos.parked_sagas import RESUME
from harness.stack.attach import AttachedStack
from harness.stack.namespaces import Namespace
from system.common.database import Database, Transaction, connect
from system.common.errors import InvalidArgument, Unavailable
from system.common.migrate import configuration
from system.common.saga import Definition, Done, Failed, Local, Outcome, Refused, Remote, Saga, State
from system.common.saga_engine import SagaEngine
from system.common.settings import DatabaseSettings
from tests.integration.shop import eventually


@dataclass
class Play:
    """A saga of two steps that writes down what was done; `refuse` and `fail` say what its steps answer."""

    done: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)
    fail: dict[str, int] = field(default_factory=dict)
    effect: bool = False
    gate: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def step(self, name: str, undo: bool = False) -> Callable[[Sequence[Saga]], "asyncio.Future[Sequence[Outcome]]"]:
        async def act(sagas: Sequence[Saga]) -> Sequence[Outcome]:
            said = f"undo {name}" if undo else name
            self.reached.set()
            if self.gate is not None:
                await self.gate.wait()
            if self.fail.get(said, 0) > 0:
                self.fail[said] -= 1
                raise Unavailable("away")
            self.done.append(said)
            refused = self.refuse.get(said)
            return [Refused(refused, effect=self.effect) if refused else Done({name: "kept"}) for _ in sagas]

        return act  # type: ignore[return-value]  # an async function is what Remote takes

    def ending(self, name: str) -> Local:
        async def act(tx: Transaction, sagas: Sequence[Saga]) -> None:
            self.done.append(name)

        return Local(name, act)

    def definition(self) -> Definition:
        steps = (
            Remote("first", self.step("first"), undo=self.step("first", undo=True)),
            Remote("second", self.step("second"), undo=self.step("second", undo=True)),
            Remote("third", self.step("third")),
        )
        return Definition("play", steps, finish=self.ending("finish"), give_up=self.ending("give up"))


@pytest.fixture(scope="module")
def schema(stack: AttachedStack) -> Iterator[str]:
    """A schema of order's that no instance of the shop looks into; the address of it."""
    with Namespace.take(stack) as namespace:
        access = namespace.mysql("order")
        url = f"mysql+asyncmy://{access.user}:{access.password}@{access.host}:{access.port}/{access.schema}"
        command.upgrade(configuration("order", url), "head")
        yield url


@pytest.fixture
async def database(schema: str) -> AsyncIterator[Database]:
    async with connect(DatabaseSettings(database_url=schema)) as opened:
        yield opened


def engine_of(database: Database, play: Play, *, instance: str = "", lease_s: float = 60) -> SagaEngine:
    return SagaEngine(database, [play.definition()], instance=instance or uuid.uuid4().hex, lease_s=lease_s)


async def start(engine: SagaEngine, database: Database, subject: str) -> list[Saga]:
    return await database.run(lambda tx: engine.start(tx, "play", {subject: {"from": "start"}}))


async def row(database: Database, subject: str) -> dict[str, object]:
    async with database.transaction() as tx:
        query = text("SELECT * FROM sagas WHERE subject = :s ORDER BY created_at DESC LIMIT 1")
        return dict((await tx.execute(query, {"s": subject})).mappings().one())


async def test_steps_run_in_order_and_keep_what_they_learned(database: Database) -> None:
    play, subject = Play(), str(uuid.uuid4())
    engine = engine_of(database, play)
    (saga,) = await engine.execute(await start(engine, database, subject))
    assert play.done == ["first", "second", "third", "finish"]
    assert (saga.state, saga.data["from"], saga.data["second"]) == (State.DONE, "start", "kept")
    stored = await row(database, subject)
    assert (stored["state"], stored["active"]) == ("DONE", None)


async def test_a_refusal_undoes_what_was_done_in_reverse(database: Database) -> None:
    play, subject = Play(refuse={"third": "NO"}), str(uuid.uuid4())
    engine = engine_of(database, play)
    (saga,) = await engine.execute(await start(engine, database, subject))
    assert play.done == ["first", "second", "third", "undo second", "undo first", "give up"]
    assert (saga.state, saga.reason) == (State.COMPENSATED, "NO")


async def test_a_refusal_of_the_first_step_has_nothing_to_undo(database: Database) -> None:
    play, subject = Play(refuse={"first": "NO"}), str(uuid.uuid4())
    engine = engine_of(database, play)
    await engine.execute(await start(engine, database, subject))
    assert play.done == ["first", "give up"]


async def test_a_refusal_with_an_effect_undoes_its_own_step_too(database: Database) -> None:
    play, subject = Play(refuse={"second": "NO"}, effect=True), str(uuid.uuid4())
    engine = engine_of(database, play)
    (saga,) = await engine.execute(await start(engine, database, subject))
    assert play.done == ["first", "second", "undo second", "undo first", "give up"]
    assert (saga.state, saga.reason) == (State.COMPENSATED, "NO")


async def test_a_step_that_fails_is_done_again_later_also_while_undoing(database: Database) -> None:
    play, subject = Play(refuse={"second": "NO"}, fail={"first": 1, "undo first": 2}), str(uuid.uuid4())
    engine = engine_of(database, play)
    (waiting,) = await engine.execute(await start(engine, database, subject))
    assert (waiting.state, waiting.attempts, play.done) == (State.RUNNING, 1, [])
    await until_rest(engine, database, subject)
    assert play.done == ["first", "second", "undo first", "give up"]


async def until_rest(engine: SagaEngine, database: Database, subject: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.create_task(engine.loop(stop))
    try:
        await eventually(lambda: row(database, subject), lambda stored: stored["active"] is None)
    finally:
        stop.set()
        await loop


async def test_one_active_saga_per_subject(database: Database) -> None:
    play, subject = Play(), str(uuid.uuid4())
    engine = engine_of(database, play)
    sagas = await start(engine, database, subject)
    with pytest.raises(IntegrityError):
        await start(engine, database, subject)
    await engine.execute(sagas)
    await engine.execute(await start(engine, database, subject))
    assert play.done.count("finish") == 2, "once it is at rest, the next one may come"


async def test_a_saga_of_a_dead_instance_is_resumed_by_another_after_its_lease(database: Database) -> None:
    dead, heir, subject = Play(), Play(), str(uuid.uuid4())
    await start(engine_of(database, dead, lease_s=0.3), database, subject)
    await until_rest(engine_of(database, heir), database, subject)
    assert (dead.done, heir.done) == ([], ["first", "second", "third", "finish"])


async def test_a_restarted_instance_takes_up_its_own_sagas_at_once(database: Database) -> None:
    before, after, subject, name = Play(), Play(), str(uuid.uuid4()), uuid.uuid4().hex
    await start(engine_of(database, before, instance=name, lease_s=3600), database, subject)
    await until_rest(engine_of(database, after, instance=name), database, subject)
    assert after.done == ["first", "second", "third", "finish"]


async def test_an_executor_that_slept_past_its_lease_writes_nothing(database: Database) -> None:
    sleeper, heir, subject = Play(gate=asyncio.Event()), Play(refuse={"first": "NO"}), str(uuid.uuid4())
    slow = engine_of(database, sleeper, lease_s=0.2)
    paused = asyncio.create_task(slow.execute(await start(slow, database, subject)))
    await sleeper.reached.wait()
    await until_rest(engine_of(database, heir), database, subject)
    assert (await row(database, subject))["state"] == "COMPENSATED"
    assert sleeper.gate is not None
    sleeper.gate.set()
    assert await paused == [], "a saga that somebody else has taken is not this one's to report"
    assert sleeper.done == ["first"], "its call could not be unsaid, but nothing came of it"
    assert (await row(database, subject))["state"] == "COMPENSATED"


async def test_sagas_of_a_batch_part_ways_where_their_answers_differ(database: Database) -> None:
    play, subjects = Play(), [str(uuid.uuid4()) for _ in range(4)]
    refused = set(subjects[:2])

    async def choose(sagas: Sequence[Saga]) -> Sequence[Outcome]:
        return [Refused("SOLD_OUT") if s.subject in refused else Done() for s in sagas]

    definition = Definition("play", (Remote("choose", choose),), finish=play.ending("finish"), give_up=play.ending("give up"))
    engine = SagaEngine(database, [definition], instance=uuid.uuid4().hex)
    sagas = await database.run(lambda tx: engine.start(tx, "play", {s: {} for s in subjects}))
    ended = await engine.execute(sagas)
    assert {s.subject for s in ended if s.state is State.COMPENSATED} == refused
    assert {s.subject for s in ended if s.state is State.DONE} == set(subjects) - refused
    assert sorted(play.done) == ["finish", "give up"]


@dataclass
class Stubborn:
    """A step that answers for a whole batch, or fails with it when one of its sagas is among `poison`."""

    poison: dict[str, Exception]
    sizes: list[int] = field(default_factory=list)

    async def act(self, sagas: Sequence[Saga]) -> Sequence[Outcome]:
        self.sizes.append(len(sagas))
        for saga in sagas:
            if error := self.poison.get(saga.subject):
                raise error
        return [Done()] * len(sagas)

    async def one_by_one(self, sagas: Sequence[Saga]) -> Sequence[Outcome]:
        return [Failed(self.poison[s.subject]) if s.subject in self.poison else Done() for s in sagas]

    async def end(self, tx: Transaction, sagas: Sequence[Saga]) -> None:
        for saga in sagas:
            if error := self.poison.get(saga.subject):
                raise error


POISON = pytest.mark.parametrize(
    "error", [Unavailable("away for ever"), InvalidArgument("nobody can"), KeyError("a defect")], ids=lambda e: type(e).__name__
)


async def ended(database: Database, subjects: Sequence[str]) -> set[str]:
    async with database.transaction() as tx:
        rows = await tx.execute(text("SELECT subject FROM sagas WHERE state = 'DONE'"))
        return set(rows.scalars()) & set(subjects)


async def run_until_all_but_one_ended(engine: SagaEngine, database: Database, subjects: Sequence[str]) -> None:
    sagas = await database.run(lambda tx: engine.start(tx, "play", {s: {} for s in subjects}))
    await engine.execute(sagas)
    stop = asyncio.Event()
    loop = asyncio.create_task(engine.loop(stop))
    try:
        await eventually(lambda: ended(database, subjects), lambda done: done == set(subjects[1:]))
    finally:
        stop.set()
        await loop


@POISON
async def test_a_saga_that_cannot_succeed_holds_up_no_other(database: Database, error: Exception) -> None:
    subjects = [str(uuid.uuid4()) for _ in range(40)]
    step, play = Stubborn({subjects[0]: error}), Play()
    definition = Definition("play", (Remote("step", step.act),), finish=play.ending("finish"), give_up=play.ending("give up"))
    engine = SagaEngine(database, [definition], instance=uuid.uuid4().hex)
    await run_until_all_but_one_ended(engine, database, subjects)
    assert step.sizes[0] == 40
    assert (await row(database, subjects[0]))["attempts"] != 0


async def test_an_outcome_that_is_missing_is_asked_for_alone(database: Database) -> None:
    subjects = [str(uuid.uuid4()) for _ in range(5)]
    step, play = Stubborn({subjects[0]: Unavailable("away")}), Play()
    definition = Definition(
        "play", (Remote("step", step.one_by_one),), finish=play.ending("finish"), give_up=play.ending("give up")
    )
    engine = SagaEngine(database, [definition], instance=uuid.uuid4().hex)
    sagas = await engine.execute(await database.run(lambda tx: engine.start(tx, "play", {s: {} for s in subjects})))
    assert {s.subject: s.state for s in sagas} == {
        subject: State.DONE if subject in subjects[1:] else State.RUNNING for subject in subjects
    }


async def test_a_saga_whose_end_cannot_be_written_holds_up_no_other(database: Database) -> None:
    subjects = [str(uuid.uuid4()) for _ in range(10)]
    step = Stubborn({subjects[0]: ValueError("an end that cannot be")})
    definition = Definition(
        "play", (Remote("step", Play().step("step")),), finish=Local("finish", step.end), give_up=Play().ending("give up")
    )
    engine = SagaEngine(database, [definition], instance=uuid.uuid4().hex)
    await run_until_all_but_one_ended(engine, database, subjects)


async def test_a_defect_is_parked_after_a_while_and_goes_on_when_it_is_resumed(database: Database) -> None:
    subject, step = str(uuid.uuid4()), Stubborn({})
    step.poison[subject] = KeyError("a defect")
    definition = Definition(
        "play", (Remote("step", step.act),), finish=Play().ending("finish"), give_up=Play().ending("give up")
    )
    engine = SagaEngine(database, [definition], instance=uuid.uuid4().hex, park_after=3)
    await engine.execute(await start(engine, database, subject))
    stop = asyncio.Event()
    loop = asyncio.create_task(engine.loop(stop))
    try:
        parked = await eventually(lambda: row(database, subject), lambda stored: stored["parked_at"] is not None)
        assert (parked["defects"], parked["active"], "a defect" in str(parked["error"])) == (3, 1, True)
        assert await engine.count_parked() == {"play": 1}
        step.poison.clear()
        async with database.transaction() as tx:
            await tx.execute(text(RESUME.replace("%s", ":id")), {"id": parked["id"]})
        await eventually(lambda: row(database, subject), lambda stored: stored["state"] == "DONE")
    finally:
        stop.set()
        await loop
    assert await engine.count_parked() == {}


async def test_what_is_away_is_asked_for_as_long_as_it_takes(database: Database) -> None:
    subject, play = str(uuid.uuid4()), Play(fail={"first": 4})
    engine = SagaEngine(database, [play.definition()], instance=uuid.uuid4().hex, park_after=3)
    await engine.execute(await start(engine, database, subject))
    await until_rest(engine, database, subject)
    assert (await row(database, subject))["state"] == "DONE"
