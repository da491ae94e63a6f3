"""Asks a process of the shop whether it is well: `python -m system.common.healthcheck`, made for a container's HEALTHCHECK.

HEALTH_URL says how to ask: `grpc://host:port` (grpc.health.v1, the whole server) or `http://host:port/path` (a 2xx is
well). Exit code 0: well. 1: not well, the reason is on standard error. 2: HEALTH_URL makes no sense. An answer is
awaited for 2 s. It runs every few seconds beside the service, so it imports only what it asks with.
"""

import http.client
import os
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

TIMEOUT_S = 2.0
NO_PROXY = ("grpc.enable_http_proxy", 0)
"""A container may have been given proxy variables for the world outside; this asks the process beside it."""

Probe = Callable[[str, str], str]
"""Takes host:port and a path; returns what is wrong, "" for nothing."""


def ask_http(address: str, path: str) -> str:
    """GET the path; a 2xx is well."""
    connection = http.client.HTTPConnection(address, timeout=TIMEOUT_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return "" if 200 <= answer.status < 300 else f"{answer.status} {answer.read(500).decode(errors='replace')}"
    except (OSError, http.client.HTTPException) as error:
        return repr(error)
    finally:
        connection.close()


def ask_grpc(address: str, _path: str) -> str:
    """Ask grpc.health.v1 for the server as a whole; SERVING is well."""
    # Imported here: it takes five times as long as the rest, and an HTTP check has no use for it.
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    with grpc.insecure_channel(address, options=[NO_PROXY]) as channel:
        try:
            stub: Any = health_pb2_grpc.HealthStub(channel)  # its type hints know no methods
            answer = stub.Check(health_pb2.HealthCheckRequest(), timeout=TIMEOUT_S)
        except grpc.RpcError as error:
            return repr(error)
    serving = answer.status == health_pb2.HealthCheckResponse.SERVING
    return "" if serving else health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status)


PROBES: dict[str, Probe] = {"http": ask_http, "grpc": ask_grpc}


def parse(url: str) -> tuple[str, str, str]:
    """Scheme, host:port and path. Raises ValueError with what is wrong with it."""
    parts = urlsplit(url)
    if parts.scheme not in PROBES or not parts.hostname or parts.port is None:
        raise ValueError(f"HEALTH_URL is {url!r}, not one of {', '.join(f'{scheme}://host:port' for scheme in PROBES)}")
    return parts.scheme, f"{parts.hostname}:{parts.port}", parts.path


def main() -> int:
    """Ask, and say on standard error what is wrong; returns the exit code."""
    try:
        scheme, address, path = parse(os.environ.get("HEALTH_URL", ""))
    except ValueError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    wrong = PROBES[scheme](address, path)
    sys.stderr.write(wrong)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
