from typing import Any

from harness.fuzz.reachability import Declared, Reached, declared
from harness.fuzz.refusals import ADMIN, CUSTOMER, NOBODY, derived

THING: dict[str, Any] = {"properties": {"name": {}, "size": {}}, "examples": [{"name": "x"}]}
DOCUMENT: dict[str, Any] = {
    "paths": {
        "/things/{id}": {
            "parameters": [],
            "patch": {
                "security": [{"bearer": []}],
                "parameters": [{"in": "path", "name": "id", "required": True, "schema": {}}],
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}},
                "responses": {status: {} for status in ("200", "401", "403", "404", "415", "422", "500", "default")},
            },
        },
        "/things": {
            "get": {"parameters": [{"in": "query", "name": "page", "schema": {}}], "responses": {"200": {}, "422": {}}}
        },
    },
    "components": {"schemas": {"Thing": THING}},
}
PATCH, LIST = "PATCH /things/{id}", "GET /things"


def test_what_a_document_declares() -> None:
    assert declared(DOCUMENT) == {
        PATCH: Declared((200, 401, 403, 404, 415, 422), ("path id", "body name", "body size")),
        LIST: Declared((200, 422), ("query page",)),
    }


def test_what_nobody_reached_is_told_by_operation_status_and_parameter() -> None:
    reached = Reached(declared(DOCUMENT))
    reached.answered(LIST, 422, ["query page"])
    reached.answered(PATCH, 401, ["path id", "body name"])
    reached.answered(PATCH, 403)
    reached.answered("TRACE /things", 405)
    assert (reached.refused(), reached.refused(at_least=2), reached.refused(at_least=3)) == ([PATCH], [PATCH], [])
    assert (LIST, 200) in reached.missing()
    assert (PATCH, 401) not in reached.missing()
    assert reached.unsent() == [(PATCH, "body size"), (LIST, "query page")], "a parameter that was refused was not accepted"
    more = Reached(declared(DOCUMENT))
    more.answered(PATCH, 200)
    both = reached + more
    assert (both.refused(), both.count(PATCH, 200), reached.count(PATCH, 200)) == ([], 1, 0)
    assert "4 of 8 statuses, 2 of 4 parameters, 4 answers" in both.table()
    rows = {line.split()[0] + " " + line.split()[1]: line.split()[2:] for line in both.table().splitlines()[1:3]}
    assert rows[LIST] == ["0", "-", "-", "-", "-", "1"]


def test_refusals_follow_from_the_form_of_an_operation() -> None:
    made = {(each.operation, each.status): each for each in derived(DOCUMENT)}
    assert set(made) == {*((PATCH, status) for status in (401, 403, 404, 415, 422)), (LIST, 422)}
    assert {each.who for each in made.values()} == {NOBODY, CUSTOMER, ADMIN}
    assert made[PATCH, 404].path.startswith("/things/00000000-")
    assert made[PATCH, 415].headers == {"content-type": "text/plain"}
    assert made[PATCH, 403].content == b'{"name": "x"}'
    assert made[LIST, 422].path == "/things?nothing-of-that-name=1"
