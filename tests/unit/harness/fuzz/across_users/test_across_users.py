"""Each way to get at what is another's is found in a system that has it, by the right check; none in one that has not."""

from pathlib import Path

import pytest

from harness.fuzz.across_users.part import across_users
from harness.fuzz.across_users.requests import Ask
from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.record import PartSummary
from tests.unit.harness.fuzz.across_users.notebook import NEW, NOTE, Notebook, described
from tests.unit.harness.fuzz.kept import Kept, part


async def tried(notebook: Notebook, folder: Path) -> tuple[Fuzzing, PartSummary]:
    fuzzing = part(Kept(), folder, name="across_users")
    await across_users(notebook, fuzzing, "run")
    return fuzzing, fuzzing.end()


async def test_nothing_is_found_where_nothing_is_wrong(tmp_path: Path) -> None:
    fuzzing, summary = await tried(Notebook(), tmp_path)
    assert not fuzzing.found_so_far
    assert not summary.gaps
    assert {each.target for each in summary.tried} == {
        *("GET /notes", "POST /notes", "GET /notes/{note_id}", "DELETE /notes/{note_id}", "GET /audit")
    }


@pytest.mark.parametrize(
    ("bug", "check", "target", "said"),
    [
        ("owner", "accepted", "GET /notes/{note_id}", "a stranger, at another's note"),
        ("owner", "accepted", "DELETE /notes/{note_id}", "a stranger, at another's note"),
        ("role", "accepted", "GET /audit", "no staff"),
        ("list", "foreign_row", "GET /notes", "rows of another"),
        ("effect", "effect", "DELETE /notes/{note_id}", "was refused (404), and yet it had an effect"),
        ("effect and issuer", "effect", "DELETE /notes/{note_id}", "was refused (404), and yet it had an effect"),
        ("leak", "leak", "GET /notes/{note_id}", "secret of owner"),
        ("tells", "tells_apart", "GET /notes/{note_id}", "403 403, at what never was 404 404"),
        ("property", "undeclared_property", "GET /notes/{note_id}", "owner"),
        ("assignment", "accepted", "POST /notes", "adding id"),
        ("refresh", "accepted", "GET /notes", "the refresh token"),
        ("outdated", "accepted", "GET /notes", "outdated: before a change"),
        ("issuer", "accepted", "GET /notes", "another issuer with the key"),
        ("signature", "accepted", "GET /notes", "alg none"),
    ],
)
async def test_what_is_wrong_is_found_twice_and_named(bug: str, check: str, target: str, said: str, tmp_path: Path) -> None:
    fuzzing, _ = await tried(Notebook(bug), tmp_path)
    found = {(each.finding.check, each.finding.target): each for each in fuzzing.found_so_far}
    assert (check, target) in found
    assert found[check, target].repeated
    assert said in found[check, target].finding.message


async def test_a_new_route_is_tried_without_a_new_test(tmp_path: Path) -> None:
    named = [{"in": "path", "name": "note_id", "required": True, "schema": {"type": "string"}}]
    paths = {"/notes/{note_id}/copies": {"get": described("200", NOTE, parameters=named)}}
    fuzzing, summary = await tried(Notebook(paths=paths), tmp_path)
    assert any(each.target == "GET /notes/{note_id}/copies" and each.outcome == "401 refused" for each in summary.tried)
    assert any("GET /notes/{note_id}/copies" in gap.target for gap in summary.gaps)  # it answers 404 to its owner, too
    assert not fuzzing.found_so_far


async def test_an_id_that_nothing_makes_is_a_gap(tmp_path: Path) -> None:
    named = [{"in": "path", "name": "page_id", "required": True, "schema": {"type": "string"}}]
    _, summary = await tried(Notebook(paths={"/pages/{page_id}": {"get": described("200", NOTE, parameters=named)}}), tmp_path)
    assert [(gap.target, "page_id" in gap.why) for gap in summary.gaps] == [("GET /pages/{page_id}", True)]


async def test_an_operation_that_demands_no_token_though_it_is_somebodys_is_found(tmp_path: Path) -> None:
    body = {"content": {"application/json": {"schema": NEW}}}
    bare = {**described("201", NOTE, requestBody=body), "security": []}
    fuzzing, _ = await tried(Notebook(paths={"/notes": {"post": bare}}), tmp_path)
    assert ("not_secured", "POST /notes") in {(each.finding.check, each.finding.target) for each in fuzzing.found_so_far}


async def test_the_same_seed_tries_the_same_in_the_same_order(tmp_path: Path) -> None:
    orders: list[list[Ask]] = []
    for _ in range(2):
        notebook = Notebook()
        asked: list[Ask] = []
        send = notebook.sender.send

        async def heard(ask, send=send, asked=asked):  # type: ignore[no-untyped-def]  # a spy
            asked.append(ask)
            return await send(ask)

        notebook.sender.send = heard  # type: ignore[method-assign]  # a spy
        await tried(notebook, tmp_path)
        orders.append(asked)
    assert len(orders[0]) > 100
    assert orders[0] == orders[1]


async def test_the_commands_begin_with_how_the_things_were_made(tmp_path: Path) -> None:
    fuzzing, _ = await tried(Notebook("owner"), tmp_path)
    found = next(each.finding for each in fuzzing.found_so_far if each.finding.target == "GET /notes/{note_id}")
    assert found.reproduce[0].startswith('owner_note=$(curl -s -X POST "$GATEWAY"/notes')
    assert found.reproduce[-1].startswith('curl -s -i "$GATEWAY"/notes/"$owner_note"')
