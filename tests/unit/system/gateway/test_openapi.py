import re
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel, TypeAdapter

from system.gateway import models
from system.gateway.app import create_app
from system.gateway.models import categories, fields, health, money, orders, products, users
from system.gateway.problems import Problem
from tests.unit.system.gateway.fakes import fake_shop

METHODS_OF = {
    "/auth/register": "POST",
    "/auth/login": "POST",
    "/auth/refresh": "POST",
    "/auth/logout": "POST",
    "/users/me": "GET PATCH",
    "/users/{user_id}/role": "PATCH",
    "/categories": "GET POST",
    "/categories/{category_id}": "GET PATCH DELETE",
    "/products": "GET POST",
    "/products/{product_id}": "GET PATCH DELETE",
    "/products/{product_id}/stock": "GET PUT",
    "/orders": "GET POST",
    "/orders/{order_id}": "GET",
    "/orders/{order_id}/complete": "POST",
    "/orders/{order_id}/cancel": "POST",
    "/health/live": "GET",
    "/health/ready": "GET",
}
ROUTES = {f"{method} {path}" for path, methods in METHODS_OF.items() for method in methods.split()}
PUBLIC = {route for route in ROUTES if ("/auth/" in route and "logout" not in route) or "/health/" in route} | {
    "GET /categories",
    "GET /categories/{category_id}",
    "GET /products",
    "GET /products/{product_id}",
}
ADMINS = {route for route in ROUTES - PUBLIC if "/products" in route or "/categories" in route or "role" in route}
OPENAPI: dict[str, Any] = create_app(fake_shop().parts).openapi()
OPERATIONS: dict[str, dict[str, Any]] = {
    f"{method.upper()} {path}": operation for path, methods in OPENAPI["paths"].items() for method, operation in methods.items()
}
MODELS = [
    model
    for module in (categories, health, money, orders, products, users)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__
]


def test_the_api_is_these_routes() -> None:
    assert OPENAPI["openapi"].startswith("3.1")
    assert set(OPERATIONS) == ROUTES


@pytest.mark.parametrize("route", sorted(ROUTES))
def test_a_route_documents_its_errors_as_problems(route: str) -> None:
    operation = OPERATIONS[route]
    documented = {int(status): told for status, told in operation["responses"].items() if int(status) >= 400}
    assert {500, 503} <= documented.keys()
    assert ("requestBody" in operation) == (documented.keys() >= {400, 408, 413, 415, 422})
    assert ("security" in operation) == (route not in PUBLIC)
    assert (401 in documented) == (route not in PUBLIC or route in ("POST /auth/login", "POST /auth/refresh"))
    assert (403 in documented) == (route in ADMINS or route == "PATCH /users/me")
    assert (404 in documented) or "{" not in route
    for status, told in documented.items():
        assert list(told["content"]) == ["application/problem+json"], status
        assert told["content"]["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert told["description"]
        assert ("Retry-After" in told.get("headers", {})) == (status in (429, 503))


def test_every_reference_leads_somewhere() -> None:
    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(references(value) for value in node.values()))
        return set().union(*(references(value) for value in node)) if isinstance(node, list) else set()

    found = references(OPENAPI)
    assert found
    assert {reference.rsplit("/", 1)[1] for reference in found} <= OPENAPI["components"]["schemas"].keys()


@pytest.mark.parametrize("model", [*MODELS, Problem], ids=lambda model: model.__name__)
def test_a_model_shows_a_valid_example(model: type[BaseModel]) -> None:
    if issubclass(model, fields.Request) and "Query" in model.__name__:
        return
    for example in model.model_json_schema()["examples"]:
        TypeAdapter(model).validate_python(example) if issubclass(model, fields.Request) else model.model_validate(example)


@pytest.mark.parametrize("name", sorted(OPENAPI["components"]["schemas"]))
def test_an_example_is_published_as_it_is_valid(name: str) -> None:
    schemas = OPENAPI["components"]["schemas"]
    validator = Draft202012Validator({**schemas[name], "components": {"schemas": schemas}})
    for example in schemas[name].get("examples", ()):
        validator.validate(example)


@pytest.mark.parametrize("model", [model for model in MODELS if issubclass(model, fields.Request)], ids=lambda m: m.__name__)
def test_what_comes_in_is_limited_in_every_field(model: type[BaseModel]) -> None:
    assert model.model_config["extra"] == "forbid"

    def limited(schema: dict[str, Any]) -> bool:
        if "$ref" in schema or "enum" in schema or "const" in schema or schema.get("type") == "null":
            return True
        if schema.get("type") == "boolean":
            return True
        if "anyOf" in schema:
            return all(limited(option) for option in schema["anyOf"])
        kinds = {"string": ("maxLength", "pattern"), "integer": ("minimum", "maximum"), "array": ("maxItems",)}
        needed = kinds[schema["type"]]
        fits = any(name in schema for name in needed) if schema["type"] == "string" else all(name in schema for name in needed)
        return fits and ("items" not in schema or limited(schema["items"]))

    for name, schema in model.model_json_schema()["properties"].items():
        assert limited(schema), name


def test_models_live_in_the_modules_looked_at() -> None:
    assert models.__doc__
    assert len(MODELS) > 25


async def test_the_documentation_needs_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    home = await client.get("/")
    assert (home.status_code, home.headers["location"]) == (307, "/api-docs")
    page = await client.get("/api-docs")
    assert page.status_code == 200
    assert "//" not in page.text.replace("<!--", "").split("<body>")[0], "no other host"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/api-docs/assets/{asset}" in page.text
        assert (await client.get(f"/api-docs/assets/{asset}")).status_code == 200
    assert (await client.get("/openapi.json")).json()["openapi"].startswith("3.1")


def test_a_lone_surrogate_is_no_text_by_the_document_either() -> None:
    found = [pattern for pattern in patterns(OPENAPI) if re.search(pattern, "a\ud800b")]
    assert [pattern for pattern in found if re.search(pattern, "a\x00b") is None] == []
    assert [pattern for pattern in patterns(OPENAPI) if re.search(pattern, "a\U0001f600 b")], "other characters are"


def patterns(described: object) -> list[str]:
    """Every pattern of a document."""
    if isinstance(described, dict):
        own = [described["pattern"]] if isinstance(described.get("pattern"), str) else []
        return own + [each for value in described.values() for each in patterns(value)]
    return [each for value in described for each in patterns(value)] if isinstance(described, list) else []
