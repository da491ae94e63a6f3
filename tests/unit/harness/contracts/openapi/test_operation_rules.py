"""Every rule about operations and what belongs to them (not schemas) fires on its change, and on no harmless one."""

from datetime import date

import pytest

from harness.contracts.openapi import RULES, check
from harness.contracts.openapi.registry import ASPECTS, SUBJECTS
from tests.unit.harness.contracts.openapi.sample import Edit, at, document, edited, without

TODAY = date(2026, 3, 1)
GET, POST, ONE = "paths./items.get", "paths./items.post", "paths./items/{item_id}"
BODY, CREATED = f"{POST}.requestBody", f"{POST}.responses.201"
TEXT = {"type": "string"}
LEAVING = at(f"{GET}.deprecated", value=True)
OPEN = at(f"{POST}.security", [])

CHANGES: list[tuple[str, str, tuple[Edit, ...], tuple[Edit, ...]]] = [
    ("api-path-removed", "GET /items/{item_id}", (), (without(ONE),)),
    ("api-removed-without-deprecation", "GET /items/{item_id}", (), (without(f"{ONE}.get"),)),
    ("api-removed-before-sunset", "DELETE /items/{item_id}", (), (without(f"{ONE}.delete"),)),
    (
        "api-removed-after-sunset",
        "DELETE /items/{item_id}",
        (at(f"{ONE}.delete.x-sunset", "2026-02-28"),),
        (without(f"{ONE}.delete"),),
    ),
    ("api-removed-after-sunset", "DELETE /items/{item_id}", (without(f"{ONE}.delete.x-sunset"),), (without(f"{ONE}.delete"),)),
    ("endpoint-added", "PUT /items", (), (at("paths./items.put", {"responses": {}}),)),
    ("endpoint-deprecated", "GET /items", (), (LEAVING, at(f"{GET}.x-sunset", "2026-06-30"))),
    ("endpoint-deprecated-without-sunset", "GET /items", (), (LEAVING,)),
    ("api-sunset-date-too-small", "GET /items", (), (LEAVING, at(f"{GET}.x-sunset", "2026-03-30"))),
    ("api-sunset-date-changed-too-small", "DELETE /items/{item_id}", (), (at(f"{ONE}.delete.x-sunset", "2026-06-29"),)),
    ("api-sunset-deleted", "DELETE /items/{item_id}", (), (without(f"{ONE}.delete.x-sunset"),)),
    ("api-sunset-parse", "DELETE /items/{item_id}", (), (at(f"{ONE}.delete.x-sunset", "in summer"),)),
    ("api-operation-id-changed", "GET /items", (), (at(f"{GET}.operationId", "all_items"),)),
    ("api-server-removed", "servers", (), (at("servers", [{"url": "/v2"}]),)),
    ("api-callbacks-changed", "POST /items callbacks", (), (without(f"{POST}.callbacks"),)),
    ("api-callbacks-changed", "webhooks", (), (at("webhooks", {"done": {"post": {"responses": {}}}}),)),
    ("request-parameter-removed", "GET /items query:sort", (), (without(f"{GET}.parameters.1"),)),
    ("request-parameter-location-changed", "GET /items query:sort", (), (at(f"{GET}.parameters.1.in", "header"),)),
    (
        "new-required-request-parameter",
        "GET /items query:page",
        (),
        (at(f"{GET}.parameters.9", {"in": "query", "name": "page", "required": True}),),
    ),
    (
        "new-optional-request-parameter",
        "GET /items query:page",
        (),
        (at(f"{GET}.parameters.9", {"in": "query", "name": "page"}),),
    ),
    ("request-parameter-became-required", "GET /items query:sort", (), (at(f"{GET}.parameters.1.required", value=True),)),
    ("request-parameter-serialization-changed", "GET /items query:sort", (), (at(f"{GET}.parameters.1.explode", value=False),)),
    ("request-parameter-max-decreased", "GET /items query:limit", (), (at(f"{GET}.parameters.0.schema.maximum", 49),)),
    ("request-parameter-default-value-changed", "GET /items query:limit", (), (at(f"{GET}.parameters.0.schema.default", 9),)),
    (
        "request-parameter-max-length-decreased",
        "GET /items/{item_id} path:item_id",
        (),
        (at(f"{ONE}.parameters.0.schema.maxLength", 8),),
    ),
    ("request-body-removed", "POST /items body", (), (without(BODY),)),
    ("request-body-added-optional", "GET /items body", (), (at(f"{GET}.requestBody", {"content": {}}),)),
    ("request-body-added-required", "GET /items body", (), (at(f"{GET}.requestBody", {"content": {}, "required": True}),)),
    ("request-body-became-required", "POST /items body", (), (at(f"{BODY}.required", value=True),)),
    ("request-body-media-type-removed", "POST /items application/json", (), (without(f"{BODY}.content.application/json"),)),
    (
        "request-body-encoding-changed",
        "POST /items multipart/form-data",
        (),
        (without(f"{BODY}.content.multipart/form-data.encoding"),),
    ),
    ("request-body-type-changed", "POST /items application/json", (), (at(f"{BODY}.content.application/json.schema", TEXT),)),
    ("response-success-status-removed", "POST /items 201", (), (without(CREATED),)),
    ("response-non-success-status-removed", "POST /items 409", (), (without(f"{POST}.responses.409"),)),
    ("response-success-status-added", "POST /items 202", (), (at(f"{POST}.responses.202", {}),)),
    ("response-non-success-status-added", "POST /items 410", (), (at(f"{POST}.responses.410", {}),)),
    ("response-media-type-removed", "POST /items 201 application/json", (), (at(f"{CREATED}.content", {}),)),
    ("response-media-type-added", "POST /items 201 text/csv", (), (at(f"{CREATED}.content.text/csv", {}),)),
    ("response-header-removed", "POST /items 201 header:Location", (), (without(f"{CREATED}.headers"),)),
    (
        "response-header-became-optional",
        "POST /items 201 header:Location",
        (),
        (without(f"{CREATED}.headers.Location.required"),),
    ),
    (
        "response-header-type-changed",
        "POST /items 201 header:Location",
        (),
        (at(f"{CREATED}.headers.Location.schema.type", "integer"),),
    ),
    (
        "response-body-type-changed",
        "POST /items 201 application/json",
        (),
        (at(f"{CREATED}.content.application/json.schema", TEXT),),
    ),
    ("response-link-removed", "POST /items 201 link:read", (), (without(f"{CREATED}.links"),)),
    ("response-link-changed", "POST /items 201 link:read", (), (at(f"{CREATED}.links.read.operationId", "drop_item"),)),
    ("api-security-added", "GET /items", (), (at(f"{GET}.security", [{"bearer": []}]),)),
    ("api-security-added", "GET /items", (), (at("security", [{"bearer": []}]),)),
    ("api-security-removed", "POST /items", (), (OPEN,)),
    ("api-security-removed", "POST /items", (), (at(f"{POST}.security", [{"bearer": []}, {}]),)),
    ("api-security-alternative-removed", "POST /items", (), (at(f"{POST}.security", [{"bearer": []}]),)),
    ("api-security-alternative-added", "POST /items", (at(f"{POST}.security", [{"bearer": []}]),), ()),
    ("api-security-scope-added", "POST /items", (), (at(f"{POST}.security.1", {"oauth": ["write", "admin"]}),)),
    ("api-security-scope-removed", "POST /items", (), (at(f"{POST}.security.1", {"oauth": []}),)),
    ("api-security-scheme-changed", "POST /items", (), (at("components.securitySchemes.bearer.scheme", "basic"),)),
]


