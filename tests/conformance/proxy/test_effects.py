"""A fault can prove that it hit traffic: what our server counts."""

from typing import Any

import pytest

from harness.waiting import wait_until
from tests.conformance.proxy.conftest import Api
from tests.conformance.proxy.peers import Peer, connect, ended, read, read_all, serving, silent

HOUR_MS = 3_600_000


def settled(api: Api, path: list[str], value: int) -> Any:
    """The effects once the figure at `path` is `value`."""

    def look() -> Any:
        effects = figure = api.effects()
        for key in path:
            figure = figure[key]
        return effects if figure == value else None

    return wait_until(look, what=f"{path} is {value}", timeout_s=20)


def balanced(effects: Any) -> bool:
    flows = [effects[direction] for direction in ("upstream", "downstream")]
    return all(flow["received"] == flow["passed"] + flow["dropped"] + flow["held"] for flow in flows)


def test_bytes_and_connections(ours: Api, echoing: Peer) -> None:
    address = ours.proxy(echoing.address)
    for _ in range(3):
        with connect(address) as client:
            client.sendall(b"hello")
            read(client, 5)
    effects = settled(ours, ["connections", "open"], 0)
    assert effects["connections"] == {"accepted": 3, "unreachable": 0, "cut": 0, "reset": 0, "open": 0}
    assert effects["upstream"] == effects["downstream"] == {"received": 15, "passed": 15, "dropped": 0, "held": 0}


def test_bytes_a_toxic_dropped(ours: Api, quiet: Peer) -> None:
    address = ours.proxy(quiet.address)
    ours.toxic("timeout", "upstream", timeout=0)
    with connect(address) as client:
        client.sendall(b"lost")
        effects = settled(ours, ["upstream", "dropped"], 4)
        assert effects["toxics"] == {"timeout_upstream": {"connections": 1, "bytes": 4, "ends": 0, "closed": 0, "released": 0}}
        assert balanced(effects)


def test_bytes_held_and_dropped_with_their_connection(ours: Api, quiet: Peer) -> None:
    address = ours.proxy(quiet.address)
    ours.toxic("latency", "upstream", latency=HOUR_MS)
    with connect(address) as client:
        client.sendall(b"in flight")
        effects = settled(ours, ["upstream", "held"], 9)
        assert effects["upstream"] == {"received": 9, "passed": 0, "dropped": 0, "held": 9}
        ours.done("PATCH", "/proxies/edge", {"enabled": False})
        assert ended(client)
    effects = settled(ours, ["connections", "open"], 0)
    assert effects["upstream"] == {"received": 9, "passed": 0, "dropped": 9, "held": 0}
    assert effects["connections"]["cut"] == 1


def test_a_toxic_that_was_removed_is_still_accounted_for(ours: Api, echoing: Peer) -> None:
    address = ours.proxy(echoing.address)
    for _ in range(2):
        ours.toxic("latency", latency=1)
        with connect(address) as client:
            client.sendall(b"hello")
            read(client, 5)
        ours.done("DELETE", "/proxies/edge/toxics/latency_downstream")
    assert ours.effects()["toxics"]["latency_downstream"]["bytes"] == 10


def test_connections_that_were_reset(ours: Api, quiet: Peer) -> None:
    address = ours.proxy(quiet.address)
    ours.toxic("reset_peer", "upstream", timeout=0)
    with connect(address) as client:
        client.sendall(b"lost")
        with pytest.raises(ConnectionResetError):
            client.recv(1)
    effects = settled(ours, ["connections", "open"], 0)
    assert (effects["connections"]["reset"], effects["upstream"]["dropped"]) == (1, 4)


def test_connections_to_nowhere(ours: Api) -> None:
    with serving(silent) as gone:
        pass
    with connect(ours.proxy(gone.address)) as client:
        assert ended(client)
    assert settled(ours, ["connections", "open"], 0)["connections"]["unreachable"] == 1


def test_streams_a_toxic_ended(ours: Api, quiet: Peer) -> None:
    address = ours.proxy(quiet.address)
    ours.toxic("limit_data", "upstream", bytes=4)
    with connect(address) as client:
        client.sendall(b"kept and lost")
        assert read_all(quiet.connection()) == b"kept"
        assert ended(client)
    effects = settled(ours, ["connections", "open"], 0)
    assert effects["upstream"] == {"received": 13, "passed": 4, "dropped": 9, "held": 0}
    assert effects["toxics"]["limit_data_upstream"] == {"connections": 1, "bytes": 13, "ends": 0, "closed": 1, "released": 0}


def test_a_fault_that_hits_nothing_shows_nothing(ours: Api, echoing: Peer) -> None:
    ours.proxy(echoing.address)
    ours.toxic("timeout", timeout=0)
    effects = ours.effects()
    assert (effects["connections"]["accepted"], effects["downstream"]["dropped"], effects["toxics"]) == (0, 0, {})


def test_the_same_figures_for_prometheus(ours: Api, quiet: Peer) -> None:
    address = ours.proxy(quiet.address)
    ours.toxic("timeout", "upstream", timeout=0)
    with connect(address) as client:
        client.sendall(b"lost")
        settled(ours, ["upstream", "dropped"], 4)
        text = ours.call("GET", "/metrics").text
    labels = f'direction="upstream",listener="{address}",proxy="edge",upstream="{quiet.address}"'
    assert f"toxiproxy_proxy_received_bytes_total{{{labels}}} 4.0" in text
    assert f"toxiproxy_proxy_sent_bytes_total{{{labels}}} 0.0" in text
    assert f"gauntlet_proxy_dropped_bytes_total{{{labels}}} 4.0" in text
    assert 'gauntlet_proxy_connections_total{outcome="accepted",proxy="edge"} 1.0' in text
