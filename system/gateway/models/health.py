"""How the gateway is."""

from typing import Literal

from system.gateway.models.fields import Answer, example

State = Literal["ok", "away"]


class Alive(Answer):
    """It lives."""

    model_config = example({"status": "live"})

    status: Literal["live"] = "live"


class Readiness(Answer):
    """It can serve; `degraded` when something is away that it can do without for a while."""

    model_config = example(
        {
            "status": "ready",
            "checks": {"broker": "ok", "user": "ok", "product": "ok", "order": "ok", "cache": "ok", "payment": "ok"},
        }
    )

    status: Literal["ready", "degraded"]
    checks: dict[str, State]
