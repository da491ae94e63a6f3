"""Every error the shop shows, in one table: domain error → gRPC status with google.rpc details → RFC 9457 problem.

Handlers raise these types; the gRPC server interceptor writes them to the wire, the channel reads them back into the same
types, and the gateway turns them into problems. `reason` is a constant for programs, the message is for people.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import DecodeError
from google.rpc import code_pb2, error_details_pb2, status_pb2

from system.common.telemetry import log

DOMAIN = "shop.gauntlet"
DETAILS_KEY = "grpc-status-details-bin"


class ShopError(Exception):
    """An error with a place in the table. `metadata` carries facts for programs (ids, the product at fault)."""

    reason: ClassVar[str] = "INTERNAL"

    def __init__(
        self,
        message: str,
        *,
        reason: str | None = None,
        metadata: Mapping[str, str] | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = reason or self.reason
        self.metadata = dict(metadata or {})
        self.retry_after_s = retry_after_s


class InvalidArgument(ShopError):
    """The request is malformed whatever the state of the shop."""

    reason = "INVALID_ARGUMENT"


class Unauthenticated(ShopError):
    """Nobody known is asking."""

    reason = "UNAUTHENTICATED"


class PaymentDeclined(ShopError):
    """The provider's answer is a definite no."""

    reason = "PAYMENT_DECLINED"


class PermissionDenied(ShopError):
    """The caller is known and may not."""

    reason = "PERMISSION_DENIED"


class NotFound(ShopError):
    """It is not there, or not the caller's to see."""

    reason = "NOT_FOUND"


class AlreadyExists(ShopError):
    """Something with this name is there already."""

    reason = "ALREADY_EXISTS"


class Conflict(ShopError):
    """The request does not fit the state it met."""

    reason = "CONFLICT"


class Stale(ShopError):
    """The request is for a state that is no more."""

    reason = "STALE"


class KeyReused(ShopError):
    """The idempotency key was used before, for another content."""

    reason = "IDEMPOTENCY_KEY_REUSED"


class StaleFencingToken(ShopError):
    """A later lock holder has written; the lock this caller believed in is gone."""

    reason = "STALE_FENCING_TOKEN"


class PayloadTooLarge(ShopError):
    """The body is over the limit."""

    reason = "PAYLOAD_TOO_LARGE"


class TooManyRequests(ShopError):
    """The caller is over a rate limit."""

    reason = "TOO_MANY_REQUESTS"


class Unavailable(ShopError):
    """Something this needs cannot be reached now; the caller may try again."""

    reason = "UNAVAILABLE"


class DeadlineExceeded(ShopError):
    """It took too long; whether it happened is unknown to the caller."""

    reason = "DEADLINE_EXCEEDED"


class Internal(ShopError):
    """A defect of ours."""

    reason = "INTERNAL"


class MalformedJson(ShopError):
    """The body is not JSON."""

    reason = "MALFORMED_JSON"


class ValidationFailed(ShopError):
    """The request is JSON and not what the schema says."""

    reason = "VALIDATION_FAILED"


class UnknownProduct(ShopError):
    """An order names a product that is not for sale."""

    reason = "UNKNOWN_PRODUCT"


class MethodNotAllowed(ShopError):
    """The resource exists and does not know the method."""

    reason = "METHOD_NOT_ALLOWED"


class BodyTimeout(ShopError):
    """The body did not arrive in time."""

    reason = "REQUEST_TIMEOUT"


class UriTooLong(ShopError):
    """The address of the request is over the limit."""

    reason = "URI_TOO_LONG"


class HeadTooLarge(ShopError):
    """The header fields of the request are over the limit."""

    reason = "HEADERS_TOO_LARGE"


class UnsupportedMediaType(ShopError):
    """The body is not declared as plain JSON."""

    reason = "UNSUPPORTED_MEDIA_TYPE"


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    error: type[ShopError]
    grpc: grpc.StatusCode
    http: int
    title: str


