"""What the caller of an operation can know from its answer."""

import httpx
import pytest

from harness.history import Ending, of_error, of_status


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        (200, Ending.OK),
        (201, Ending.OK),
        (202, Ending.OK),
        (307, Ending.FAIL),
        (400, Ending.FAIL),
        (401, Ending.FAIL),
        (404, Ending.FAIL),
        (409, Ending.FAIL),
        (422, Ending.FAIL),
        (429, Ending.FAIL),
        (408, Ending.INFO),
        (500, Ending.INFO),
        (502, Ending.INFO),
        (503, Ending.INFO),
        (504, Ending.INFO),
        (100, Ending.INFO),
        (999, Ending.INFO),
    ],
)
def test_status(status: int, ending: Ending) -> None:
    assert of_status(status) is ending


class Reset(ConnectionRefusedError):
    pass


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (httpx.ConnectError("refused"), Ending.FAIL),
        (httpx.ConnectTimeout("late"), Ending.FAIL),
        (httpx.PoolTimeout("busy"), Ending.FAIL),
        (Reset(), Ending.FAIL),
        (httpx.ReadTimeout("late"), Ending.INFO),
        (httpx.WriteError("reset"), Ending.INFO),
        (httpx.ReadError("reset"), Ending.INFO),
        (httpx.RemoteProtocolError("closed"), Ending.INFO),
        (TimeoutError(), Ending.INFO),
        (KeyError("bug in the client"), Ending.INFO),
    ],
)
def test_error(error: Exception, ending: Ending) -> None:
    assert of_error(error) is ending
