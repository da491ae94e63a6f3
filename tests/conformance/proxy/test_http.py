"""Statuses, bodies, defaults and words of the control API, as raw HTTP."""

import json
import socket
from typing import Any

import httpx
import pytest

from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, connect, ended, read, refused

OFF = {"name": "edge", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9", "enabled": False}


def is_refusal(response: httpx.Response, status: int, message: str) -> None:
    assert response.status_code == status, response.text
    assert response.json() == {"error": message, "status": status}
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert response.text.endswith("}\n")


def is_success(response: httpx.Response, status: int) -> Any:
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    assert not response.text.endswith("\n")
    return response.json()


def test_empty(api: Api) -> None:
    assert is_success(api.call("GET", "/proxies"), 200) == {}


def test_the_life_of_a_proxy(api: Api) -> None:
    wanted = {"name": "edge", "listen": "localhost:0", "upstream": "127.0.0.1:9"}
    created = is_success(api.call("POST", "/proxies", wanted), 201)
    host, _, port = created.pop("listen").rpartition(":")
    assert (host, int(port) > 0) == ("127.0.0.1", True)
    assert created == {"name": "edge", "upstream": "127.0.0.1:9", "enabled": True, "Logger": {}, "toxics": []}
    assert is_success(api.call("GET", "/proxies/edge"), 200) == {**created, "listen": f"{host}:{port}"}
    deleted = api.call("DELETE", "/proxies/edge")
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert refused(f"{host}:{port}")


def test_proxies_are_sorted_by_name(api: Api) -> None:
    for name in "bca":
        api.proxy("127.0.0.1:9", name)
    assert list(is_success(api.call("GET", "/proxies"), 200)) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "bad request body: EOF"),
        (b"{", "bad request body: unexpected EOF"),
        (b"{}", "missing required field: name"),
        (b'{"upstream": "u:1"}', "missing required field: name"),
        (b'{"name": "edge"}', "missing required field: upstream"),
    ],
)
def test_proxies_that_cannot_be(api: Api, raw: bytes, message: str) -> None:
    is_refusal(api.call("POST", "/proxies", content=raw), 400, message)


@pytest.mark.parametrize("body", [{**OFF, "enabled": "yes"}, {**OFF, "name": 1}, {**OFF, "listen": []}, [], "text", 1])
def test_wrong_types(api: Api, body: Any) -> None:
    response = api.call("POST", "/proxies", body)
    assert response.status_code == 400
    assert response.json()["error"].startswith("bad request body: ")
    assert api.done("GET", "/proxies") == {}


def test_a_second_proxy_of_a_name(api: Api) -> None:
    api.proxy("127.0.0.1:9")
    is_refusal(api.call("POST", "/proxies", OFF), 409, "proxy already exists")


def test_an_address_in_use(api: Api) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        response = api.call("POST", "/proxies", {**OFF, "enabled": True, "listen": address})
        is_refusal(response, 500, f"listen tcp {address}: bind: address already in use")
    assert api.done("GET", "/proxies") == {}


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_unknown_proxies_and_toxics(api: Api, method: str) -> None:
    is_refusal(api.call(method, "/proxies/nobody"), 404, "proxy not found")
    api.proxy("127.0.0.1:9")
    is_refusal(api.call(method, "/proxies/edge/toxics/nothing"), 404, "toxic not found")
    is_refusal(api.call(method, "/proxies/nobody/toxics/nothing"), 404, "proxy not found")


def test_toxics_of_unknown_proxies(api: Api) -> None:
    is_refusal(api.call("GET", "/proxies/nobody/toxics"), 404, "proxy not found")
    is_refusal(api.call("POST", "/proxies/nobody/toxics", {"type": "noop"}), 404, "proxy not found")


@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_changing_a_proxy(api: Api, echoing: Peer, method: str) -> None:
    address = api.proxy("127.0.0.1:9")
    before = api.done("GET", "/proxies/edge")
    assert is_success(api.call(method, "/proxies/edge", {}), 200) == before
    after = is_success(api.call(method, "/proxies/edge", {"name": "other", "upstream": echoing.address}), 200)
    assert after == {**before, "upstream": echoing.address}
    with connect(address) as client:
        client.sendall(b"hello")
        assert read(client, 5) == b"hello"


def test_changing_the_address_to_listen_on(api: Api, echoing: Peer) -> None:
    before = api.proxy(echoing.address)
    api.toxic("noop")
    with connect(before) as client:
        client.sendall(b"hello")
        assert read(client, 5) == b"hello"
        after = api.done("PATCH", "/proxies/edge", {"listen": "127.0.0.1:0"})
        assert ended(client)
    assert after["listen"] != before
    assert len(after["toxics"]) == 1
    assert refused(before)
    connect(after["listen"]).close()


