"""Errors as clients see them: RFC 9457 problems, of one shape everywhere, without anything of the inside.

Status and title come from `system.common.errors.TABLE`.
"""

import json
import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from system.common.errors import (
    TABLE,
    InvalidArgument,
    MalformedJson,
    MethodNotAllowed,
    NotFound,
    ShopError,
    ValidationFailed,
    row_of,
)

TRACE_ID = "shop.trace_id"
"""Key in an ASGI scope of the request's trace id."""
FAULTS_SHOWN = 20


MAY_RETRY = frozenset({429, 503})


class Fault(BaseModel):
    """One thing wrong with a request."""

    location: Annotated[str, Field(alias="in", description="body, query, path or header")]
    field: Annotated[str, Field(description="Where in it, e.g. items.0.quantity; empty for the whole.")]
    detail: str
    code: Annotated[str, Field(description="Which rule was broken, as a constant.")]


class Problem(BaseModel):
    """RFC 9457. `code` is a constant for programs, `detail` is for people; facts such as `order_id` may follow."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:shop:problem:out-of-stock",
                    "title": "Conflict",
                    "status": 409,
                    "detail": "a product of this order is not in stock",
                    "instance": "/orders",
                    "code": "OUT_OF_STOCK",
                    "trace_id": "0af7651916cd43dd8448eb211c80319c",
                    "order_id": "0b2a6f0e-7d3e-5b63-9d0c-3f4f1f6a2a51",
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    trace_id: Annotated[str, Field(description="Name it when you ask for help.")]
    errors: Annotated[list[Fault], Field(description="What is wrong with the request, when it is the request.")] = []


def problem(
    error: ShopError, scope: Scope, faults: Sequence[Mapping[str, str]] = (), headers: Mapping[str, str] | None = None
) -> Response:
    """The answer an error is given: its row of the table, as JSON, with the headers its status asks for."""
    row = row_of(error)
    content: dict[str, Any] = {
        **error.metadata,
        "type": f"urn:shop:problem:{error.code.lower().replace('_', '-')}",
        "title": row.title,
        "status": row.http,
        "detail": error.message,
        "instance": scope.get("raw_path", b"").decode("latin-1") or scope["path"],
        "code": error.code,
        "trace_id": scope.get(TRACE_ID, ""),
    }
    if faults:
        content["errors"] = faults
    sent = dict(headers or {})
    if row.http == 401:
        sent["www-authenticate"] = 'Bearer realm="shop"'
    if row.http in MAY_RETRY:
        sent["retry-after"] = str(max(1, math.ceil(error.retry_after_s or 1)))
    return Response(json.dumps(content), row.http, sent, "application/problem+json")


async def on_shop_error(request: Request, error: Exception) -> Response:
    """Whatever a handler raised, or a service answered."""
    if not isinstance(error, ShopError):  # registered for this type alone
        raise error
    return problem(error, request.scope)


async def on_invalid(request: Request, error: Exception) -> Response:
    """What FastAPI found wrong with path, query, headers or body."""
    if not isinstance(error, RequestValidationError):  # registered for this type alone
        raise error
    found = error.errors()
    if found[0]["type"] == "json_invalid":
        at = found[0]["loc"][-1]
        return problem(MalformedJson(f"the body is not JSON: {found[0]['ctx']['error']} at character {at}"), request.scope)
    faults = [_fault(fault) for fault in found[:FAULTS_SHOWN]]
    if (header := next((fault for fault in faults if fault["in"] == "header"), None)) is not None:
        return problem(_header_error(header), request.scope, faults)
    first, more = faults[0], len(found) - 1
    place = f"{first['in']} {first['field']}".strip()
    message = f"{place}: {first['detail']}" + (f" (and {more} more)" if more else "")
    return problem(ValidationFailed(message), request.scope, faults)


def _fault(error: Mapping[str, Any]) -> dict[str, str]:
    location, *path = (str(part) for part in error["loc"])
    return {"in": location, "field": ".".join(path)[:200], "detail": error["msg"][:500], "code": error["type"]}


def _header_error(fault: Mapping[str, str]) -> ShopError:
    name = fault["field"].partition(".")[0]  # what follows is about a part of its type
    state = "required" if fault["code"] == "missing" else "invalid"
    code = f"{name.upper().replace('-', '_')}_{state.upper()}"
    return InvalidArgument(f"the header {name} is {state}: {fault['detail']}", reason=code)


async def on_http_error(request: Request, error: Exception) -> Response:
    """What the framework itself refuses: unknown paths, wrong methods, bodies it cannot read."""
    if not isinstance(error, HTTPException):  # registered for this type alone
        raise error
    kind, message = _HTTP_ERRORS.get(error.status_code, (MalformedJson, "the body cannot be read as JSON in UTF-8"))
    # The framework knows the methods of the first route with this path; there is one route for each method.
    methods: str | None = request.app.state.methods.get(getattr(request.scope.get("route"), "path", ""))
    allow = {"allow": methods} if kind is MethodNotAllowed and methods else error.headers
    return problem(kind(message), request.scope, headers=allow)


_HTTP_ERRORS: Mapping[int, tuple[type[ShopError], str]] = {
    404: (NotFound, "there is nothing at this path"),
    405: (MethodNotAllowed, "this method is not possible here; the header Allow names those that are"),
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The entry of these statuses in a route's `responses`."""
    return {status: documentation(status) for status in statuses}


def documentation(status: int) -> dict[str, Any]:
    """How OpenAPI describes a problem of this status."""
    described: dict[str, Any] = {
        "description": " or ".join(row.title for row in TABLE if row.http == status),
        "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if status in MAY_RETRY:
        described["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer", "minimum": 1}}
        }
    if status == 401:
        described["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    return described
