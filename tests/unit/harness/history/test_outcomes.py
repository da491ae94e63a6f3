"""What the caller of an operation can know from its answer."""

import grpc
import httpx
import pytest

from harness.history import Ending, of_error, of_grpc, of_status


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


@pytest.mark.parametrize("code", grpc.StatusCode)
def test_every_grpc_status_has_a_definite_or_an_unknown_outcome(code: grpc.StatusCode) -> None:
    unknown = {"CANCELLED", "UNKNOWN", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS"}
    wanted = Ending.OK if code is grpc.StatusCode.OK else Ending.INFO if code.name in unknown else Ending.FAIL
    assert of_grpc(code.name) is wanted


def test_an_unheard_of_grpc_status_is_unknown() -> None:
    assert of_grpc("NEW_IN_2030") is Ending.INFO
