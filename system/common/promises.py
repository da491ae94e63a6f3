"""What RPCs promise in their .proto files, read from the descriptors, so that the code and the contract cannot differ.

A client repeats an RPC only when it may (rpc_channel); a server ends it by its deadline, and says so when it answers with a
status that its callers were not told of (rpc_server).
"""

from dataclasses import dataclass
from functools import cache

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.descriptor_pool import Default
from shop.common.v1 import contract_pb2

ALWAYS = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED})
"""Statuses that any RPC may answer."""


@dataclass(frozen=True)
class Promise:
    """Of one RPC; `answers` are all statuses beside OK that it may answer."""

    repeatable: bool
    deadline_s: float
    answers: frozenset[grpc.StatusCode]


@cache
def of_service(service: str) -> dict[str, Promise]:
    """The promises of a service by method, of those that state any. Raises KeyError when its stubs are not imported."""
    methods = Default().FindServiceByName(service).methods
    return {method.name: _read(method) for method in methods if method.GetOptions().HasExtension(contract_pb2.rpc)}


def of_method(path: str) -> Promise | None:
    """The promise of `/package.Service/Method`, None for one that is not the shop's."""
    service, _, method = path.removeprefix("/").partition("/")
    try:
        return of_service(service).get(method)
    except KeyError:
        return None


def _read(method: MethodDescriptor) -> Promise:
    options = method.GetOptions()
    own = options.Extensions[contract_pb2.rpc]
    return Promise(
        repeatable=options.idempotency_level != MethodOptions.IDEMPOTENCY_UNKNOWN,
        deadline_s=own.deadline_ms / 1000,
        answers=ALWAYS | {grpc.StatusCode[name] for name in own.answers},
    )
