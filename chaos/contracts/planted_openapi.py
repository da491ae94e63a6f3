"""Changes of the OpenAPI document that the openapi checker must name, and some that look dangerous and break no client."""

from typing import Any

from harness.contracts.json_patch import Add, Move, Operation, Remove, Replace, patched
from harness.contracts.planted import PlantedChange

_SCHEMAS = "/components/schemas"
_ORDER, _ADDRESS, _LINE = f"{_SCHEMAS}/Order", f"{_SCHEMAS}/Address", f"{_SCHEMAS}/Line"
_LOGIN, _PRODUCTS = "/paths/~1auth~1login/post", "/paths/~1products/get"
_ORDERS, _PLACE = "/paths/~1orders/get", "/paths/~1orders/post"
_ONE_ORDER, _COMPLETE = "/paths/~1orders~1{order_id}", "/paths/~1orders~1{order_id}~1complete/post"
_JSON = "content/application~1json"
_NOTE = {"type": "string", "maxLength": 200}


def _planted(name: str, rule: str, about: str, *operations: Operation) -> PlantedChange:
    return PlantedChange(name=name, contract="openapi", rule=rule, about=about, edit=patched("openapi.json", *operations))


def _harmless(name: str, about: str, *operations: Operation) -> PlantedChange:
    return _planted(name, "", about, *operations)


def _parameter(name: str, **more: Any) -> dict[str, Any]:
    return {"in": "query", "name": name, "schema": {"type": "string"}, **more}


OPERATIONS = (
    _planted("path removed", "api-path-removed", "Clients read one order by it.", Remove(_ONE_ORDER)),
    _planted("path renamed", "api-path-removed", "The old one is 404.", Move(_ONE_ORDER, "/paths/~1order~1{order_id}")),
    _planted("method removed", "api-removed-without-deprecation", "The list of one's orders is 405.", Remove(_ORDERS)),
    _planted(
        "operation renamed",
        "api-operation-id-changed",
        "Methods of generated clients are called so.",
        Replace(f"{_PLACE}/operationId", "createOrder"),
    ),
    _planted(
        "deprecated until nobody knows when",
        "endpoint-deprecated-without-sunset",
        "Nobody can plan.",
        Add(f"{_ORDERS}/deprecated", value=True),
    ),
    _planted(
        "deprecated until tomorrow",
        "api-sunset-date-too-small",
        "Nobody is that quick.",
        Add(f"{_ORDERS}/deprecated", value=True),
        Add(f"{_ORDERS}/x-sunset", "2020-01-01"),
    ),
    _planted(
        "health needs a token",
        "api-security-added",
        "Probes have none.",
        Add("/paths/~1health~1ready/get/security", [{"bearer": []}]),
    ),
    _planted("orders without a token", "api-security-removed", "Anybody reads them.", Remove(f"{_ONE_ORDER}/get/security")),
    _planted(
        "basic in place of bearer",
        "api-security-scheme-changed",
        "Tokens are refused.",
        Replace("/components/securitySchemes/bearer/scheme", "basic"),
    ),
)

