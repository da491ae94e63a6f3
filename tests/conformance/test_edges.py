"""Edges: each arrow from an instance to a target runs through a proxy of its own, and can be cut and mended alone."""

from collections.abc import Iterator

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from harness.proxy.client import ProxyClient
from harness.seed import Seed
from harness.stack.attach import attach
from harness.stack.capabilities import Cuttable
from harness.stack.errors import CapabilityMissing, NoSuchMember
from harness.stack.provider import Provider
from harness.stack.stack import Stack
from tests.conformance.toys import get, left_of, listening, small

EDGES = {"back-1->locks", "back-2->locks", "front-1->back-1", "front-1->back-2"}


@pytest.fixture(scope="session")
def proxied(provider: Provider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("proxied")
    with Stack(small(), provider, folder=folder, instances={"back": 2}, proxied=Seed(7)) as stack:
        yield stack
    assert left_of(stack) == []


def seen_by(stack: Stack, caller: str, callee: str) -> list[str]:
    """The addresses that an instance really got in its environment."""
    names = {"back": "BACK_ADDRESSES", "locks": "LOCKS_URL"}
    told = get(stack.address(caller, "http"))[names[callee]]
    return told.removeprefix("redis://").removesuffix("/0").split(",")


def ping(address: str) -> bool:
    host, _, port = address.partition(":")
    with redis.Redis(
        host=host, port=int(port), socket_timeout=5, socket_connect_timeout=5, retry=Retry(NoBackoff(), 0)
    ) as client:
        return bool(client.ping())


def test_every_edge_has_a_proxy_of_its_own_that_its_caller_was_told(proxied: Stack) -> None:
    assert set(proxied.edges()) == EDGES
    told = [*seen_by(proxied, "back-1", "locks"), *seen_by(proxied, "back-2", "locks"), *seen_by(proxied, "front-1", "back")]
    assert len(set(told)) == len(EDGES)
    assert proxied.address("locks") not in told
    assert seen_by(proxied, "front-1", "back") == list(proxied.edge_addresses("front-1", "back"))
    assert [get(address)["INSTANCE"] for address in seen_by(proxied, "front-1", "back")] == ["back-1", "back-2"]
    assert set(listening(proxied)) <= {"127.0.0.1", "::1"}


def test_a_cut_edge_is_cut_for_its_caller_alone_until_it_is_mended(proxied: Stack) -> None:
    (mine,), (others,) = seen_by(proxied, "back-1", "locks"), seen_by(proxied, "back-2", "locks")
    host, _, port = mine.partition(":")
    with redis.Redis(host=host, port=int(port), socket_timeout=5, retry=Retry(NoBackoff(), 0)) as connected:
        assert connected.ping()
        proxied.cut("back-1->locks")
        try:
            with pytest.raises(redis.ConnectionError):
                connected.ping()
            with pytest.raises(redis.ConnectionError, match="refused"):
                ping(mine)
            assert ping(others)
        finally:
            proxied.mend("back-1->locks")
        proxied.mend("back-1->locks")
        assert ping(mine)


def test_an_edge_outlives_the_deaths_of_both_ends(proxied: Stack) -> None:
    before = seen_by(proxied, "front-1", "back")
    for name in ("back-1", "front-1"):
        proxied.kill(name)
        proxied.boot(name)
        proxied.wait_ready(name)
    assert seen_by(proxied, "front-1", "back") == before
    assert [get(address)["INSTANCE"] for address in before] == ["back-1", "back-2"]


def test_whoever_attaches_can_cut_too(proxied: Stack) -> None:
    attached = attach(proxied.folder)
    assert attached.edges() == proxied.edges()
    assert attached.can("front-1->back-2", Cuttable)
    attached.cut("front-1->back-2")
    try:
        with pytest.raises(ConnectionRefusedError):
            get(proxied.edge_addresses("front-1", "back")[1])
    finally:
        attached.mend("front-1->back-2")
    assert get(proxied.edge_addresses("front-1", "back")[1])["INSTANCE"] == "back-2"


async def test_the_proxy_takes_toxics(proxied: Stack) -> None:
    assert proxied.proxy_url is not None
    async with ProxyClient(proxied.proxy_url) as proxy:
        assert set(await proxy.proxies()) == EDGES
        await proxy.add_toxic("front-1->back-1", "latency", latency=1)
        await proxy.reset()


def test_what_cannot_be_cut_is_said(proxied: Stack, stack: Stack) -> None:
    assert proxied.can("back-1->locks", Cuttable)
    assert not proxied.can("back-1", Cuttable)
    assert not proxied.can("back-1->front-1", Cuttable)
    assert not stack.can("back-1->locks", Cuttable), "its edges run through no proxy"
    with pytest.raises(NoSuchMember, match=r"no edge back-1->nix; it has .*back-1->locks"):
        proxied.cut("back-1->nix")
    with pytest.raises(CapabilityMissing, match="run through no proxy"):
        stack.cut("back-1->locks")
