"""What a process said is read as caught, survived or not green; one that hangs is interrupted."""

import json
from pathlib import Path

import pytest

from harness.proof.source.cells import Seen
from harness.proof.source.detectors import Setting, UnknownDetectorError, detect
from harness.proof.source.processes import Command, Ended, Processes

SETTING = Setting(provider="native", out=Path("out"), bound_s=5.0)
TOPOLOGY = Path("/copy/system/services.toml")


def verdict(outcome: str, *errors: str, met: bool = True) -> str:
    one = {"guarantee": "kept", "outcome": outcome, "why": "", "evidence": [{"what": "lost"}] if outcome == "FAIL" else []}
    requirement = {"name": "fault", "met": met, "detail": "nothing hit"}
    return json.dumps({"verdicts": [one], "requirements": [requirement], "errors": errors})


def judged(*levels: str) -> str:
    accepted = [{"rule": "known", "level": "ERR", "where": "x", "message": "y", "accepted": "they were told"}]
    found = [
        {"rule": f"rule-{level}", "level": level, "where": "order.orders", "message": "gone", "accepted": None}
        for level in levels
    ]
    return json.dumps({"outcome": "x", "findings": accepted + found}, indent=2)


@pytest.mark.parametrize(
    ("detector", "ended", "seen", "said"),
    [
        ("experiment sale", Ended(code=1, out=verdict("FAIL"), err=""), Seen.CAUGHT, "lost"),
        ("experiment sale", Ended(code=0, out=verdict("PASS"), err=""), Seen.SURVIVED, ""),
        ("experiment sale", Ended(code=3, out=verdict("PASS", met=False), err=""), Seen.NOT_GREEN, "fault: nothing hit"),
        ("experiment sale", Ended(code=3, out=verdict("PASS", "start: no"), err=""), Seen.NOT_GREEN, "start: no"),
        ("experiment sale", Ended(code=4, out="", err="a\nno mysqld"), Seen.NOT_GREEN, "exit code 4: no mysqld"),
        ("experiment sale", Ended(code=None, out="", err=""), Seen.NOT_GREEN, "not done after 5 s"),
        ("fuzz model 20", Ended(code=1, out=verdict("FAIL"), err=""), Seen.CAUGHT, "lost"),
        ("contracts tables", Ended(code=0, out=judged("WARN"), err=""), Seen.SURVIVED, ""),
        ("contracts tables", Ended(code=1, out=judged("INFO", "ERR"), err=""), Seen.CAUGHT, "order.orders: gone"),
        ("contracts tables", Ended(code=3, out=judged(), err="no"), Seen.NOT_GREEN, "exit code 3: no"),
        ("contracts tables", Ended(code=4, out="", err="no mysqld"), Seen.NOT_GREEN, "exit code 4: no mysqld"),
        ("tests a.py", Ended(code=0, out="1 passed", err=""), Seen.SURVIVED, ""),
        (
            "tests a.py",
            Ended(code=1, out="a.py:3: AssertionError\nFAILED a.py::b", err=""),
            Seen.CAUGHT,
            "a.py:3: AssertionError",
        ),
        ("tests a.py", Ended(code=5, out="no tests ran", err=""), Seen.NOT_GREEN, "pytest ended with 5: no tests ran"),
    ],
)
def test_what_a_process_said_is_read(detector: str, ended: Ended, seen: Seen, said: str) -> None:
    commands = []

    def run(command: Command, _bound_s: float) -> Ended:
        commands.append(command)
        return ended

    found = detect(detector, TOPOLOGY, 7, SETTING, run)
    assert (found.seen, found.why) == (seen, said)
    assert len(commands) == 1


@pytest.mark.parametrize("detector", ["rumour sale", "experiment", ""])
def test_a_detector_that_there_is_not_is_told(detector: str) -> None:
    with pytest.raises(UnknownDetectorError, match="experiment, fuzz, contracts, tests"):
        detect(detector, TOPOLOGY, 1, SETTING, Processes().run)


@pytest.mark.parametrize(("ran", "seen"), [(True, Seen.NOT_GREEN), (False, Seen.NOT_STARTED)])
def test_a_system_that_never_ran_is_told_apart(tmp_path: Path, ran: bool, seen: Seen) -> None:
    if ran:
        (tmp_path / "system.json").touch()
    said = json.dumps(json.loads(verdict("PASS", "start: no")) | {"folder": str(tmp_path)})
    found = detect("experiment sale", TOPOLOGY, 1, SETTING, lambda _command, _bound_s: Ended(code=3, out=said, err=""))
    assert (found.seen, found.why) == (seen, "start: no")


def test_contracts_are_read_where_the_copy_is() -> None:
    folders = []

    def run(command: Command, _bound_s: float) -> Ended:
        folders.append(command.folder)
        return Ended(code=0, out=judged(), err="")

    detect("contracts tables", TOPOLOGY, 1, SETTING, run)
    assert folders == [Path("/copy")]
