"""Answers whose status or headers depend on what happened: serialised once, straight to bytes."""

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response


def answer(model: BaseModel, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A model as JSON, with this status."""
    return Response(model.model_dump_json(), status, headers, "application/json")


def at(path: str) -> dict[str, str]:
    """The header that says where the thing answered about can be read."""
    return {"location": path}


LOCATION = {"Location": {"description": "Where to read it.", "required": True, "schema": {"type": "string"}}}
"""How OpenAPI describes that header."""
