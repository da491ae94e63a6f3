"""The server inside another program, on its event loop, and our own client."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest
import uvloop

from harness.direction import Direction
from harness.proxy.client import FlowCounts, ProxyApiError, ProxyClient
from harness.proxy.link import ConnectionId
from harness.proxy.proxy import Proxy
from harness.proxy.request import ProxyRequest
from harness.proxy.server import ProxyServer
from harness.seed import Seed
from harness.waiting import wait_until_async
from tests.conformance.proxy.peers import Peer, connect, ended, refused

EDGE = "order-1->redis-lock-2"


@pytest.fixture
async def server() -> AsyncIterator[ProxyServer]:
    async with ProxyServer(seed=Seed(5)) as started:
        yield started


@pytest.fixture
async def client(server: ProxyServer) -> AsyncIterator[ProxyClient]:
    async with ProxyClient(server.url) as there:
        yield there


async def ask(address: str, question: bytes) -> bytes:
    """What an echo says; nothing when the stream ends instead."""
    host, _, port = address.rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(question)
    answer = await reader.read(len(question))
    writer.close()
    await writer.wait_closed()
    return answer


@pytest.mark.parametrize(
    "name", ["a b", "é\N{GRINNING FACE}", "%", "%2F", "?a=b", "#", "a&b+c", "\\", "...", "toxics", "a\n", "\0"]
)
async def test_whatever_the_name_the_client_finds_it_again(client: ProxyClient, name: str) -> None:
    created = await client.create(name, "127.0.0.1:9")
    assert await client.proxy(name) == created
    toxic = await client.add_toxic(name, "noop", name=name)
    assert await client.toxics(name) == (toxic,)
    assert await client.update_toxic(name, name, toxicity=0.5) == replace(toxic, toxicity=0.5)
    await client.remove_toxic(name, name)
    assert (await client.effects(name)).complete
    await client.delete(name)
    assert await client.proxies() == {}


@pytest.mark.parametrize("name", ["a/b", ".", ".."])
async def test_a_name_that_no_path_can_hold_is_not_even_sent(client: ProxyClient, name: str) -> None:
    await client.create("edge", "127.0.0.1:9")
    with pytest.raises(ValueError, match="could not be addressed"):
        await client.create(name, "127.0.0.1:9")
    with pytest.raises(ValueError, match="could not be addressed"):
        await client.add_toxic("edge", "noop", name=name)


async def test_everything_the_client_can(client: ProxyClient, echoing: Peer) -> None:
    assert (await client.version()).startswith("2.")
    assert await client.proxies() == {}
    created = await client.create(EDGE, echoing.address)
    assert await client.proxy(EDGE) == created == (await client.proxies())[EDGE]
    assert await ask(created.listen, b"hello") == b"hello"
    toxic = await client.add_toxic(EDGE, "latency", stream=Direction.UPSTREAM, name="slow", latency=5)
    assert (toxic.name, toxic.stream, toxic.attributes) == ("slow", "upstream", {"latency": 5, "jitter": 0})
    changed = await client.update_toxic(EDGE, "slow", toxicity=0.5, jitter=2)
    assert (changed.toxicity, changed.attributes) == (0.5, {"latency": 5, "jitter": 2})
    assert await client.toxics(EDGE) == (changed,)
    await client.remove_toxic(EDGE, "slow")
    assert not (await client.disable(EDGE)).enabled
    assert refused(created.listen)
    assert (await client.enable(EDGE)).listen == created.listen
    assert (await client.redirect(EDGE, "127.0.0.1:1")).upstream == "127.0.0.1:1"
    assert await ask(created.listen, b"") == b""
    same, other = await client.populate(
        [ProxyRequest(EDGE, created.listen, "127.0.0.1:1"), ProxyRequest("other", "127.0.0.1:0", "127.0.0.1:1", enabled=False)]
    )
    assert (same.listen, other.enabled) == (created.listen, False)
    await client.reset()
    assert (await client.proxy("other")).enabled
    await client.delete(EDGE)
    assert list(await client.proxies()) == ["other"]


async def test_effects(client: ProxyClient, echoing: Peer) -> None:
    created = await client.create(EDGE, echoing.address)
    await client.add_toxic(EDGE, "timeout", timeout=500)  # ms: longer than the bytes take, also on a busy machine
    assert await ask(created.listen, b"hello") == b""

    async def counted() -> bool:
        return (await client.effects(EDGE)).connections.open == 0

    await wait_until_async(counted, what="closed", timeout_s=20)
    effects = await client.effects(EDGE)
    assert effects.upstream == FlowCounts(received=5, passed=5, dropped=0, held=0)
    assert effects.toxics["timeout_downstream"].connections == 1


async def test_refusals_have_their_status_and_message(client: ProxyClient) -> None:
    with pytest.raises(ProxyApiError, match=r"^proxy not found$") as refusal:
        await client.proxy("nobody")
    assert refusal.value.status == 404


class Diary:
    """An observer that writes everything down."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, int, bytes]] = []

    def opened(self, connection: ConnectionId) -> None:
        self.entries.append(("opened", connection.number, b""))

    def chunk(self, connection: ConnectionId, direction: Direction, data: bytes) -> None:
        self.entries.append((direction, connection.number, data))

    def closed(self, connection: ConnectionId) -> None:
        self.entries.append(("closed", connection.number, b""))


