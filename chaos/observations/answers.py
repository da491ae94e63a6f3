"""The statuses that the shop documents for each request of its REST API, as in the OpenAPI document of its last release."""

from collections.abc import Mapping
from types import MappingProxyType

ALWAYS = frozenset({503})
"""What any request may be answered; 500 is documented, too, and never right."""

DOCUMENTED: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "POST /auth/login": frozenset({200, 400, 401, 408, 413, 415, 422, 429}),
        "POST /auth/refresh": frozenset({200, 400, 401, 408, 413, 415, 422}),
        "POST /auth/register": frozenset({201, 400, 408, 409, 413, 415, 422}),
        "GET /categories": frozenset({200, 400, 404, 422}),
        "POST /categories": frozenset({201, 400, 401, 403, 404, 408, 409, 413, 415, 422}),
        "DELETE /categories/{category_id}": frozenset({204, 400, 401, 403, 404, 409, 422}),
        "GET /categories/{category_id}": frozenset({200, 400, 404, 422}),
        "PATCH /categories/{category_id}": frozenset({200, 400, 401, 403, 404, 408, 409, 413, 415, 422}),
        "GET /orders": frozenset({200, 400, 401, 422}),
        "POST /orders": frozenset({201, 202, 400, 401, 408, 409, 413, 415, 422}),
        "GET /orders/{order_id}": frozenset({200, 400, 401, 404, 422}),
        "POST /orders/{order_id}/cancel": frozenset({200, 202, 400, 401, 404, 409, 422}),
        "POST /orders/{order_id}/complete": frozenset({200, 202, 400, 401, 402, 404, 408, 409, 413, 415, 422}),
        "GET /products": frozenset({200, 400, 404, 422}),
        "POST /products": frozenset({201, 400, 401, 403, 404, 408, 409, 413, 415, 422}),
        "DELETE /products/{product_id}": frozenset({204, 400, 401, 403, 404, 409, 422}),
        "GET /products/{product_id}": frozenset({200, 400, 404, 422}),
        "PATCH /products/{product_id}": frozenset({200, 400, 401, 403, 404, 408, 409, 413, 415, 422}),
        "GET /products/{product_id}/stock": frozenset({200, 400, 401, 403, 404, 422}),
        "PUT /products/{product_id}/stock": frozenset({200, 400, 401, 403, 404, 408, 409, 413, 415, 422}),
        "GET /users/me": frozenset({200, 401}),
        "PATCH /users/me": frozenset({200, 400, 401, 403, 408, 409, 413, 415, 422}),
        "PATCH /users/{user_id}/role": frozenset({200, 400, 401, 403, 404, 408, 413, 415, 422}),
    }
)
"""By method and path template; requests of other templates are answered 404 or 405."""

SINCE: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        "POST /auth/logout": frozenset({204, 400, 401, 404, 408, 413, 415, 422}),
        "POST /auth/register": frozenset({429}),
        "PATCH /users/me": frozenset({412, 429}),
        "PATCH /users/{user_id}/role": frozenset({409, 412}),
        "PATCH /products/{product_id}": frozenset({412}),
        "PATCH /categories/{category_id}": frozenset({412}),
        "PUT /products/{product_id}/stock": frozenset({412}),
    }
)
"""What is documented besides since that release."""