def test_an_address_that_cannot_be_listened_on_changes_nothing(ours: Api, echoing: Peer) -> None:
    """A real server is left disabled, with the address it could not have."""
    address = ours.proxy(echoing.address)
    before = ours.done("GET", "/proxies/edge")
    same_port = ("127.0.0.2", int(address.rpartition(":")[2]))
    with connect(address) as client, socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(same_port) as two:
        client.sendall(b"one")
        assert read(client, 3) == b"one"
        for taken in (one, two):
            there = "{}:{}".format(*taken.getsockname())
            response = ours.call("PATCH", "/proxies/edge", {"listen": there, "upstream": "127.0.0.1:9"})
            is_refusal(response, 500, f"listen tcp {there}: bind: address already in use")
        assert ours.done("GET", "/proxies/edge") == before
        client.sendall(b"two")
        assert read(client, 3) == b"two"
    with connect(address) as client:
        client.sendall(b"hello")
        assert read(client, 5) == b"hello"


@pytest.mark.parametrize("enabled", [False, True])
def test_a_disabled_proxy_that_cannot_listen_stays_as_it_was(ours: Api, *, enabled: bool) -> None:
    ours.proxy("127.0.0.1:9", enabled=False)
    before = ours.done("GET", "/proxies/edge")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        there = f"127.0.0.1:{taken.getsockname()[1]}"
        response = ours.call("PATCH", "/proxies/edge", {"listen": there, "enabled": enabled})
    assert response.status_code == (500 if enabled else 200)
    assert ours.done("GET", "/proxies/edge") == (before if enabled else {**before, "listen": there})


def test_the_same_port_on_another_address(ours: Api, echoing: Peer) -> None:
    before = ours.proxy(echoing.address)
    after = ours.done("PATCH", "/proxies/edge", {"listen": before.replace("127.0.0.1", "127.0.0.2")})["listen"]
    assert refused(before)
    connect(after).close()


def test_disabled_from_the_start(api: Api, echoing: Peer) -> None:
    body = api.done("POST", "/proxies", {**OFF, "upstream": echoing.address})
    assert body["enabled"] is False
    enabled = api.done("PATCH", "/proxies/edge", {"enabled": True})
    connect(enabled["listen"]).close()


def test_the_life_of_a_toxic(api: Api) -> None:
    api.proxy("127.0.0.1:9")
    wanted = {"type": "latency", "attributes": {"latency": 100}}
    added = is_success(api.call("POST", "/proxies/edge/toxics", wanted), 200)
    assert added == {
        "attributes": {"latency": 100, "jitter": 0},
        "name": "latency_downstream",
        "type": "latency",
        "stream": "downstream",
        "toxicity": 1,
    }
    assert is_success(api.call("GET", "/proxies/edge/toxics"), 200) == [added]
    change = {"attributes": {"jitter": 5}, "toxicity": 0.5, "name": "x", "type": "noop", "stream": "upstream"}
    for method in ("PATCH", "POST"):
        changed = is_success(api.call(method, "/proxies/edge/toxics/latency_downstream", change), 200)
        assert changed == {**added, "attributes": {"latency": 100, "jitter": 5}, "toxicity": 0.5}
    assert is_success(api.call("GET", "/proxies/edge/toxics/latency_downstream"), 200) == changed
    assert api.done("GET", "/proxies/edge")["toxics"] == [changed]
    removed = api.call("DELETE", "/proxies/edge/toxics/latency_downstream")
    assert (removed.status_code, removed.content) == (204, b"")
    assert api.done("GET", "/proxies/edge/toxics") == []


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("latency", {"latency": 1, "jitter": 2}),
        ("bandwidth", {"rate": 1}),
        ("slow_close", {"delay": 1}),
        ("timeout", {"timeout": 1}),
        ("reset_peer", {"timeout": 1}),
        ("slicer", {"average_size": 3, "size_variation": 2, "delay": 1}),
        ("limit_data", {"bytes": 1}),
        ("noop", {}),
    ],
)
@pytest.mark.parametrize("stream", ["upstream", "downstream"])
def test_every_type(api: Api, kind: str, attributes: dict[str, int], stream: str) -> None:
    api.proxy("127.0.0.1:9")
    body = api.done("POST", "/proxies/edge/toxics", {"type": kind, "stream": stream, "attributes": attributes})
    assert (body["name"], body["attributes"], body["stream"]) == (f"{kind}_{stream}", attributes, stream)


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"type": "nothing"}, 400, "invalid toxic type"),
        ({}, 400, "invalid toxic type"),
        ({"type": "noop", "stream": "both"}, 400, "stream was invalid, can be either upstream or downstream"),
        ({"type": "noop", "name": "there"}, 409, "toxic already exists"),
        ({"type": "noop", "name": "there", "stream": "upstream"}, 409, "toxic already exists"),
        ({"type": "nothing", "stream": "both"}, 400, "stream was invalid, can be either upstream or downstream"),
        ({"type": "nothing", "name": "there"}, 400, "invalid toxic type"),
    ],
)
def test_toxics_that_cannot_be(api: Api, body: Any, status: int, message: str) -> None:
    api.proxy("127.0.0.1:9")
    api.done("POST", "/proxies/edge/toxics", {"type": "noop", "name": "there"})
    is_refusal(api.call("POST", "/proxies/edge/toxics", body), status, message)


