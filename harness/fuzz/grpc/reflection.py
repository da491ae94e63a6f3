"""The unary RPCs of a running server, as it describes them itself by reflection (v1alpha, which every gRPC library serves).

Descriptors come from the server and not from generated stubs, so that what is fuzzed is what really runs.
"""

from dataclasses import dataclass
from typing import Any

import grpc
from google.protobuf.descriptor import Descriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

REFLECTION = "grpc.reflection."
"""Services below it are the means to read descriptors, and stream."""


@dataclass(frozen=True)
class Method:
    """One RPC. `path` is what is sent as `:path`; `streaming` ones have a stream on either side."""

    service: str
    name: str
    request: Descriptor
    response: Descriptor
    streaming: bool

    @property
    def path(self) -> str:
        """The path of the call, `/package.Service/Method`."""
        return f"/{self.service}/{self.name}"

    @property
    def rpc(self) -> str:
        """What reports call it, `package.Service/Method`."""
        return f"{self.service}/{self.name}"

    def request_class(self) -> Any:
        """The class of its requests, made of the descriptor."""
        return GetMessageClass(self.request)

    def response_class(self) -> Any:
        """The class of its answers, made of the descriptor."""
        return GetMessageClass(self.response)


def methods_of(channel: grpc.Channel) -> tuple[Method, ...]:
    """Every RPC of the server but reflection itself, in the order of their names.

    Raises grpc.RpcError when the server cannot be reached or serves no reflection.
    """
    database = ProtoReflectionDescriptorDatabase(channel)
    pool = DescriptorPool(database)
    found = []
    for service in sorted(name for name in database.get_services() if not name.startswith(REFLECTION)):
        for method in pool.FindServiceByName(service).methods:
            streaming = method.client_streaming or method.server_streaming
            found.append(Method(service, method.name, method.input_type, method.output_type, streaming))
    return tuple(sorted(found, key=lambda method: method.path))