@pytest.mark.parametrize(
    ("rule", "where", "before", "after"), CHANGES, ids=[f"{at_}-{each[0]}" for at_, each in enumerate(CHANGES)]
)
def test_a_change_is_named_by_its_rule_at_its_place(
    rule: str, where: str, before: tuple[Edit, ...], after: tuple[Edit, ...]
) -> None:
    found = list(check(edited(*before), edited(*before, *after) if after else document(), TODAY))
    assert (rule, where) in {(each.rule, each.where) for each in found}
    assert all(each.level is RULES[each.rule].level for each in found)


def test_every_rule_that_is_no_aspect_of_schemas_or_properties_is_tried() -> None:
    aspects = {f"{subject}-{name}" for name, ways in ASPECTS.items() for way in ways for subject in SUBJECTS[way]}
    of_properties = {rule for rule in RULES if "-property-" in rule or rule.endswith("-request-property")}
    assert {rule for rule, *_ in CHANGES} - aspects == set(RULES) - aspects - of_properties


HARMLESS: dict[str, tuple[Edit, ...]] = {
    "a path's parameter has another name": (
        at("paths./items/{id}", document()["paths"]["/items/{item_id}"]),
        without(ONE),
        at("paths./items/{id}.parameters.0.name", "id"),
    ),
    "a header in lower case": (at(f"{GET}.parameters.2.name", "x-key"),),
    "a charset and capitals in a media type": (
        at(
            f"{BODY}.content.Application/JSON; charset=UTF-8",
            document()["paths"]["/items"]["post"]["requestBody"]["content"]["application/json"],
        ),
        without(f"{BODY}.content.application/json"),
    ),
    "a range of media types": (
        at(f"{BODY}.content.application/*", {"schema": {"$ref": "#/components/schemas/Item"}}),
        without(f"{BODY}.content.application/json"),
    ),
    "a scheme has another name in the document": (
        at("components.securitySchemes.token", {"type": "http", "scheme": "Bearer", "bearerFormat": "JWT"}),
        at(f"{POST}.security.0", {"token": []}),
        at(f"{POST}.security.1", {"oauth": ["write"]}),
    ),
    "a parameter moved up to the path": (
        at("paths./items.parameters", [document()["paths"]["/items"]["get"]["parameters"][2]]),
        without(f"{GET}.parameters.2"),
        at(f"{POST}.parameters", []),
        at("paths./items.parameters.0.required", value=False),
    ),
    "the sunset is later": (at(f"{ONE}.delete.x-sunset", "2026-12-31"),),
    "what is described": (at(f"{GET}.summary", "All of them."), at("info.title", "Another")),
}