@pytest.mark.parametrize("attributes", [{"latency": "100"}, {"latency": 1.5}, [], "text"])
def test_attributes_of_wrong_types(api: Api, attributes: Any) -> None:
    api.proxy("127.0.0.1:9")
    response = api.call("POST", "/proxies/edge/toxics", {"type": "latency", "attributes": attributes})
    assert response.status_code == 400
    assert response.json()["error"].startswith("bad request body: ")


def test_toxics_are_listed_upstream_first(api: Api) -> None:
    api.proxy("127.0.0.1:9")
    for name, stream in (("d2", "downstream"), ("u2", "upstream"), ("d1", "downstream"), ("u1", "upstream")):
        api.done("POST", "/proxies/edge/toxics", {"type": "noop", "name": name, "stream": stream})
    assert [toxic["name"] for toxic in api.done("GET", "/proxies/edge/toxics")] == ["u2", "u1", "d2", "d1"]


def test_populating(api: Api) -> None:
    kept = {"name": "kept", "listen": api.proxy("127.0.0.1:9", "kept"), "upstream": "127.0.0.1:9"}
    changed = {"name": "changed", "listen": api.proxy("127.0.0.1:9", "changed"), "upstream": "127.0.0.1:8"}
    api.proxy("127.0.0.1:9", "unlisted")
    for name in ("kept", "changed"):
        api.toxic("noop", proxy=name)
    response = api.call("POST", "/populate", [kept, changed, {**OFF, "name": "new"}])
    assert [proxy["name"] for proxy in is_success(response, 201)["proxies"]] == ["kept", "changed", "new"]
    there = api.done("GET", "/proxies")
    assert sorted(there) == ["changed", "kept", "new", "unlisted"]
    assert (len(there["kept"]["toxics"]), len(there["changed"]["toxics"])) == (1, 0)
    assert there["changed"]["upstream"] == "127.0.0.1:8"
    assert (there["new"]["enabled"], there["kept"]["enabled"]) == (False, True)


@pytest.mark.parametrize(("field", "number"), [("name", 2), ("upstream", 1)])
def test_populating_with_something_missing_creates_nothing(api: Api, field: str, number: int) -> None:
    wanted = [{**OFF, "name": "a"}, {**OFF, "name": "b"}]
    del wanted[number - 1][field]
    response = api.call("POST", "/populate", wanted)
    assert response.status_code == 400
    assert response.json()["error"] == f"missing required field: {field} at proxy {number}"
    assert api.done("GET", "/proxies") == {}


def test_reset(api: Api, echoing: Peer) -> None:
    address = api.proxy(echoing.address)
    api.toxic("latency", latency=10)
    api.proxy("127.0.0.1:9", "off", enabled=False)
    with connect(address) as client:
        client.sendall(b"one")
        assert read(client, 3) == b"one"
        response = api.call("POST", "/reset")
        assert (response.status_code, response.content) == (204, b"")
        client.sendall(b"two")
        assert read(client, 3) == b"two"
    there = api.done("GET", "/proxies")
    assert [(proxy["enabled"], proxy["toxics"]) for proxy in there.values()] == [(True, []), (True, [])]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("DELETE", "/proxies", 405), ("PUT", "/proxies/edge", 405), ("GET", "/reset", 405), ("GET", "/nothing", 404)],
)
def test_routes_that_are_none(api: Api, method: str, path: str, status: int) -> None:
    api.proxy("127.0.0.1:9")
    assert api.call(method, path).status_code == status


def test_browsers_are_refused(api: Api) -> None:
    response = api.call("GET", "/proxies", headers={"user-agent": "Mozilla/5.0"})
    assert response.status_code == 403
    assert "User agent not allowed" in response.text


def test_version(api: Api) -> None:
    response = api.call("GET", "/version")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("application/json")
    assert list(json.loads(response.text)) == ["version"]
    assert '"version": "' in response.text
