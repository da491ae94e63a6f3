"""What holds of all suites: nightly tests are left out and counted, and no property fails because the machine is busy.

Programs under test get SIGINT's default action, also where it is ignored, as in a script's background job (`make test &`).
"""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what is handled is not inherited as ignored

settings.register_profile("busy-machine", deadline=None)
settings.load_profile("busy-machine")

_LEFT_OUT = pytest.StashKey[int]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="also run the tests marked nightly: the others of each kind")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--nightly"):
        return
    nightly = [item for item in items if item.get_closest_marker("nightly")]
    items[:] = [item for item in items if item not in nightly]
    config.hook.pytest_deselected(items=nightly)
    config.stash[_LEFT_OUT] = len(nightly)
    if hasattr(config, "workeroutput"):  # of an xdist worker: the first process does not collect
        config.workeroutput["nightly"] = len(nightly)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    node.config.stash[_LEFT_OUT] = getattr(node, "workeroutput", {}).get("nightly", 0)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    if config.getvalue("dist") != "loadgroup":
        return None
    from tests.groups import Grouped

    return Grouped(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> Iterator[None]:
    yield
    if left_out := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(f"{left_out} nightly tests left out: `make nightly-tests`, or --nightly, runs them too")
