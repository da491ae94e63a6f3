from importlib.metadata import EntryPoint

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from harness.cli.commands import COMMANDS, GROUP, build


def names(app: object) -> set[str]:
    return set(getattr(get_command(app), "commands", {}))  # type: ignore[arg-type]  # a Typer, as build returns it


def test_our_commands_are_there() -> None:
    assert names(build((), pytest.fail)) == set(COMMANDS)
    assert {"up", "status", "logs", "down"} <= set(COMMANDS)


def test_others_are_added_by_the_name_of_their_entry_point() -> None:
    app = build([EntryPoint("stripped", "textwrap:dedent", GROUP)], pytest.fail, {})
    assert names(app) == {"stripped"}


@pytest.mark.parametrize("value", ["no_such_module:command", "textwrap:no_such_function", "string:digits"])
def test_a_broken_one_costs_a_warning_and_nothing_else(value: str) -> None:
    warnings: list[str] = []
    app = build([EntryPoint("broken", value, GROUP), EntryPoint("fine", "textwrap:dedent", GROUP)], warnings.append)
    assert names(app) == {*COMMANDS, "fine"}
    assert len(warnings) == 1
    assert f"command broken ({value}) cannot be loaded" in warnings[0]


def test_nobody_replaces_our_commands() -> None:
    warnings: list[str] = []
    app = build([EntryPoint("up", "textwrap:dedent", GROUP)], warnings.append)
    assert warnings == ["command up of textwrap:dedent is ignored: gauntlet has one of that name"]
    assert CliRunner().invoke(app, ["up", "--help"]).output.startswith("Usage: root up")


def test_a_single_command_is_called_by_its_name() -> None:
    result = CliRunner().invoke(build((), pytest.fail, {"status": COMMANDS["status"]}), ["status", "--help"])
    assert result.exit_code == 0, result.output