TABLE: tuple[Row, ...] = (
    Row(InvalidArgument, grpc.StatusCode.INVALID_ARGUMENT, 400, "Invalid request"),
    Row(MalformedJson, grpc.StatusCode.INVALID_ARGUMENT, 400, "Malformed JSON"),
    Row(ValidationFailed, grpc.StatusCode.INVALID_ARGUMENT, 422, "Validation failed"),
    Row(UnsupportedMediaType, grpc.StatusCode.INVALID_ARGUMENT, 415, "Unsupported media type"),
    Row(Unauthenticated, grpc.StatusCode.UNAUTHENTICATED, 401, "Not authenticated"),
    Row(PermissionDenied, grpc.StatusCode.PERMISSION_DENIED, 403, "Not allowed"),
    Row(NotFound, grpc.StatusCode.NOT_FOUND, 404, "Not found"),
    Row(AlreadyExists, grpc.StatusCode.ALREADY_EXISTS, 409, "Already exists"),
    Row(Conflict, grpc.StatusCode.FAILED_PRECONDITION, 409, "Conflict"),
    Row(PaymentDeclined, grpc.StatusCode.FAILED_PRECONDITION, 402, "Payment declined"),
    Row(Stale, grpc.StatusCode.FAILED_PRECONDITION, 412, "Changed meanwhile"),
    Row(KeyReused, grpc.StatusCode.FAILED_PRECONDITION, 422, "Idempotency key reused"),
    Row(UnknownProduct, grpc.StatusCode.FAILED_PRECONDITION, 422, "Unknown product"),
    Row(StaleFencingToken, grpc.StatusCode.ABORTED, 409, "Stale fencing token"),
    Row(PayloadTooLarge, grpc.StatusCode.OUT_OF_RANGE, 413, "Body too large"),
    Row(UriTooLong, grpc.StatusCode.OUT_OF_RANGE, 414, "Address too long"),
    Row(HeadTooLarge, grpc.StatusCode.OUT_OF_RANGE, 431, "Header fields too large"),
    Row(TooManyRequests, grpc.StatusCode.RESOURCE_EXHAUSTED, 429, "Too many requests"),
    Row(Unavailable, grpc.StatusCode.UNAVAILABLE, 503, "Temporarily unavailable"),
    Row(DeadlineExceeded, grpc.StatusCode.DEADLINE_EXCEEDED, 503, "Took too long"),
    Row(BodyTimeout, grpc.StatusCode.DEADLINE_EXCEEDED, 408, "Request timed out"),
    Row(MethodNotAllowed, grpc.StatusCode.UNIMPLEMENTED, 405, "Method not allowed"),
    Row(Internal, grpc.StatusCode.INTERNAL, 500, "Internal error"),
)

_BY_ERROR = {row.error: row for row in TABLE}
_BY_REASON = {row.error.reason: row for row in TABLE}
# The first row of a status stands for errors of a newer service that this one does not know.
_BY_STATUS = {row.grpc: row for row in reversed(TABLE)}


def row_of(error: ShopError) -> Row:
    """The line of the table an error stands in."""
    return _BY_ERROR[type(error)]


def to_details(error: ShopError) -> bytes:
    """The google.rpc.Status of an error, serialised for the trailing metadata."""
    info = any_pb2.Any()
    info.Pack(
        error_details_pb2.ErrorInfo(reason=error.code, domain=DOMAIN, metadata={**error.metadata, "type": type(error).reason})
    )
    details = [info]
    if error.retry_after_s is not None:
        retry = any_pb2.Any()
        hint = error_details_pb2.RetryInfo()
        hint.retry_delay.FromNanoseconds(int(error.retry_after_s * 1e9))
        retry.Pack(hint)
        details.append(retry)
    code = code_pb2.Code.Value(row_of(error).grpc.name)
    encoded: bytes = status_pb2.Status(code=code, message=error.message, details=details).SerializeToString()
    return encoded


def from_rpc_error(error: grpc.aio.AioRpcError) -> ShopError:
    """Read a call's failure back into the type that was raised on the other side.

    A status without our details is no answer of a service: the gRPC library made it, or a proxy. It is Unavailable or
    DeadlineExceeded, whatever it is, and its words are for the log: they name addresses.
    """
    status = _details_of(error)
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    for detail in status.details:
        detail.Unpack(info)
        detail.Unpack(retry)
    if info.domain != DOMAIN:
        log.warning("a call was not answered by a service", status=error.code().name, details=error.details())
        late = error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        kind = DeadlineExceeded if late else Unavailable
        return kind("a service did not answer in time" if late else "a service cannot be reached", retry_after_s=1)
    metadata = dict(info.metadata)
    row = _BY_REASON.get(metadata.pop("type", "")) or _BY_STATUS.get(error.code(), _BY_REASON["UNAVAILABLE"])
    retry_after = retry.retry_delay.ToNanoseconds() / 1e9 or None
    return row.error(status.message or row.title, reason=info.reason, metadata=metadata, retry_after_s=retry_after)


def _details_of(error: grpc.aio.AioRpcError) -> Any:
    """The google.rpc.Status in the trailing metadata; an empty one when there is none that can be read."""
    status = status_pb2.Status()
    for key, value in error.trailing_metadata() or ():
        if key == DETAILS_KEY and isinstance(value, bytes):
            with suppress(DecodeError):
                status.ParseFromString(value)
    return status
