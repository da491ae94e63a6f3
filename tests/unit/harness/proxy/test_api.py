"""The control API without a network: proxies are never enabled here, so nothing is listened on."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.direction import Direction
from harness.proxy.api import VERSION, ControlApi
from harness.proxy.proxies import Proxies
from harness.proxy.toxics.noop import Noop
from harness.seed import Seed

WEB = {"name": "web", "listen": "localhost:1", "upstream": "localhost:2", "enabled": False}
WEB_BODY = '{"name":"web","listen":"localhost:1","upstream":"localhost:2","enabled":false,"Logger":{},"toxics":[]}'
LATENCY_BODY = (
    '{"attributes":{"latency":100,"jitter":0},"name":"latency_downstream","type":"latency","stream":"downstream","toxicity":1}'
)


@pytest.fixture
def proxies() -> Proxies:
    return Proxies(Seed(1))


@pytest.fixture
async def api(proxies: Proxies) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(ControlApi(proxies).application())
    async with httpx.AsyncClient(
        base_url="http://proxy", transport=transport, headers={"user-agent": "test"}, trust_env=False
    ) as client:
        yield client


@pytest.fixture
async def web(api: httpx.AsyncClient) -> httpx.AsyncClient:
    await api.post("/proxies", json=WEB)
    return api


def refused(response: httpx.Response, status: int, message: str) -> None:
    assert (response.status_code, response.text) == (status, f'{{"error":"{message}","status":{status}}}\n')
    assert response.headers["content-type"] == "text/plain; charset=utf-8"


def answered(response: httpx.Response, status: int, text: str) -> None:
    assert (response.status_code, response.text) == (status, text)
    assert response.headers["content-type"] == "application/json"


async def test_no_proxies(api: httpx.AsyncClient) -> None:
    answered(await api.get("/proxies"), 200, "{}")


async def test_a_proxy_is_created_shown_and_deleted(api: httpx.AsyncClient) -> None:
    answered(await api.post("/proxies", json=WEB), 201, WEB_BODY)
    answered(await api.get("/proxies/web"), 200, WEB_BODY)
    answered(await api.get("/proxies"), 200, f'{{"web":{WEB_BODY}}}')
    deleted = await api.delete("/proxies/web")
    assert (deleted.status_code, deleted.content) == (204, b"")
    refused(await api.get("/proxies/web"), 404, "proxy not found")


async def test_proxies_are_sorted_by_name(api: httpx.AsyncClient) -> None:
    for name in "bca":
        await api.post("/proxies", json=WEB | {"name": name})
    assert list((await api.get("/proxies")).json()) == ["a", "b", "c"]


async def test_a_second_proxy_of_a_name_is_refused(web: httpx.AsyncClient) -> None:
    refused(await web.post("/proxies", json=WEB), 409, "proxy already exists")


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_an_unknown_proxy_is_missed_before_its_body_is_looked_at(api: httpx.AsyncClient, method: str) -> None:
    refused(await api.request(method, "/proxies/nobody", content=b"{"), 404, "proxy not found")


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
async def test_an_unknown_toxic_is_missed_before_its_body_is_looked_at(web: httpx.AsyncClient, method: str) -> None:
    refused(await web.request(method, "/proxies/web/toxics/nothing", content=b"{"), 404, "toxic not found")


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_proxy_is_changed_but_not_its_name(web: httpx.AsyncClient, method: str) -> None:
    answered(await web.request(method, "/proxies/web", json={}), 200, WEB_BODY)
    changed = await web.request(method, "/proxies/web", json={"name": "other", "upstream": "localhost:3"})
    answered(changed, 200, WEB_BODY.replace("localhost:2", "localhost:3"))


async def test_a_toxic_is_added_changed_shown_and_removed(web: httpx.AsyncClient) -> None:
    added = await web.post("/proxies/web/toxics", json={"type": "latency", "attributes": {"latency": 100}})
    answered(added, 200, LATENCY_BODY)
    answered(await web.get("/proxies/web/toxics"), 200, f"[{LATENCY_BODY}]")
    changed = await web.patch(
        "/proxies/web/toxics/latency_downstream",
        json={"attributes": {"jitter": 9}, "toxicity": 0.5, "stream": "upstream", "name": "other", "type": "noop"},
    )
    answered(changed, 200, LATENCY_BODY.replace('"jitter":0', '"jitter":9').replace('"toxicity":1', '"toxicity":0.5'))
    answered(await web.get("/proxies/web/toxics/latency_downstream"), 200, changed.text)
    removed = await web.delete("/proxies/web/toxics/latency_downstream")
    assert (removed.status_code, removed.content) == (204, b"")
    answered(await web.get("/proxies/web/toxics"), 200, "[]")


async def test_toxics_are_listed_upstream_first_in_the_order_of_their_creation(web: httpx.AsyncClient) -> None:
    for name, stream in (("d2", "downstream"), ("u2", "upstream"), ("d1", "downstream"), ("u1", "upstream")):
        await web.post("/proxies/web/toxics", json={"type": "noop", "name": name, "stream": stream})
    assert [toxic["name"] for toxic in (await web.get("/proxies/web/toxics")).json()] == ["u2", "u1", "d2", "d1"]
    assert [toxic["name"] for toxic in (await web.get("/proxies/web")).json()["toxics"]] == ["u2", "u1", "d2", "d1"]


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"type": "latency", "stream": "upstream", "name": "there"}, 409, "toxic already exists"),
        ({"type": "nothing", "name": "there"}, 400, "invalid toxic type"),
        ({"type": "nothing", "stream": "up"}, 400, "stream was invalid, can be either upstream or downstream"),
        ({"type": "slicer", "name": "there"}, 409, "toxic already exists"),
        ({"type": "slicer"}, 400, "bad request body: average_size must be greater than 0"),
        ({"type": "bandwidth", "attributes": {"rate": -1}}, 400, "bad request body: rate must not be negative"),
        ({"type": "noop", "toxicity": 1.5}, 400, "bad request body: toxicity must be between 0 and 1"),
    ],
)
async def test_a_toxic_is_refused_and_nothing_has_changed(web: httpx.AsyncClient, body: Any, status: int, message: str) -> None:
    await web.post("/proxies/web/toxics", json={"type": "noop", "name": "there"})
    refused(await web.post("/proxies/web/toxics", json=body), status, message)
    assert len((await web.get("/proxies/web/toxics")).json()) == 1


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"toxicity": -1}, "toxicity must be between 0 and 1"),
        ({"attributes": {"average_size": 0}}, "average_size must be greater than 0"),
    ],
)
async def test_a_change_that_is_refused_changes_nothing(web: httpx.AsyncClient, body: Any, message: str) -> None:
    await web.post("/proxies/web/toxics", json={"type": "slicer", "attributes": {"average_size": 9}, "name": "s"})
    before = (await web.get("/proxies/web/toxics/s")).text
    refused(await web.patch("/proxies/web/toxics/s", json=body), 400, f"bad request body: {message}")
    assert (await web.get("/proxies/web/toxics/s")).text == before


@pytest.mark.parametrize("path", ["/proxies", "/populate"])
@pytest.mark.parametrize(("raw", "message"), [(b"", "EOF"), (b"{", "unexpected EOF"), (b"[", "unexpected EOF")])
async def test_a_body_that_is_none(api: httpx.AsyncClient, path: str, raw: bytes, message: str) -> None:
    refused(await api.post(path, content=raw), 400, f"bad request body: {message}")


async def test_populating_creates_all_or_nothing_where_fields_are_missing(api: httpx.AsyncClient) -> None:
    refused(await api.post("/populate", json=[WEB, {"upstream": "u:1"}]), 400, "missing required field: name at proxy 2")
    answered(await api.get("/proxies"), 200, "{}")


async def test_populating_leaves_alone_what_is_there_and_replaces_what_differs(web: httpx.AsyncClient) -> None:
    await web.post("/proxies", json=WEB | {"name": "unlisted"})
    await web.post("/proxies/web/toxics", json={"type": "noop"})
    same = await web.post("/populate", json=[WEB])
    assert same.status_code == 201
    assert [len(proxy["toxics"]) for proxy in same.json()["proxies"]] == [1]
    other = await web.post("/populate", json=[WEB | {"upstream": "localhost:9"}])
    assert [(proxy["upstream"], proxy["toxics"]) for proxy in other.json()["proxies"]] == [("localhost:9", [])]
    assert list((await web.get("/proxies")).json()) == ["unlisted", "web"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("DELETE", "/proxies", 405),
        ("HEAD", "/proxies", 405),
        ("PUT", "/proxies/web", 405),
        ("GET", "/reset", 405),
        ("GET", "/populate", 405),
        ("POST", "/version", 405),
        ("PATCH", "/proxies/web/toxics", 405),
        ("GET", "/", 404),
        ("GET", "/nothing", 404),
        ("GET", "/proxies/", 404),
        ("GET", "/proxies/web/toxics/a/b", 404),
    ],
)
async def test_routes_that_are_none(web: httpx.AsyncClient, method: str, path: str, status: int) -> None:
    assert (await web.request(method, path)).status_code == status


async def test_browsers_are_not_let_in(web: httpx.AsyncClient) -> None:
    response = await web.delete("/proxies/web", headers={"user-agent": "Mozilla/5.0 (X11)"})
    assert (response.status_code, response.text) == (403, "User agent not allowed\n")
    assert (await web.get("/proxies/web")).status_code == 200


async def test_the_version(api: httpx.AsyncClient) -> None:
    answered(await api.get("/version"), 200, f'{{"version": "{VERSION}"}}')


async def test_metrics_and_effects_are_there_before_anything_happened(web: httpx.AsyncClient) -> None:
    metrics = await web.get("/metrics")
    assert metrics.headers["content-type"].startswith("text/plain; version=0.0.4")
    labels = 'direction="upstream",listener="localhost:1",proxy="web",upstream="localhost:2"'
    assert f"toxiproxy_proxy_received_bytes_total{{{labels}}} 0.0" in metrics.text
    nothing = {"received": 0, "passed": 0, "dropped": 0, "held": 0}
    assert (await web.get("/proxies/web/effects")).json() == {
        "name": "web",
        "connections": {"accepted": 0, "unreachable": 0, "cut": 0, "reset": 0, "open": 0},
        "upstream": nothing,
        "downstream": nothing,
        "toxics": {},
    }
    refused(await web.get("/proxies/nobody/effects"), 404, "proxy not found")


async def test_a_body_that_is_too_large_is_refused(api: httpx.AsyncClient) -> None:
    assert (await api.post("/proxies", content=b" " * 2_000_000)).status_code == 413


async def test_names_may_hold_what_a_path_can(api: httpx.AsyncClient) -> None:
    name = "order-1->redis lock 2 é\N{GRINNING FACE}%&?#"
    await api.post("/proxies", json=WEB | {"name": name})
    shown = await api.get(f"/proxies/{quote(name, safe='')}")
    assert shown.json()["name"] == name
    assert name in (await api.get("/metrics")).text


@pytest.mark.parametrize("name", ["a/b", "/", ".", ".."])
async def test_a_name_that_no_path_can_hold_is_refused_and_nothing_is_created(web: httpx.AsyncClient, name: str) -> None:
    message = f"bad request body: the name '{name}' could not be addressed: it must not contain '/', nor be '.' or '..'"
    refused(await web.post("/proxies", json=WEB | {"name": name}), 400, message)
    refused(await web.post("/populate", json=[WEB | {"name": "other"}, WEB | {"name": name}]), 400, f"{message} at proxy 2")
    refused(await web.post("/proxies/web/toxics", json={"type": "noop", "name": name}), 400, message)
    assert list((await web.get("/proxies")).json()) == ["web"]
    assert (await web.get("/proxies/web/toxics")).json() == []


_ANY = st.one_of(st.text(max_size=8), st.text("/.%?#& +\\\n\0é", max_size=4))


@given(_ANY, _ANY)
async def test_whatever_is_accepted_can_be_addressed(proxy: str, toxic: str) -> None:
    transport = httpx.ASGITransport(ControlApi(Proxies(Seed(1))).application())
    async with httpx.AsyncClient(base_url="http://proxy", transport=transport, trust_env=False) as api:
        created = await api.post("/proxies", json=WEB | {"name": proxy})
        if created.status_code != 201:
            assert "/" in proxy or proxy in ("", ".", "..")
            return
        path = f"/proxies/{quote(created.json()['name'], safe='')}"
        assert (await api.get(path)).json() == created.json()
        added = await api.post(f"{path}/toxics", json={"type": "noop", "name": toxic})
        if added.status_code == 200:
            there = f"{path}/toxics/{quote(added.json()['name'], safe='')}"
            assert (await api.get(there)).json() == added.json()
            assert (await api.delete(there)).status_code == 204
        else:
            assert "/" in toxic or toxic in (".", "..")
        assert (await api.delete(path)).status_code == 204


async def test_a_reset_may_bring_another_seed_and_what_is_random_begins_again(api: httpx.AsyncClient, proxies: Proxies) -> None:
    await api.post("/proxies", json=WEB | {"listen": "localhost:0"})  # a reset enables it
    proxy = proxies.get("web")

    def draws(connection: int) -> list[float]:
        toxic = proxy.add("noise", Direction.UPSTREAM, 1.0, Noop())
        proxy.remove("noise")
        random = proxy._draw(toxic, connection)
        return [random.random() for _ in range(3)]

    first, second = draws(1), draws(1)
    assert first != second, "the second toxic of a name draws other lots"
    assert (await api.post("/reset", json={"seed": 1})).status_code == 204
    assert draws(1) == first
    await api.post("/reset", json={"seed": 2})
    assert draws(1) != first


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b'{"seed": "1"}', b'{"seed": -1}'])
async def test_a_reset_without_a_seed_keeps_the_one_there_is(api: httpx.AsyncClient, proxies: Proxies, body: bytes) -> None:
    assert (await api.post("/reset", content=body)).status_code == 204
    assert proxies.seed == Seed(1)
