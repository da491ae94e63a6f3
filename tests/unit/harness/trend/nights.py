"""Nights that never were."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from harness.trend.night import Night, PartOfNight, RunOfNight
from harness.verdict import Outcome

FIRST = datetime(2026, 1, 1, 1, 17, tzinfo=UTC)


def night(number: int, figure: float, *, outcome: Outcome = Outcome.PASS) -> Night:
    run = RunOfNight(
        experiment="load_flash_sale",
        seed=number,
        outcome=outcome,
        replay=f"make load PROFILE=flash_sale SEED={number}",
        figures={"CPU-ms per operation": figure},
    )
    part = PartOfNight(
        name="load", command="gauntlet load run flash_sale", exit_code=0, ended="green", seconds=30.0, runs=(run,)
    )
    at = FIRST + timedelta(days=number)
    return Night(commit=f"{number:040x}", at=at, machine="2 x a processor", seed=number, parts=(part,))


def nights(figures: Sequence[float]) -> list[Night]:
    return [night(number, figure) for number, figure in enumerate(figures)]
