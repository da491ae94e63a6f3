"""What a profile declares is what its experiment does, and its replay line holds every choice."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from chaos.load import PROFILES
from harness.cli.load import FAULTS, load
from harness.experiment import EventsSeen
from harness.faults.kill import kill
from harness.load.events import ON_TIME, PROGRESS
from harness.load.profile import LoadProfile
from harness.load.workload import Loading
from harness.registry import guarantees, load_profiles

PROFILE = next(each for each in PROFILES if each.name == "pay_too")


def test_the_shops_profiles_are_installed() -> None:
    assert {*load_profiles()} == {
        *("flash_sale", "flash_sale_deep", "last_unit", "steady", "browse_and_buy", "pay_too", "ramp", "soak")
    }


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_a_profile_can_be_run_and_judged(profile: LoadProfile[object]) -> None:  # type: ignore[type-var]  # of any system
    assert {*profile.guarantees} <= {*guarantees()}
    assert profile.guarantees
    assert profile.minimums, "a load that did nothing proves nothing"
    assert f"class {profile.user}(" in Path(profile.locustfile).read_text()
    experiment = profile.experiment()
    assert [each.event for each in experiment.sightings] == [ON_TIME]
    assert experiment.bounds.workload_s > profile.seconds


def test_faults_come_in_the_middle_of_its_time() -> None:
    (plan,) = PROFILE.lasting(100).experiment({"kill=order-1": kill("order-1")}).faults
    assert (plan.inject, plan.heal) == (EventsSeen(PROGRESS, 25), EventsSeen(PROGRESS, 60))
    (plan,) = PROFILE.lasting(1).experiment({"kill=order-1": kill("order-1")}).faults
    assert (plan.inject, plan.heal) == (EventsSeen(PROGRESS, 1), EventsSeen(PROGRESS, 2))


def test_the_replay_line_holds_every_choice() -> None:
    experiment = PROFILE.lasting(7).experiment({"kill=order-1": kill("order-1"), "pause=mysql": FAULTS["pause"]("mysql")})
    assert experiment.command == "make load PROFILE=pay_too TIME=7 FAULTS='kill=order-1 pause=mysql'"


def test_a_time_is_that_of_the_workload() -> None:
    workload = PROFILE.lasting(3).experiment(processes=4).workload
    assert isinstance(workload, Loading)
    assert (workload.seconds, workload.processes) == (3, 4)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "nobody"], "there is no load profile 'nobody'"),
        (["run", "flash_sale", "--fault", "burn=order-1"], "there is no 'burn'; there is kill"),
        (["run", "flash_sale", "--fault", "kill"], "say KIND=MEMBER"),
    ],
)
def test_wrong_use_is_told_before_anything_is_started(arguments: list[str], said: str) -> None:
    result = CliRunner().invoke(load, arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
