"""Pytest's hooks; their work and the fixtures are in the other modules of this package."""

import sys
from collections.abc import Generator
from typing import Any

import pytest

from harness.own_process import NO_DOCSTRINGS, WITHOUT_DOCSTRINGS
from harness.pytest_plugin.sources import SOURCE, source_of_run, source_of_worker
from harness.pytest_plugin.stack_options import StackOptions, add_options
from harness.pytest_plugin.watch import Seen, Watch
from harness.stack.view import StackView

pytest_plugins = ("harness.pytest_plugin.fixtures",)

_WATCH = pytest.StashKey[Watch]()
_GREEN = pytest.StashKey[bool]()
_INPUT = "gauntlet"
_STACKS = ("stack", "own_stack")
"""Fixtures that give a test a stack."""

# -- the run -------------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare options and ini values."""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Choose the source of the stack; nothing is started before a test asks."""
    options, told = StackOptions.of(config), getattr(config, "workerinput", None)
    if options.names_a_system and sys.flags.optimize >= NO_DOCSTRINGS:
        raise pytest.UsageError(WITHOUT_DOCSTRINGS)
    config.stash[_WATCH] = Watch()
    config.stash[SOURCE] = source_of_run(options) if told is None else source_of_worker(options, told[_INPUT])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Send an xdist worker the reference to the run's stack."""
    node.workerinput[_INPUT] = node.config.stash[SOURCE].shared


def pytest_report_header(config: pytest.Config) -> str | None:
    """The line of the header: the source of the stack."""
    header = config.stash[SOURCE].header
    return f"gauntlet: {header}" if header else None


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None]:
    """Record the exit status, after all other plugins have set it."""
    yield
    session.config.stash[_GREEN] = session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the stack if it is ours, however the run ended."""
    source = config.stash.get(SOURCE, None)
    if source is None or hasattr(config, "workerinput"):
        return
    said = source.close(green=config.stash.get(_GREEN, False))
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if said and reporter is not None:
        reporter.write_line(f"gauntlet: {said}")


# -- a test --------------------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> Generator[None, Any, Any]:
    """Register a stack: the plugin's, or one from a folder's own fixture of that name."""
    made = yield
    if fixturedef.argname in _STACKS and isinstance(made, StackView):
        request.config.stash[_WATCH].add(Seen(made.folder, made.manifest.provider))
    return made


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Log lines count from here on. Records the stack as a JUnit property."""
    item.config.stash[_WATCH].begin()
    yield
    if stack := _stack_of(item):
        item.user_properties += [("provider", stack.provider), ("stack", str(stack.folder))]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failed test shows the warnings of its stack."""
    report = yield
    if report.failed and (stack := _stack_of(item)):
        folders = [f"stack: {stack.folder}", *(f"test: {path}" for path in [_arguments(item).get("tmp_path")] if path)]
        report.sections.append(("gauntlet: run folders", "\n".join(folders)))
        for member, lines in item.config.stash[_WATCH].warnings(stack.folder).items():
            report.sections.append((f"gauntlet: log of {member} since the test began", "\n".join(lines)))
    return report


def _arguments(item: pytest.Item) -> dict[str, Any]:
    return getattr(item, "funcargs", None) or {}


def _stack_of(item: pytest.Item) -> Seen | None:
    """The stack that a test uses; the newest one when its setup failed before pytest handed it over."""
    watch, made = item.config.stash[_WATCH], next(filter(None, map(_arguments(item).get, _STACKS)), None)
    if isinstance(made, StackView):
        return watch.of(made.folder)
    return watch.newest if made is None and not set(_STACKS).isdisjoint(getattr(item, "fixturenames", ())) else None
