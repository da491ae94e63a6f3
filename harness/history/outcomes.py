"""The tables that map HTTP statuses, gRPC statuses and transport errors to endings: ok, fail, or info (unknown).

When in doubt an operation is `info`: calling something undone that was done would hide lost updates, and calling
something done that was not would invent them. A refusal (4xx) is definite; any 5xx may come from a hop behind which
the work went on, 503 included, because the hop that answers it may not know the outcome. Judges that
hold a service to a stronger promise ("503 means not accepted") look at the status itself.
"""

from collections.abc import Mapping
from types import MappingProxyType

from harness.history.records import Ending

STATUSES: Mapping[int, Ending] = MappingProxyType({408: Ending.INFO, 499: Ending.INFO})
"""Statuses whose ending differs from that of their class."""

CLASSES: Mapping[int, Ending] = MappingProxyType(
    {
        1: Ending.INFO,
        2: Ending.OK,
        3: Ending.FAIL,
        4: Ending.FAIL,
        5: Ending.INFO,
    }
)
"""Ending by the first digit of a status."""

GRPC: Mapping[str, Ending] = MappingProxyType(
    {
        "OK": Ending.OK,
        "INVALID_ARGUMENT": Ending.FAIL,
        "NOT_FOUND": Ending.FAIL,
        "ALREADY_EXISTS": Ending.FAIL,
        "PERMISSION_DENIED": Ending.FAIL,
        "UNAUTHENTICATED": Ending.FAIL,
        "FAILED_PRECONDITION": Ending.FAIL,
        "ABORTED": Ending.FAIL,
        "OUT_OF_RANGE": Ending.FAIL,
        "UNIMPLEMENTED": Ending.FAIL,
    }
)
"""gRPC statuses that only a method itself returns; every other one is `info`.

The others can come from the library while the method goes on (grpc/doc/statuscodes.md): UNAVAILABLE when a connection breaks
after the request left, DEADLINE_EXCEEDED and CANCELLED at any time, RESOURCE_EXHAUSTED when the answer is too long for the
client, UNKNOWN, INTERNAL and DATA_LOSS when it cannot be read.
"""

ERRORS: Mapping[str, Ending] = MappingProxyType(
    {
        "ConnectError": Ending.FAIL,
        "ConnectTimeout": Ending.FAIL,
        "PoolTimeout": Ending.FAIL,
        "ConnectionRefusedError": Ending.FAIL,
        "UnsupportedProtocol": Ending.FAIL,
    }
)
"""Exceptions, by class name, after which no byte of the request was sent; every other one is `info`."""


def of_status(status: int) -> Ending:
    """Ending of an operation that was answered with an HTTP status."""
    return STATUSES.get(status, CLASSES.get(status // 100, Ending.INFO))


def of_grpc(code: str) -> Ending:
    """Ending of an operation that was answered with a gRPC status, by its name."""
    return GRPC.get(code, Ending.INFO)


def of_error(error: BaseException) -> Ending:
    """Ending of an operation that ended in an error; an error inherits the row of its base class."""
    for kind in type(error).__mro__:
        if kind.__name__ in ERRORS:
            return ERRORS[kind.__name__]
    return Ending.INFO
