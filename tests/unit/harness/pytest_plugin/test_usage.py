"""pytest itself, run inside this process without any stack: options, configuration, header, usage errors."""

from pathlib import Path

import pytest

from harness.history import read
from tests.conformance.nested import FOREIGN, WITHOUT_ASYNCIO

pytest_plugins = ("pytester",)

INI = """
[pytest]
gauntlet_topology = sub/services.toml
gauntlet_instances =
    back=2
    front=3
gauntlet_settings = back.EXTRA=a = b
"""


@pytest.fixture(autouse=True)
def without_foreign_plugins(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Other people's plugins take most of the time of a nested run; set once pytester has removed what was set outside."""
    monkeypatch.setenv("PYTEST_ADDOPTS", f"{FOREIGN} {WITHOUT_ASYNCIO}")


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makepyfile("def test_nothing(): ...")
    return pytester


def test_nothing_is_said_in_a_project_that_has_no_system(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("gauntlet:*")


def test_a_stack_nobody_has_named_is_an_error_that_says_what_to_do(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_it(stack): ...")
    result = pytester.runpytest_inprocess()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines("there is no system to test: set gauntlet_topology in *, or use --stack-reuse")


def test_the_header_says_provider_whose_stack_and_topology(project: pytest.Pytester) -> None:
    project.makeini(INI)
    result = project.runpytest_inprocess("--provider", "native")
    topology = project.path / "sub" / "services.toml"
    result.stdout.fnmatch_lines(f"gauntlet: provider native, own stack when a test asks for it, topology {topology}")


def test_configuration_becomes_the_arguments_of_up(pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    pytester.makepyfile(
        """
        from harness.pytest_plugin.stack_options import StackOptions

        def test_arguments(pytestconfig):
            given = StackOptions.of(pytestconfig).arguments()
            assert given[:2] == ["--topology", str(pytestconfig.rootpath / "sub" / "services.toml")]
            assert given[2:4] == ["--provider", "auto"]
            assert given[4:] == ["--instances", "back=2", "--instances", "front=3", "--set", "back.EXTRA=a = b"]
        """
    )
    pytester.runpytest_inprocess().assert_outcomes(passed=1)


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--provider", "nix", "*--provider: invalid choice: 'nix' (choose from *auto*docker*native*"),
        (
            "--stack-reuse",
            "mine",
            "ERROR: --stack-reuse mine: no stack in *; start one with `gauntlet up --detach --name mine`",
        ),
        ("--stack-reuse", "../mine", "ERROR: --stack-reuse: '../mine' cannot be the name of a stack: *"),
    ],
)
def test_wrong_usage(project: pytest.Pytester, option: str, value: str, message: str) -> None:
    result = project.runpytest_inprocess(option, value)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(message)


def test_a_history_is_written_into_the_folder_of_the_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        def test_it(history):
            with history.invoke("ada", "buy", {"what": "book"}) as call:
                call.answered(201, {})
        """
    )
    pytester.runpytest_inprocess("--basetemp", str(pytester.path / "kept")).assert_outcomes(passed=1)
    (written,) = (pytester.path / "kept").glob("test_it0/history.jsonl")
    (operation,) = read(Path(written)).operations
    assert (operation.process, operation.name, operation.ok) == ("ada", "buy", True)
