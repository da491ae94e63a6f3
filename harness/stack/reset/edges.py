"""The proxied edges of a stack: all enabled, without toxics, seeded with the next run's seed."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import httpx

from harness.seed import Seed
from harness.stack.edges import MEMBER
from harness.stack.reset.contents import NotClean
from harness.stack.view import StackView

_TIMEOUT_S = 10.0


def restore(view: StackView, seed: Seed) -> None:
    """Enable every edge and remove its toxics. Raises NotClean.

    A server of the stack's own is also told the seed, which a real Toxiproxy takes no notice of; on somebody else's nothing is
    touched but the stack's edges.
    """
    if any(each.name == MEMBER for each in view.instances()):
        _call(view, "POST", "/reset", {"seed": seed.value})
        return
    for name, state in _edges(view).items():
        path = f"/proxies/{quote(name, safe='')}"
        for toxic in state["toxics"]:
            _call(view, "DELETE", f"{path}/toxics/{quote(toxic['name'], safe='')}")
        if not state["enabled"]:
            _call(view, "POST", path, {"enabled": True})


def left(view: StackView) -> Sequence[str]:
    """Edges that are disabled or have toxics; empty when there are none. Raises NotClean."""
    found = _edges(view)
    wrong = [f"edge {name} is gone" for name in view.edges() if name not in found]
    for name, state in found.items():
        wrong += [] if state["enabled"] else [f"edge {name} is cut"]
        wrong += [f"toxic {toxic['name']} on edge {name}" for toxic in state["toxics"]]
    return wrong


def _edges(view: StackView) -> dict[str, Any]:
    there = _call(view, "GET", "/proxies").json()
    return {name: there[name] for name in view.edges() if name in there}


def _call(view: StackView, method: str, path: str, body: Any = None) -> httpx.Response:
    try:
        answer = httpx.request(method, f"{view.proxy_url}{path}", json=body, timeout=_TIMEOUT_S, trust_env=False)
        return answer.raise_for_status()
    except httpx.HTTPError as error:
        raise NotClean(f"the proxy at {view.proxy_url}: {type(error).__name__}: {error}") from error
