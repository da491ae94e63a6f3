"""Whether this process lives, whether it can serve, and what it has counted."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from system.common.errors import NotFound, Unavailable
from system.gateway.clients import Probe
from system.gateway.models.health import Alive, Readiness, State
from system.gateway.parts import Shop

router = APIRouter(tags=["health"])


@router.get("/health/live", response_model=Alive)
async def live() -> object:
    """The process answers."""
    return Alive()


@router.get("/health/ready", response_model=Readiness)
async def ready(shop: Shop) -> object:
    """What it needs is there; 503 otherwise. `degraded` names what it can serve without."""
    needed, wanted = await asyncio.gather(_states(shop.needed), _states(shop.wanted))
    if away := [name for name, state in needed.items() if state == "away"]:
        raise Unavailable(f"away: {', '.join(away)}", reason="NOT_READY", metadata={**needed, **wanted}, retry_after_s=1)
    return Readiness(status="degraded" if "away" in wanted.values() else "ready", checks={**needed, **wanted})


async def _states(probes: Mapping[str, Probe]) -> dict[str, State]:
    answers = await asyncio.gather(*(probe() for probe in probes.values()))
    return {name: "ok" if fine else "away" for name, fine in zip(probes, answers, strict=True)}


@router.get("/metrics", include_in_schema=False)
async def metrics(shop: Shop) -> Response:
    """Prometheus text, where the settings open it to everybody."""
    if not shop.settings.metrics_open:
        raise NotFound("there is nothing at this path")
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
