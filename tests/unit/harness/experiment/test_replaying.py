"""The line that does a run again holds every choice, and make hands all of it on to the command unharmed."""

import os
import shlex
import subprocess
from pathlib import Path

import pytest

from harness.experiment import Choices
from harness.experiment.replaying import replay_command
from harness.seed import Seed

ROOT = Path(__file__).resolve().parents[4]
STRANGE = Path("/it's a $HOME/services.toml")


def run_by(line: str) -> tuple[dict[str, str], list[str]]:
    """What a line would run, by make itself: the variables before it and the words of the `gauntlet` command."""
    variables = dict(word.split("=", 1) for word in shlex.split(line.partition(" make ")[0]) if line.partition(" make ")[1])
    # A make that runs these tests hands its own variables (ARGS=…) on to every make below it.
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE") and name != "ARGS"}
    dry = subprocess.run(  # noqa: S602 - the line is for a shell
        line.replace("make ", "make -n ", 1), shell=True, cwd=ROOT, env=outside, capture_output=True, text=True, check=True
    )
    command = next(each for each in dry.stdout.splitlines() if "/gauntlet " in each)
    return variables, shlex.split(command)[1:]


@pytest.mark.parametrize(
    ("choices", "variables", "arguments"),
    [
        (Choices(), {}, ["chaos", "run", "sale", "--seed", "7"]),
        (
            Choices("native", STRANGE, "toxiproxy", environment={"TOXIPROXY_URL": "http://127.0.0.1:8474/?a b"}),
            {"TOXIPROXY_URL": "http://127.0.0.1:8474/?a b"},
            [
                *("chaos", "run", "sale", "--seed", "7"),
                *("--provider", "native", "--proxy", "toxiproxy", "--topology", str(STRANGE)),
            ],
        ),
        (
            Choices("docker", proxy="own", stack=Path("/somewhere/.gauntlet/stacks/mine")),
            {},
            ["chaos", "run", "sale", "--seed", "7", "--provider", "docker", "--proxy", "own", "--stack-reuse", "mine"],
        ),
        (
            Choices("native", Path("/gone/copy/services.toml"), "own", mutant="forgets"),
            {},
            ["mutants", "run", "forgets", "--seed", "7", "--provider", "native", "--proxy", "own"],
        ),
        (
            Choices("native", Path("/gone/copy/services.toml"), mutant="forgets", copied=STRANGE),
            {},
            ["mutants", "run", "forgets", "--seed", "7", "--provider", "native", "--topology", str(STRANGE)],
        ),
    ],
)
def test_every_choice_arrives(choices: Choices, variables: dict[str, str], arguments: list[str]) -> None:
    assert run_by(replay_command("sale", Seed(7), choices)) == (variables, arguments)


def test_what_nobody_chose_makes_the_line_no_longer() -> None:
    assert replay_command("sale", Seed(7), Choices()) == "make chaos EXPERIMENT=sale SEED=7"
