"""Swagger UI, from files that came with a package: it renders with no internet, and its policy forbids any other source."""

from fastapi import APIRouter, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import RedirectResponse

router = APIRouter(include_in_schema=False)
DOCS = "/api-docs"
ASSETS = "/api-docs/assets"
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self' 'unsafe-inline'; "
    "style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
)


@router.get("/")
async def home() -> Response:
    """The documentation is the home page."""
    return RedirectResponse(DOCS)


@router.get(DOCS)
async def docs(request: Request) -> Response:
    """Swagger UI."""
    page = get_swagger_ui_html(
        openapi_url="/openapi.json",
        title=request.app.title,
        swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
        swagger_css_url=f"{ASSETS}/swagger-ui.css",
        swagger_favicon_url=f"{ASSETS}/favicon.png",
        swagger_ui_parameters={"persistAuthorization": True, "displayRequestDuration": True, "tryItOutEnabled": True},
    )
    page.headers["content-security-policy"] = POLICY
    return page
