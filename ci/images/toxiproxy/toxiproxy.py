#!/opt/venv/bin/python
"""A stand-in for toxiproxy-server: its command line and its API, served by the project's own proxy (harness.proxy).

It says so when it starts and in its version. What the real server lacks is hidden: the page of effects, and all
counters but the two that `-proxy-metrics` switches on.
"""

import argparse
import sys
from pathlib import Path

import uvicorn
import uvloop
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from harness.proxy.api import VERSION, ControlApi
from harness.proxy.bodies import proxy_requests
from harness.proxy.metrics import exposition
from harness.proxy.proxies import Proxies
from harness.seed import Seed

STAND_IN = "THIS IS NOT TOXIPROXY but a stand-in for it: gauntlet's own proxy behind Toxiproxy's command line"
OURS_ONLY = ("/proxies/{proxy}/effects", "/metrics")


def parser() -> argparse.ArgumentParser:
    """Toxiproxy's own options, in Go's style: -port=8474 or -port 8474."""
    options = argparse.ArgumentParser(prog="toxiproxy-server", description=STAND_IN, allow_abbrev=False)
    options.add_argument("-host", "--host", default="localhost")
    options.add_argument("-port", "--port", type=int, default=8474)
    options.add_argument("-config", "--config", type=Path, help="JSON file with proxies to create at the start")
    options.add_argument("-seed", "--seed", type=Seed.parse, help="of toxicity and jitter; the real server ignores it")
    options.add_argument("-proxy-metrics", "--proxy-metrics", action="store_true", help="bytes received and sent at /metrics")
    options.add_argument("-runtime-metrics", "--runtime-metrics", action="store_true", help="REFUSED by the stand-in")
    options.add_argument("-version", "--version", action="version", version=f"toxiproxy-server version {VERSION} ({STAND_IN})")
    return options


def application(proxies: Proxies, *, metrics: bool) -> Starlette:
    """The control API with what the real server has, and nothing else."""

    async def shown(_: Request) -> Response:
        lines = exposition(proxies).decode().splitlines(keepends=True)
        theirs = "".join(line for line in lines if "gauntlet_" not in line)
        return PlainTextResponse(theirs, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    served = ControlApi(proxies).application()
    served.router.routes = [route for route in served.routes if not (isinstance(route, Route) and route.path in OURS_ONLY)]
    if metrics:
        served.router.routes.append(Route("/metrics", shown))
    return served


async def serve(chosen: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT."""
    proxies = Proxies(chosen.seed or Seed.fresh())
    if chosen.config is not None:
        await proxies.populate(proxy_requests(chosen.config.read_bytes()))
    config = uvicorn.Config(
        application(proxies, metrics=chosen.proxy_metrics),
        host=chosen.host,
        port=chosen.port,
        http="httptools",
        ws="none",
        lifespan="off",
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    try:
        await uvicorn.Server(config).serve()
    finally:
        proxies.close()


def main() -> None:
    """Run the command line."""
    options = parser()
    chosen = options.parse_args()
    if chosen.runtime_metrics:
        options.error("the stand-in has no runtime of Go to tell about: leave -runtime-metrics out")
    sys.stdout.write(f"{STAND_IN}\nStarting at http://{chosen.host}:{chosen.port}\n")
    sys.stdout.flush()
    uvloop.run(serve(chosen))


if __name__ == "__main__":
    main()
