"""The application: routes, the layers around them, the errors, and its description in OpenAPI 3.1."""

from pathlib import Path
from typing import Any

import fastapi_offline
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from system.common.errors import ShopError
from system.gateway.admission import Admission, Heads
from system.gateway.edge import Bodies, Boundary
from system.gateway.openapi import describe
from system.gateway.parts import Parts
from system.gateway.problems import on_http_error, on_invalid, on_shop_error
from system.gateway.routes import ROUTERS, methods
from system.gateway.routes.pages import ASSETS

TAGS = (
    ("auth", "Accounts and tokens"),
    ("users", "One's own account; roles"),
    ("categories", "The catalogue's tree"),
    ("products", "What is for sale"),
    ("stock", "Units of a product (admins)"),
    ("orders", "From placing to payment"),
    ("health", "How the gateway is"),
)
UNTRACED = ("/health/", "/metrics", "/api-docs")


class Gateway(FastAPI):
    """FastAPI, but for how it describes itself."""

    def openapi(self) -> dict[str, Any]:
        """The description, with every problem in it; made once."""
        if self.openapi_schema is None:
            self.openapi_schema = describe(super().openapi())
        return self.openapi_schema


def create_app(parts: Parts) -> FastAPI:
    """The application on top of its parts; it starts and stops nothing."""
    app = Gateway(
        title="Gauntlet shop",
        version="1",
        description="Log in, press Authorize, paste the `access_token`. Errors are RFC 9457 problems.",
        openapi_tags=[{"name": name, "description": about} for name, about in TAGS],
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
        telemetry={
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
            "exclude": lambda scope: scope["path"].startswith(UNTRACED),
        },
    )
    app.state.parts = parts
    app.state.methods = methods()
    for router in ROUTERS:
        app.include_router(router)
    app.mount(ASSETS, StaticFiles(directory=Path(fastapi_offline.__file__).parent / "static"))
    # The last added is the outermost.
    app.add_middleware(Admission, at_once=parts.settings.requests_at_once)
    app.add_middleware(Bodies, limit=parts.settings.body_limit, timeout_s=parts.settings.body_timeout_s)
    app.add_middleware(Heads)
    app.add_middleware(Boundary, timeout_s=parts.settings.request_timeout_s)
    app.add_exception_handler(ShopError, on_shop_error)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http_error)
    return app
