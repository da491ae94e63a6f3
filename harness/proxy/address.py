"""Addresses as Go writes them: host:port, with brackets around an IPv6 host."""

import asyncio
import ipaddress
import socket
from dataclasses import dataclass

from harness.proxy.errors import ListenFailed

LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """Where to listen, or what to dial."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """ "localhost:80", "[::1]:80", ":80". Raises ValueError in the words of Go's net package."""
        host, colon, port = text.rpartition(":")
        if not colon:
            raise ValueError(f"address {text}: missing port in address")
        if host.startswith("[") and host.endswith("]"):
            host = host[1:-1]
        elif ":" in host:
            raise ValueError(f"address {text}: too many colons in address")
        if not port.isascii() or not port.isdigit() or int(port) > 65535:
            raise ValueError(f"address {port}: invalid port")
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


async def resolve(text: str) -> Address:
    """Where to listen: a numeric address, IPv4 where there is a choice. No host means loopback. Raises ListenFailed."""
    try:
        address = Address.parse(text or ":0")
    except ValueError as error:
        raise ListenFailed(f"listen tcp: {error}") from error
    if not address.host:
        return Address(LOOPBACK, address.port)
    if _is_numeric(address.host):
        return address
    try:
        found = await asyncio.get_running_loop().getaddrinfo(
            address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )
    except (OSError, UnicodeError) as error:
        raise ListenFailed(f"listen tcp: lookup {address.host}: no such host") from error
    found.sort(key=lambda entry: entry[0] is not socket.AF_INET)
    return Address(str(found[0][4][0]), address.port)


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
