"""Operations on record: nothing that was begun is ever lost, and nothing ends twice."""

import asyncio
from itertools import count

import pytest

from harness.history import Completion, Ending, Fault, FaultPhase, Invoke, Record, Recorder


class Kept(list[Record]):
    def write(self, record: Record) -> None:
        self.append(record)


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def recorder(kept: Kept) -> Recorder:
    return Recorder(kept, clock=count(1).__next__)


def test_the_invoke_is_on_record_before_the_answer(recorder: Recorder, kept: Kept) -> None:
    recorder.invoke("buyer-1", "place_order", {"key": "k"})
    assert kept == [Invoke(time_ns=1, id=1, process="buyer-1", operation="place_order", input={"key": "k"})]


def test_an_answer_ends_the_operation_by_its_status(recorder: Recorder, kept: Kept) -> None:
    with recorder.invoke("buyer-1", "place_order") as call:
        assert call.answered(201, {"id": "o"}) is Ending.OK
    assert kept[1] == Completion(
        time_ns=2, id=1, process="buyer-1", operation="place_order", type=Ending.OK, output={"id": "o"}, status=201
    )
    assert len(kept) == 2


def test_an_error_ends_it_too_and_is_quoted(recorder: Recorder, kept: Kept) -> None:
    with pytest.raises(ConnectionResetError), recorder.invoke("buyer-1", "place_order"):
        raise ConnectionResetError("by peer")
    end = kept[1]
    assert isinstance(end, Completion)
    assert (end.type, end.error) == (Ending.INFO, "ConnectionResetError: by peer")


async def test_a_cancelled_operation_has_an_unknown_outcome(recorder: Recorder, kept: Kept) -> None:
    async def wait() -> None:
        with recorder.invoke("buyer-1", "place_order"):
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    end = kept[1]
    assert isinstance(end, Completion)
    assert (end.type, end.error) == (Ending.INFO, "CancelledError")


def test_leaving_without_an_ending_is_unknown(recorder: Recorder, kept: Kept) -> None:
    with recorder.invoke("buyer-1", "place_order"):
        pass
    end = kept[1]
    assert isinstance(end, Completion)
    assert end.type is Ending.INFO


def test_nothing_ends_twice(recorder: Recorder) -> None:
    call = recorder.invoke("buyer-1", "place_order")
    call.end(Ending.OK)
    with pytest.raises(RuntimeError, match="ended twice"):
        call.end(Ending.FAIL)


def test_numbers_differ_and_times_rise(recorder: Recorder, kept: Kept) -> None:
    for _ in range(3):
        recorder.invoke("buyer-1", "place_order").end(Ending.OK)
    assert [record.id for record in kept if isinstance(record, Invoke)] == [1, 2, 3]
    assert [record.time_ns for record in kept] == sorted({record.time_ns for record in kept})


def test_listeners_hear_of_every_record(recorder: Recorder) -> None:
    heard: list[Record] = []
    recorder.listen(heard.append)
    fault = recorder.fault("kill", "order-1", FaultPhase.PROOF, proven=True, detail="process 12 is gone")
    recorder.begin("workload")
    assert heard[0] == fault
    assert isinstance(heard[0], Fault)
    assert len(heard) == 2
