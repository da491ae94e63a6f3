import asyncio
from dataclasses import replace
from email.message import EmailMessage

import pytest

from system.common import deadlines
from system.common.errors import DeadlineExceeded, InvalidArgument, Unavailable
from system.notification.domain import Confirmation, State
from system.notification.handlers import LEASE_MARGIN_S, MARGIN_S, Confirmations
from tests.unit.system.notification.fakes import CONFIRMATION, ORDER, FakeDatabase, FakeMail, FakeStore

TIMEOUT_S = 3.0


def write(confirmation: Confirmation) -> EmailMessage:
    mail = EmailMessage()
    mail["Message-ID"] = confirmation.message_id
    return mail


class World:
    def __init__(self) -> None:
        self.database, self.store, self.mail = FakeDatabase(), FakeStore(), FakeMail()
        self.confirmations = Confirmations(self.database, self.store, self.mail, write, smtp_timeout_s=TIMEOUT_S)

    @property
    def state(self) -> State:
        return self.store.rows[ORDER].state


@pytest.fixture
def world() -> World:
    return World()


def reject() -> None:
    raise Unavailable("451")


async def test_sent_once_however_often_asked(world: World) -> None:
    first = await world.confirmations.send(CONFIRMATION)
    assert await world.confirmations.send(CONFIRMATION) == first
    assert first.message_id == CONFIRMATION.message_id
    assert len(world.mail.taken) == 1
    assert world.state is State.SENT


async def test_while_one_sends_the_others_are_told_to_come_back(world: World) -> None:
    world.mail.door.clear()
    sender = asyncio.create_task(world.confirmations.send(CONFIRMATION))
    await world.mail.arrived.get()
    for _ in range(3):
        with pytest.raises(Unavailable) as no:
            await world.confirmations.send(CONFIRMATION)
        assert no.value.retry_after_s
    world.mail.door.set()
    assert await sender == await world.confirmations.send(CONFIRMATION)
    assert len(world.mail.taken) == 1


async def test_a_caller_that_goes_away_leaves_no_mail_that_is_not_known_to_be_sent(world: World) -> None:
    world.mail.door.clear()
    sender = asyncio.create_task(world.confirmations.send(CONFIRMATION))
    await world.mail.arrived.get()
    sender.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sender
    world.mail.door.set()
    for _ in range(100):
        await asyncio.sleep(0)
    assert world.state is State.SENT
    await world.confirmations.send(CONFIRMATION)
    assert len(world.mail.taken) == 1


async def test_what_the_mail_server_did_not_take_can_be_sent_at_once_again(world: World) -> None:
    world.mail.fails = reject
    for _ in range(3):
        with pytest.raises(Unavailable, match="451"):
            await world.confirmations.send(CONFIRMATION)
        assert world.state is State.PENDING
    world.mail.fails = None
    await world.confirmations.send(CONFIRMATION)
    assert (len(world.mail.taken), world.store.rows[ORDER].attempts) == (1, 4)


async def test_a_claim_that_could_not_be_given_back_ends_with_its_lease(world: World) -> None:
    def crash() -> None:
        world.database.away = True
        reject()

    world.mail.fails = crash
    with pytest.raises(Unavailable, match="451"):
        await world.confirmations.send(CONFIRMATION)
    world.database.away, world.mail.fails = False, None
    with pytest.raises(Unavailable):
        await world.confirmations.send(CONFIRMATION)
    world.store.now = TIMEOUT_S + LEASE_MARGIN_S
    await world.confirmations.send(CONFIRMATION)
    assert len(world.mail.taken) == 1


async def test_taken_but_not_written_down_is_sent_again_under_the_same_message_id(world: World) -> None:
    def lose_the_database() -> None:
        world.database.away = True

    world.mail.fails = lose_the_database
    with pytest.raises(Unavailable):
        await world.confirmations.send(CONFIRMATION)
    world.database.away, world.mail.fails, world.store.now = False, None, 60.0
    await world.confirmations.send(CONFIRMATION)
    assert [mail["Message-ID"] for mail in world.mail.taken] == [CONFIRMATION.message_id] * 2


async def test_a_sender_that_was_overtaken_does_not_give_back_the_claim_of_the_other(world: World) -> None:
    world.mail.door.clear()
    slow = asyncio.create_task(world.confirmations.send(CONFIRMATION))
    await world.mail.arrived.get()
    world.store.now = 60.0
    other = asyncio.create_task(world.confirmations.send(CONFIRMATION))
    await world.mail.arrived.get()
    failures = iter([reject])
    world.mail.fails = lambda: next(failures, lambda: None)()
    world.mail.door.set()
    with pytest.raises(Unavailable):
        await slow
    await other
    assert world.state is State.SENT


async def test_time_is_kept_to_write_down_what_became_of_it(world: World) -> None:
    await world.confirmations.send(CONFIRMATION)
    with deadlines.within(2.0):
        await world.confirmations.send(replace(CONFIRMATION, order_id=ORDER[:-1] + "2"))
    assert world.mail.timeouts_s[0] == TIMEOUT_S
    assert 1.0 < world.mail.timeouts_s[1] <= 2.0 - MARGIN_S


async def test_too_late_to_begin(world: World) -> None:
    with deadlines.within(MARGIN_S / 2), pytest.raises(DeadlineExceeded):
        await world.confirmations.send(CONFIRMATION)
    assert world.store.rows == {}


async def test_what_cannot_be_written_changes_nothing(world: World) -> None:
    with pytest.raises(InvalidArgument, match="recipient_email"):
        await world.confirmations.send(replace(CONFIRMATION, recipient="x"))
    assert world.store.rows == {}