@pytest.mark.parametrize("name", HARMLESS)
def test_what_hurts_nobody_is_not_named(name: str) -> None:
    assert [each for each in check(document(), edited(*HARMLESS[name]), TODAY) if each.level != "INFO"] == []


def test_a_range_of_statuses_stands_for_each_of_them() -> None:
    ranged = edited(at(f"{POST}.responses.2XX", document()["paths"]["/items"]["post"]["responses"]["201"]), without(CREATED))
    assert [each.rule for each in check(document(), ranged, TODAY)] == ["response-success-status-added"]
    narrowed = edited(at(f"{POST}.responses.2XX", {}), at(f"{CREATED}.headers", {}))
    assert "response-header-removed" in {each.rule for each in check(ranged, narrowed, TODAY)}


def test_a_version_in_a_media_type_is_another_media_type() -> None:
    old = edited(at(f"{CREATED}.content", {"application/vnd.t+json;version=1": {}}))
    new = edited(at(f"{CREATED}.content", {"application/vnd.t+json;version=2": {}}))
    assert "response-media-type-removed" in {each.rule for each in check(old, new, TODAY)}


def test_an_operation_id_may_be_renamed_with_its_links() -> None:
    new = edited(at(f"{ONE}.get.operationId", "get_item"), at(f"{CREATED}.links.read.operationId", "get_item"))
    assert [each.rule for each in check(document(), new, TODAY)] == ["api-operation-id-changed"]


def test_another_documents_reference_is_refused_with_what_to_do() -> None:
    new = edited(at(f"{BODY}.content.application/json.schema", {"$ref": "other.json#/Item"}))
    with pytest.raises(ValueError, match="bundle"):
        list(check(document(), new, TODAY))


def test_what_is_no_openapi_document_is_refused() -> None:
    with pytest.raises(ValueError, match="OpenAPI"):
        list(check(document(), {"swagger": "2.0"}, TODAY))
