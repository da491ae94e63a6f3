"""What the control API says: field order and forms are those of Toxiproxy; /effects is ours."""

import json
from dataclasses import asdict
from typing import Any

from starlette.responses import Response

from harness.direction import Direction
from harness.proxy.bodies import attributes
from harness.proxy.errors import ProxyError
from harness.proxy.proxy import Proxy
from harness.proxy.toxic import PlacedToxic


def reply(content: Any, status: int = 200) -> Response:
    """JSON without a newline."""
    return Response(json.dumps(content, separators=(",", ":")), status, media_type="application/json")


def refusal(error: ProxyError) -> Response:
    """An error: JSON with a newline, which is called plain text."""
    text = json.dumps({"error": str(error), "status": int(error.status)}, separators=(",", ":"))
    return Response(f"{text}\n", error.status, media_type="text/plain")


def proxy_body(proxy: Proxy) -> dict[str, Any]:
    """A proxy with its toxics."""
    return {
        "name": proxy.name,
        "listen": proxy.listen,
        "upstream": proxy.upstream,
        "enabled": proxy.enabled,
        "Logger": {},
        "toxics": [toxic_body(toxic) for toxic in proxy.toxics],
    }


def toxic_body(placed: PlacedToxic) -> dict[str, Any]:
    """A toxic in its place."""
    share = placed.toxicity
    return {
        "attributes": attributes(placed.toxic),
        "name": placed.name,
        "type": placed.toxic.type,
        "stream": placed.stream,
        "toxicity": int(share) if share == int(share) else share,
    }


def effects_body(proxy: Proxy) -> dict[str, Any]:
    """What the proxy has done so far, and what is inside it now."""
    effects = proxy.effects
    return {
        "name": proxy.name,
        "connections": {**asdict(effects.connections), "open": proxy.open_connections},
        **{direction: flow_body(proxy, direction) for direction in Direction},
        "toxics": {name: asdict(effect) for name, effect in effects.toxics.items()},
    }


def flow_body(proxy: Proxy, direction: Direction) -> dict[str, int]:
    """Bytes of one direction: received = passed + dropped + held."""
    flow, held = proxy.effects.flows[direction], proxy.held(direction)
    return {
        "received": flow.received,
        "passed": flow.received - flow.dropped - held,
        "dropped": flow.dropped,
        "held": held,
    }
