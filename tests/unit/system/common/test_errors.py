from dataclasses import dataclass
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

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
        Foreign(grpc.StatusCode.FAILED_PRECONDITION, errors.Unavailable),
        Foreign(grpc.StatusCode.RESOURCE_EXHAUSTED, errors.Unavailable),
        Foreign(grpc.StatusCode.UNIMPLEMENTED, errors.Unavailable),
        Foreign(grpc.StatusCode.INVALID_ARGUMENT, errors.Unavailable),
        Foreign(grpc.StatusCode.OUT_OF_RANGE, errors.Unavailable),
        Foreign(grpc.StatusCode.INTERNAL, errors.Unavailable),
        Foreign(grpc.StatusCode.CANCELLED, errors.Unavailable),
        Foreign(grpc.StatusCode.UNKNOWN, errors.Unavailable),
    ],
    ids=lambda case: case.status.name,
)
def test_a_status_that_no_service_gave_is_not_passed_on_nor_are_its_words(case: Foreign) -> None:
    words = "failed to connect to all addresses; last error: ipv4:127.0.0.1:50051: connection refused"
    bare: Any = grpc.aio.AioRpcError(case.status, grpc.aio.Metadata(), grpc.aio.Metadata(), words)
    read = from_rpc_error(bare)
    assert (type(read), read.retry_after_s) == (case.expected, 1)
    assert not set(words.split()) & {"127.0.0.1", *read.message.split()} - {"to"}


def test_broken_details_are_none_of_a_service() -> None:
    metadata = grpc.aio.Metadata((errors.DETAILS_KEY, b"\xff\xff\xff"))
    torn = grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), metadata, "gone")
    assert type(from_rpc_error(torn)) is errors.Unavailable


def test_an_error_of_a_newer_service_is_read_by_its_status() -> None:
    newer = errors.NotFound("gone", reason="GONE")
    details = status_pb2.Status.FromString(to_details(newer))
    info = error_details_pb2.ErrorInfo()
    details.details[0].Unpack(info)
    info.metadata["type"] = "OF_A_LATER_TYPE"
    details.details[0].Pack(info)
    metadata = grpc.aio.Metadata((errors.DETAILS_KEY, details.SerializeToString()))
    read = from_rpc_error(grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, grpc.aio.Metadata(), metadata, "gone"))
    assert (type(read), read.code) == (errors.NotFound, "GONE")
