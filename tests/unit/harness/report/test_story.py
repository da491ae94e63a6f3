"""A subject's story is all that is recorded of it, in the order of time, with the faults that were in force."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from harness.cli.commands import command_line
from harness.experiment import RunFolder
from harness.history import FaultPhase, History, Recorder, Writer, read_run
from harness.report.story import story

S = 1_000_000_000


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    folder = RunFolder.create(tmp_path, "sale", 1)
    now = 0
    with Writer(folder.history) as writer:
        recorder = Recorder(writer, lambda: now)
        recorder.begin("workload")
        now = 1 * S
        recorder.fault("long_gone", "redis", FaultPhase.INJECT)
        recorder.fault("long_gone", "redis", FaultPhase.HEAL)
        recorder.fault("order_killed", "order-1", FaultPhase.INJECT)
        now = 2 * S
        first = recorder.invoke("ada", "place_order", {"key": "k1"})
        other = recorder.invoke("bob", "place_order", {"key": "k2"})
        now = 3 * S
        first.answered(201, {"id": "o1", "items": [{"product_id": "lamp"}]})
        other.answered(409, {"code": "OUT_OF_STOCK"})
        now = 4 * S
        recorder.event("saga_step", "o1", {"step": "reserve"})
        recorder.event("saga_step", "o2", {})
        now = 5 * S
        recorder.fault("order_killed", "order-1", FaultPhase.HEAL)
        now = 6 * S
        recorder.observe("order.orders", [{"id": "o1", "status": "PAID"}, {"id": "o2", "status": "EXPIRED"}])
    return folder


@pytest.fixture
def history(folder: RunFolder) -> History:
    return read_run(folder.path)


def test_an_order_has_its_requests_events_rows_and_faults(history: History) -> None:
    assert [(each.at_s, each.kind) for each in story(history, "o1")] == [
        (1.0, "fault"),
        (2.0, "operation"),
        (3.0, "operation"),
        (4.0, "event"),
        (5.0, "fault"),
        (6.0, "row"),
    ]
    assert "order_killed on order-1: inject" in story(history, "o1")[0].text


@pytest.mark.parametrize(("subject", "kinds"), [("bob", 2), ("lamp", 2), ("k2", 2), ("o2", 2), ("nobody", 0)])
def test_a_client_a_product_and_a_key_have_theirs(history: History, subject: str, kinds: int) -> None:
    assert len([each for each in story(history, subject) if each.kind != "fault"]) == kinds


def test_without_a_subject_all_but_rows_is_told(history: History) -> None:
    told = story(history)
    assert {each.kind for each in told} == {"operation", "event", "fault"}
    assert [each.at_s for each in told] == sorted(each.at_s for each in told)


def test_the_command_prints_it(folder: RunFolder, tmp_path: Path) -> None:
    app, run = command_line(["history"], print), CliRunner().invoke
    shown = run(app, ["history", str(folder.path), "--subject", "o1"])
    assert shown.exit_code == 0
    assert "     2.000  operation  ada asks place_order" in shown.output
    assert run(app, ["history", str(folder.path), "--subject", "o1", "--json"]).output.startswith('[{"at_s": 1.0')
    nothing = run(app, ["history", str(folder.path), "--subject", "nobody"])
    assert (nothing.exit_code, "nothing is recorded of nobody" in nothing.output) == (1, True)
    assert run(app, ["history", str(tmp_path / "nowhere")]).exit_code == 2
