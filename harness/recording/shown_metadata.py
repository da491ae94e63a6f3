"""Metadata that a client shows with every call, such as the credential that services of a system show each other."""

from typing import Any

import grpc

Metadata = tuple[tuple[str, str], ...]


class ShownMetadata(grpc.aio.UnaryUnaryClientInterceptor):
    """Adds `metadata` to calls with one request and one answer."""

    def __init__(self, metadata: Metadata) -> None:
        self._metadata = metadata

    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        """See grpc.aio.UnaryUnaryClientInterceptor."""
        every = grpc.aio.Metadata(*(client_call_details.metadata or ()), *self._metadata)
        return await continuation(client_call_details._replace(metadata=every), request)
