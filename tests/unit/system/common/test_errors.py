from dataclasses import dataclass
from typing import Any

import grpc
import pytest

from system.common import errors
from system.common.errors import TABLE, ShopError, from_rpc_error, row_of, to_details


def over_the_wire(error: ShopError) -> ShopError:
    metadata = grpc.aio.Metadata((errors.DETAILS_KEY, to_details(error)))
    return from_rpc_error(grpc.aio.AioRpcError(row_of(error).grpc, grpc.aio.Metadata(), metadata, error.message))


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.error.__name__)
def test_every_error_comes_out_of_the_wire_as_it_went_in(row: errors.Row) -> None:
    raised = row.error("what happened", reason="SPECIFIC", metadata={"product_id": "p1"}, retry_after_s=1.5)
    read = over_the_wire(raised)
    assert type(read) is row.error
    assert (read.message, read.code, read.metadata, read.retry_after_s) == (
        "what happened",
        "SPECIFIC",
        {"product_id": "p1"},
        1.5,
    )


def test_every_error_has_exactly_one_row() -> None:
    def below(kind: type[ShopError]) -> set[type[ShopError]]:
        return {kind} | {k for direct in kind.__subclasses__() for k in below(direct)}

    assert [row.error for row in TABLE] == list(dict.fromkeys(row.error for row in TABLE))
    assert {row.error for row in TABLE} == below(ShopError) - {ShopError}


@dataclass(frozen=True)
class Foreign:
    status: grpc.StatusCode
    expected: type[ShopError]


@pytest.mark.parametrize(
    "case",
    [
        Foreign(grpc.StatusCode.UNAVAILABLE, errors.Unavailable),
        Foreign(grpc.StatusCode.DEADLINE_EXCEEDED, errors.DeadlineExceeded),
        Foreign(grpc.StatusCode.FAILED_PRECONDITION, errors.Conflict),
        Foreign(grpc.StatusCode.CANCELLED, errors.Unavailable),
        Foreign(grpc.StatusCode.UNKNOWN, errors.Unavailable),
    ],
    ids=lambda case: case.status.name,
)
def test_a_status_without_our_details_is_read_by_its_code(case: Foreign) -> None:
    bare: Any = grpc.aio.AioRpcError(case.status, grpc.aio.Metadata(), grpc.aio.Metadata(), "connection refused")
    assert type(from_rpc_error(bare)) is case.expected


def test_broken_details_do_not_hide_the_status() -> None:
    metadata = grpc.aio.Metadata((errors.DETAILS_KEY, b"\xff\xff\xff"))
    torn = grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), metadata, "gone")
    assert type(from_rpc_error(torn)) is errors.NotFound