async def test_an_observer_sees_what_goes_by(server: ProxyServer, echoing: Peer) -> None:
    proxy = await server.proxies.create(ProxyRequest(EDGE, "", echoing.address))
    assert await ask(proxy.listen, b"unseen") == b"unseen"
    diary = Diary()
    proxy.observers.append(diary)
    assert await ask(proxy.listen, b"seen") == b"seen"

    async def closed() -> bool:
        return proxy.open_connections == 0

    await wait_until_async(closed, what="closed", timeout_s=20)
    assert diary.entries == [("opened", 2, b""), ("upstream", 2, b"seen"), ("downstream", 2, b"seen"), ("closed", 2, b"")]


async def test_stopping_ends_connections_and_frees_ports(quiet: Peer) -> None:
    before = signal.getsignal(signal.SIGTERM)
    async with ProxyServer() as server:
        proxy = await server.proxies.create(ProxyRequest(EDGE, "", quiet.address))
        client = await asyncio.to_thread(connect, proxy.listen)
        await asyncio.to_thread(quiet.connection)
        assert signal.getsignal(signal.SIGTERM) is before
    with client:
        assert ended(client)
    assert refused(proxy.listen)
    assert refused(server.url.removeprefix("http://"))


async def test_a_taken_port_is_an_error_of_whoever_starts_it(server: ProxyServer) -> None:
    with pytest.raises(OSError, match="in use"):
        await ProxyServer(port=int(server.url.rpartition(":")[2])).start()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_connection_is_over_once_wherever_in_its_opening_it_is_cut(
    loop: Callable[[], asyncio.AbstractEventLoop], echoing: Peer
) -> None:
    async def work() -> None:
        async with ProxyServer(seed=Seed(5)) as server:
            for turns in range(12):
                diary = Diary()
                proxy = await server.proxies.create(ProxyRequest(f"after-{turns}", "127.0.0.1:0", echoing.address))
                proxy.observers.append(diary)
                host, _, port = proxy.listen.rpartition(":")
                _, writer = await asyncio.open_connection(host, int(port))
                for _ in range(turns):
                    await asyncio.sleep(0)
                proxy.disable()
                await wait_until_async(_closed(proxy), what="connections closed", timeout_s=5)
                await asyncio.sleep(0.01)
                assert [what for what, *_ in diary.entries] in ([], ["opened", "closed"]), f"cut after {turns} turns"
                writer.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(work())


def _closed(proxy: Proxy) -> Callable[[], Awaitable[bool]]:
    async def closed() -> bool:
        return not proxy.open_connections

    return closed
