"""What the HTTP side of every sandbox has in common.

`GET /health` answers 200 `{"status": "ok"}` once everything of the sandbox listens.
`POST /script` `{"rules": [...]}` appends rules, all or none; `GET /script` shows each rule in force with its `hits`;
`DELETE /script` clears them. See `system.sandbox.script` for what a rule means.

Errors are `{"error": {"code", "message"}}`: 400 `invalid_request`, 404 `not_found`, 405 `method_not_allowed`,
and `scripted_failure` with whatever status a script asked for.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from system.sandbox.script import ConnectionDropped, Rules, RuleT, Script, ScriptedRefusal

HANG_UP = "hang_up"  # key in an ASGI scope's state of the function that closes the connection

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class NoAnswer(Response):
    """Closes the connection where an answer was expected; needs a server that offers `HANG_UP`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hang up and wait until the server has noticed, else it would answer 500 for us."""
        scope["state"][HANG_UP]()
        while (await receive())["type"] != "http.disconnect":
            pass


def error_answer(status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an error in the one shape all of them have."""
    return JSONResponse({"error": {"code": code, "message": message}}, status_code=status, headers=headers)


def create_app(title: str, script: Script[RuleT], batch: type[Rules[RuleT]], lifespan: Lifespan | None = None) -> FastAPI:
    """Return an application that has health, script and error shapes; the sandbox adds its own routes."""
    app = FastAPI(title=title, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ValidationError, _invalid)
    app.add_exception_handler(HTTPException, _not_served)
    app.add_exception_handler(ScriptedRefusal, _scripted_failure)
    app.add_exception_handler(ConnectionDropped, _dropped)
    app.include_router(_health_route())
    app.include_router(_script_routes(script, batch))
    return app


def _health_route() -> APIRouter:
    router = APIRouter()

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok"}

    return router


def _script_routes(script: Script[RuleT], batch: type[Rules[RuleT]]) -> APIRouter:
    router = APIRouter(prefix="/script")

    def report() -> dict[str, Any]:
        return {"rules": [rule.model_dump(mode="json") | {"hits": hits} for rule, hits in script.report()]}

    @router.post("", status_code=HTTPStatus.CREATED)
    async def append(request: Request) -> dict[str, Any]:
        script.extend(batch.model_validate_json(await request.body()).rules)
        return report()

    @router.get("")
    async def show() -> dict[str, Any]:
        return report()

    @router.delete("", status_code=HTTPStatus.NO_CONTENT)
    async def clear() -> None:
        script.clear()

    return router


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError | ValidationError)  # noqa: S101 - registered for these two
    complaints = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
    return error_answer(HTTPStatus.BAD_REQUEST, "invalid_request", complaints)


async def _not_served(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - registered for this one
    status = HTTPStatus(error.status_code)  # 400 is a body that cannot be decoded
    code = "invalid_request" if status is HTTPStatus.BAD_REQUEST else status.name.lower()
    return error_answer(status, code, str(error.detail), error.headers)


async def _scripted_failure(_: Request, error: Exception) -> Response:
    assert isinstance(error, ScriptedRefusal)  # noqa: S101 - registered for this one
    return error_answer(error.code, "scripted_failure", str(error))


async def _dropped(_: Request, __: Exception) -> Response:
    return NoAnswer()