REQUESTS = (
    _planted(
        "parameter removed", "request-parameter-removed", "A search shows everything.", Remove(f"{_PRODUCTS}/parameters/2")
    ),
    _planted(
        "parameter renamed",
        "request-parameter-removed",
        "The old name is ignored.",
        Replace(f"{_PRODUCTS}/parameters/1/name", "size"),
    ),
    _planted(
        "parameter in a header",
        "request-parameter-location-changed",
        "Who pages by the query reads the first page for ever.",
        Replace(f"{_ORDERS}/parameters/0/in", "header"),
    ),
    _planted(
        "new required parameter",
        "new-required-request-parameter",
        "Nobody sends it.",
        Add(f"{_PRODUCTS}/parameters/-", _parameter("shop", required=True)),
    ),
    _planted(
        "parameter became required",
        "request-parameter-became-required",
        "The first page has no cursor.",
        Replace(f"{_ORDERS}/parameters/0/required", value=True),
    ),
    _planted(
        "smaller pages",
        "request-parameter-max-decreased",
        "Who asks for 100 gets 422.",
        Replace(f"{_PRODUCTS}/parameters/1/schema/maximum", 50),
    ),
    _planted(
        "another default",
        "request-parameter-default-value-changed",
        "Pages are longer than the client's screen.",
        Replace(f"{_ORDERS}/parameters/1/schema/default", 100),
    ),
    _planted(
        "order by price is gone",
        "request-parameter-enum-value-removed",
        "It is 422 now.",
        Remove(f"{_PRODUCTS}/parameters/4/schema/enum/2"),
    ),
    _planted(
        "order ids in capitals",
        "request-parameter-pattern-changed",
        "Ids that were given out are refused.",
        Replace(f"{_ONE_ORDER}/get/parameters/0/schema/pattern", "^[0-9A-F-]{36}$"),
    ),
    _planted(
        "body became a form",
        "request-body-media-type-removed",
        "JSON is 415.",
        Move(f"{_LOGIN}/requestBody/{_JSON}", f"{_LOGIN}/requestBody/content/multipart~1form-data"),
    ),
    _planted(
        "body became required",
        "request-body-added-required",
        "A cancellation had none.",
        Add(
            "/paths/~1orders~1{order_id}~1cancel/post/requestBody",
            {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
        ),
    ),
    _planted(
        "new required property",
        "new-required-request-property",
        "Nobody sends it.",
        Add(f"{_ADDRESS}/properties/state", _NOTE),
        Add(f"{_ADDRESS}/required/-", "state"),
    ),
    _planted(
        "property became required",
        "request-property-became-required",
        "Pictures without a text are refused.",
        Add(f"{_SCHEMAS}/Picture/required/-", "alt"),
    ),
    _planted(
        "property renamed",
        "request-property-removed",
        "The schema takes no others: 422.",
        Move(f"{_LINE}/properties/quantity", f"{_LINE}/properties/count"),
        Replace(f"{_LINE}/required", ["product_id", "count"]),
    ),
    _planted(
        "shorter streets",
        "request-property-max-length-decreased",
        "Long ones are refused.",
        Replace(f"{_ADDRESS}/properties/street/maxLength", 50),
    ),
    _planted(
        "fewer lines",
        "request-property-max-items-decreased",
        "Big orders are refused.",
        Replace(f"{_SCHEMAS}/NewOrder/properties/items/maxItems", 10),
    ),
    _planted(
        "at least two",
        "request-property-min-increased",
        "One unit cannot be ordered.",
        Replace(f"{_LINE}/properties/quantity/minimum", 2),
    ),
    _planted(
        "role is gone",
        "request-property-enum-value-removed",
        "Nobody becomes an admin.",
        Replace(f"{_SCHEMAS}/RoleChange/properties/role/enum", ["USER"]),
    ),
    _planted(
        "quantity as text",
        "request-property-type-changed",
        "Numbers are refused.",
        Replace(f"{_LINE}/properties/quantity", {"type": "string"}),
    ),
    _planted(
        "null is refused",
        "request-property-became-not-nullable",
        "A category cannot become a root any more.",
        Replace(f"{_SCHEMAS}/CategoryChange/properties/parent_id", {"type": "string", "format": "uuid"}),
    ),
    _planted(
        "property only read",
        "request-property-became-read-only",
        "A product has no description to begin with.",
        Add(f"{_SCHEMAS}/NewProduct/properties/description/readOnly", value=True),
    ),
)

RESPONSES = (
    _planted("201 is gone", "response-success-status-removed", "Clients wait for it.", Remove(f"{_PLACE}/responses/201")),
    _planted(
        "200 became 204",
        "response-success-status-removed",
        "Clients read the order.",
        Move(f"{_COMPLETE}/responses/200", f"{_COMPLETE}/responses/204"),
    ),
    _planted(
        "unknown success",
        "response-success-status-added",
        "Clients wait for 200.",
        Add(f"{_LOGIN}/responses/202", {"description": "Later."}),
    ),
    _planted(
        "409 is gone", "response-non-success-status-removed", "Clients tell sold out by it.", Remove(f"{_PLACE}/responses/409")
    ),
    _planted(
        "problems as JSON",
        "response-media-type-removed",
        "Clients tell problems by it.",
        Move(f"{_PLACE}/responses/409/content/application~1problem+json", f"{_PLACE}/responses/409/{_JSON}"),
    ),
    _planted(
        "no Location", "response-header-removed", "A 202 is polled there.", Remove(f"{_PLACE}/responses/202/headers/Location")
    ),
    _planted(
        "property removed",
        "response-property-removed",
        "Clients show it.",
        Remove(f"{_ORDER}/properties/total"),
        Replace(
            f"{_ORDER}/required",
            ["id", "status", "items", "delivery_address", "reason", "payment_id", "created_at", "updated_at", "expires_at"],
        ),
    ),
    _planted(
        "optional property removed",
        "response-optional-property-removed",
        "Clients show faults of fields by it.",
        Remove(f"{_SCHEMAS}/Problem/properties/errors"),
    ),
    _planted(
        "property became optional",
        "response-property-became-optional",
        "Clients read it without looking.",
        Remove(f"{_ORDER}/required/0"),
    ),
    _planted(
        "unknown status",
        "response-property-enum-value-added",
        "No branch of a client handles it.",
        Add(f"{_SCHEMAS}/Status/enum/-", "SHIPPED"),
    ),
    _planted("any role", "response-property-enum-opened", "Clients know two.", Replace(f"{_SCHEMAS}/Role", {"type": "string"})),
    _planted(
        "amount as decimal",
        "response-property-type-widened",
        "Clients count in whole minor units.",
        Replace(f"{_SCHEMAS}/Money/properties/minor_units/type", "number"),
    ),
    _planted(
        "null address",
        "response-property-became-nullable",
        "Clients read its city.",
        Replace(
            f"{_ORDER}/properties/delivery_address", {"anyOf": [{"$ref": f"#{_SCHEMAS}/DeliveryAddress"}, {"type": "null"}]}
        ),
    ),
    _planted(
        "time in another format",
        "response-property-format-changed",
        "Clients parse date-time.",
        Replace(f"{_ORDER}/properties/created_at/format", "date"),
    ),
    _planted(
        "password in the profile",
        "response-property-became-write-only",
        "Clients read the name.",
        Add(f"{_SCHEMAS}/User/properties/name/writeOnly", value=True),
    ),
    _planted(
        "one more alternative",
        "response-property-alternative-added",
        "Clients know money with a currency only.",
        Replace(
            f"{_ORDER}/properties/total/anyOf",
            [{"$ref": f"#{_SCHEMAS}/Money"}, {"$ref": f"#{_SCHEMAS}/Stock"}, {"type": "null"}],
        ),
    ),
)

HARMLESS = (
    _harmless("new optional property", "Who does not send it is served as before.", Add(f"{_ADDRESS}/properties/state", _NOTE)),
    _harmless("new optional parameter", "It may be left out.", Add(f"{_PRODUCTS}/parameters/-", _parameter("brand"))),
    _harmless(
        "wider enum in a request", "What was accepted still is.", Add(f"{_PRODUCTS}/parameters/4/schema/enum/-", "rating")
    ),
    _harmless(
        "looser limit in a request", "What was accepted still is.", Replace(f"{_ADDRESS}/properties/street/maxLength", 500)
    ),
    _harmless(
        "tighter limit in a response",
        "Clients get less than they were told of.",
        Add(f"{_ORDER}/properties/items/maxItems", 50),
    ),
    _harmless("narrower enum in a response", "Clients handle one value for nothing.", Remove(f"{_SCHEMAS}/Status/enum/0")),
    _harmless("required in another order", "It is a set.", Move(f"{_ORDER}/required/0", f"{_ORDER}/required/-")),
    _harmless("property became optional in a request", "Who sends it is served as before.", Remove(f"{_ADDRESS}/required/4")),
    _harmless("new property in a response", "Clients ignore what they do not know.", Add(f"{_ORDER}/properties/note", _NOTE)),
    _harmless(
        "schema moved to a $ref",
        "What is meant is the same.",
        Move(f"{_LINE}/properties/quantity", f"{_SCHEMAS}/Quantity"),
        Add(f"{_LINE}/properties/quantity", {"$ref": f"#{_SCHEMAS}/Quantity"}),
    ),
    _harmless(
        "component renamed",
        "Names of components are not on the wire.",
        Move(_LINE, f"{_SCHEMAS}/OrderLine"),
        Replace(f"{_SCHEMAS}/NewOrder/properties/items/items/$ref", f"#{_SCHEMAS}/OrderLine"),
    ),
    _harmless(
        "path parameter renamed",
        "Names of path parameters are not on the wire.",
        Move(_ONE_ORDER, "/paths/~1orders~1{id}"),
        Replace("/paths/~1orders~1{id}/get/parameters/0/name", "id"),
    ),
    _harmless(
        "null in another spelling",
        "anyOf with null and a list of types are one.",
        Replace(f"{_ORDER}/properties/reason", {"type": ["string", "null"]}),
    ),
    _harmless(
        "refusal documented",
        "It came before, and was not told.",
        Add("/paths/~1orders/get/responses/429", {"description": "Too many."}),
    ),
    _harmless(
        "charset in a media type",
        "JSON is UTF-8 anyway.",
        Move(f"{_LOGIN}/requestBody/{_JSON}", f"{_LOGIN}/requestBody/{_JSON}; charset=utf-8"),
    ),
    _harmless("another description", "Nobody runs it.", Replace(f"{_ORDERS}/summary", "Everything one ordered.")),
    _harmless(
        "scheme renamed",
        "Its name is not on the wire.",
        Add("/components/securitySchemes/token", {"type": "http", "scheme": "bearer"}),
        Replace(f"{_ORDERS}/security", [{"token": []}]),
    ),
    _harmless(
        "new operation",
        "Nobody was promised that there is none.",
        Add("/paths/~1brands", {"get": {"responses": {"200": {"description": "All."}}}}),
    ),
)

CHANGES = (*OPERATIONS, *REQUESTS, *RESPONSES, *HARMLESS)
