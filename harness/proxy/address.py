"""Addresses as Go writes them: host:port, with brackets around an IPv6 host."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Address:
    """Where to listen, or what to dial."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """"localhost:80", "[::1]:80", ":80". Raises ValueError in the words of Go's net package."""
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
