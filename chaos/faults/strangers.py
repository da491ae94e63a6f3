"""strangers: who has no account uses up what a gateway has, each in the same way, over and over, until it heals.

Ways that never end a request are begun again when the gateway closes the connection; the others ask, read the answer, and ask
again after a moment. Everybody comes from an address of their own. Proved by the connections that the gateway closed, or let
send all there was, or by the answers that it gave, by status.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

from harness.faults.control import HasStack
from harness.faults.fault import StackFault
from harness.faults.inventory import Declaration
from harness.faults.protocol import Proof
from harness.faults.registry import fault_kind
from harness.faults.spec import FaultSpec, SpecError
from harness.faults.targets import member

STRANGERS = "strangers"
PIECE = 64 * 1024
"""Bytes at a time of what never ends."""
MOST = 256 * PIECE
"""Bytes that a connection takes at most, so that a gateway without bounds does not fill this machine."""
AGAIN_S = 0.02
"""Between two requests of a stranger."""
ANSWERED_S = 20.0
NETWORK = "198.19"
CLOSED, NOT_STOPPED = "closed", "not stopped"


@dataclass(frozen=True)
class Way:
    """`begins` is sent, made for the number of a request, and then `never_ends` again and again, `pause_s` seconds apart.

    "" for a request that ends.
    """

    begins: Callable[[int], bytes]
    never_ends: bytes = b""
    pause_s: float = 0.0


def _asks(path: str) -> Way:
    return Way(lambda number: f"GET {path} HTTP/1.1\r\nHost: shop\r\nX-Forwarded-For: {_home(number)}\r\n\r\n".encode())


def _logs_in(number: int) -> bytes:
    body = f'{{"email": "stranger-{number}@shop.example", "password": "guess-{number:08}"}}'
    return (
        f"POST /auth/login HTTP/1.1\r\nHost: shop\r\nX-Forwarded-For: {_home(number)}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


def _home(number: int) -> str:
    return f"{NETWORK}.{number // 256 % 256}.{number % 256}"


WAYS: Mapping[str, Way] = {
    "endless address": Way(lambda _: b"GET /", b"x" * PIECE),
    "endless field": Way(lambda _: b"GET /products HTTP/1.1\r\nHost: shop\r\nX-Endless: ", b"x" * PIECE),
    "endless fields": Way(lambda _: b"GET /products HTTP/1.1\r\nHost: shop\r\n", b"X-Many: x\r\n" * (PIECE // 11)),
    "slow heads": Way(lambda _: b"GET /products HTTP/1.1\r\nHost: shop\r\nX-Slow: ", b"x", 0.1),
    "logins": Way(_logs_in),
    "far pages": _asks("/products?page=10000&page_size=100"),
    "searches": _asks("/products?name=nothing%20is%20called%20so&sort=price_asc"),
    "readiness": _asks("/health/ready"),
}


@fault_kind(STRANGERS)
class Strangers(StackFault):
    """`many` strangers at a member's HTTP port, who do it in this way."""

    alive = True

    def __init__(self, spec: FaultSpec) -> None:
        super().__init__(spec)
        self._many = spec.integer("many")
        if (way := spec.text("way")) not in WAYS:
            raise SpecError(f"strangers know no way {way}: {', '.join(WAYS)}")
        self._way = WAYS[way]
        self._numbers = count()
        self._came: list[asyncio.Task[None]] = []
        self._seen: Counter[str] = Counter()

    async def inject(self, subject: HasStack) -> None:
        """See Fault."""
        host, _, port = subject.stack.address(self.member, self.spec.text("port")).rpartition(":")
        self._came = [asyncio.create_task(self._stays(host, int(port))) for _ in range(self._many)]

    async def prove(self, subject: HasStack) -> Proof:
        """See Fault."""
        seen = ", ".join(f"{how} {number}" for how, number in sorted(self._seen.items())) or "nothing"
        detail = f"{self._many} strangers met {seen}; {sum(not each.done() for each in self._came)} are still there"
        return Proof(effective=self._seen.total() >= self._many, detail=detail)

    async def heal(self, subject: HasStack) -> str:
        """See Fault."""
        for each in self._came:
            each.cancel()
        await asyncio.gather(*self._came, return_exceptions=True)
        return f"{len(self._came)} strangers left"

    async def _stays(self, host: str, port: int) -> None:
        while True:
            with suppress(OSError, EOFError, TimeoutError):
                reader, writer = await asyncio.open_connection(host, port)
                try:
                    await (self._floods(reader, writer) if self._way.never_ends else self._asks(reader, writer))
                finally:
                    writer.transport.abort()
            await asyncio.sleep(AGAIN_S)

    async def _floods(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Send until the gateway answers or closes, or it has been enough."""
        writer.write(self._way.begins(next(self._numbers)))
        answer = asyncio.ensure_future(reader.readline())
        try:
            for _ in range(MOST // PIECE):
                if answer.done():
                    break
                writer.write(self._way.never_ends)
                await writer.drain()
                await asyncio.wait((answer,), timeout=self._way.pause_s)
            else:
                self._seen[NOT_STOPPED] += 1
            await asyncio.wait((answer,), timeout=ANSWERED_S)
        finally:
            if answer.done() and not answer.cancelled():
                said = b"" if answer.exception() else answer.result()
                self._seen[_status(said)] += 1
            answer.cancel()

    async def _asks(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Ask on this connection until it is closed."""
        while True:
            writer.write(self._way.begins(next(self._numbers)))
            async with asyncio.timeout(ANSWERED_S):
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(_length(head))
            self._seen[_status(head)] += 1
            await asyncio.sleep(AGAIN_S)


def _status(head: bytes) -> str:
    return head.split(b" ", 2)[1].decode() if head.count(b" ") > 1 else CLOSED


def _length(head: bytes) -> int:
    fields = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in fields if name == b"content-length"), 0)


def strangers(way: str, many: int, target: str = "gateway-1") -> Declaration:
    """`many` of them, in one of `WAYS`."""
    return member(STRANGERS, target, port="http", way=way, many=many)
