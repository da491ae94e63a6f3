"""Each service is given its own secrets only, by services.toml and by docker-compose.yml."""

from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # no stubs are installed; only safe_load is used

from chaos.subject.system import SERVICES
from harness.stack.placeholders import secrets_in
from harness.stack.topology import Topology

SHARED = frozenset({"service"})
"""What all services have."""
OWN = {"user": frozenset({"jwt", "admin"})}
VARIABLES = {"jwt": "JWT_SECRET", "admin": "ADMIN_PASSWORD"}
PROCESSES = ("user", "product", "order", "payment", "notification", "gateway")


@pytest.mark.parametrize("service", PROCESSES)
def test_services_toml(service: str) -> None:
    topology = Topology.load(SERVICES)
    texts = [*topology.environment.values(), *topology.processes[service].environment.values()]
    assert {name for text in texts for name in secrets_in(text)} == SHARED | OWN.get(service, frozenset())


@pytest.mark.parametrize("service", PROCESSES)
def test_compose(service: str) -> None:
    composed: dict[str, Any] = yaml.safe_load(Path("docker-compose.yml").read_text())["services"]
    environment = composed[service]["environment"]
    given = {name for name, variable in VARIABLES.items() if variable in environment}
    assert given == OWN.get(service, frozenset())
    assert "SERVICE_TOKEN" in environment
    assert "GRPC_REFLECTION" not in environment
    schemas = {text.partition("://")[2].partition(":")[0] for text in environment.values() if str(text).startswith("mysql")}
    assert schemas <= {service}


def test_nothing_but_the_doors_is_published_and_redis_asks_for_a_password() -> None:
    composed: dict[str, Any] = yaml.safe_load(Path("docker-compose.yml").read_text())["services"]
    assert {name for name, service in composed.items() if "ports" in service} == {"gateway", "provider", "mailbox"}
    for name, service in composed.items():
        if name.startswith("redis"):
            assert "--requirepass" in service["command"], name
    assert "METRICS_OPEN" not in composed["gateway"]["environment"]
