"""python -m harness.proxy: a proxy server as a process of its own, until SIGTERM or Ctrl-C.

Prints one line to stdout when it is ready: `ready http://127.0.0.1:8474 seed 42`.
"""

import argparse
import asyncio
import logging
import os
import resource
import signal
import sys

import uvloop

from harness.proxy.server import ProxyServer
from harness.seed import Seed

_MUCH = 4096


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m harness.proxy", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="where the control API listens (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8474, help="0 takes a free one (default: %(default)s)")
    parser.add_argument("--seed", type=Seed.parse, help="replays toxicity and jitter; default: a fresh one")
    parser.add_argument("--until-eof", action="store_true", help="end with standard input too: never outlive the parent")
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    try:
        uvloop.run(_serve(ProxyServer(arguments.host, arguments.port, arguments.seed), until_eof=arguments.until_eof))
    except OSError as error:
        sys.exit(f"cannot listen on {arguments.host} port {arguments.port}: {error.strerror or error}")


async def _serve(server: ProxyServer, *, until_eof: bool) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    if until_eof:
        loop.add_reader(sys.stdin, _watch_input, told)
    async with server:
        sys.stdout.write(f"ready {server.url} seed {server.seed}\n")
        sys.stdout.flush()
        await told.wait()


def _watch_input(ended: asyncio.Event) -> None:
    if not os.read(sys.stdin.fileno(), _MUCH):
        ended.set()


if __name__ == "__main__":
    main()
