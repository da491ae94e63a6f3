"""docker-compose.yml deploys what system/services.toml describes: the two cannot drift apart."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]  # no stubs are installed; only safe_load is used

ROOT = Path(__file__).resolve().parents[3]
TOPOLOGY = tomllib.loads((ROOT / "system" / "services.toml").read_text())
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
PROCESSES = [*TOPOLOGY["sandboxes"], *TOPOLOGY["services"]]


@pytest.mark.parametrize("name", [*TOPOLOGY["servers"], *PROCESSES])
def test_everything_of_the_topology_is_deployed_under_its_name(name: str) -> None:
    assert name in SERVICES


@pytest.mark.parametrize(("edge", "told"), TOPOLOGY["edges"].items())
def test_every_edge_leads_where_the_topology_says(edge: str, told: dict[str, str]) -> None:
    caller, callee = edge.split("->")
    assert f"{callee}:" in SERVICES[caller]["environment"][told["env"]]


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_is_the_module_the_topology_starts(name: str) -> None:
    described = (TOPOLOGY["sandboxes"] | TOPOLOGY["services"])[name]
    assert ["{python}", "-m", *SERVICES[name]["command"]] == described["command"]


@pytest.mark.parametrize("name", [name for name, service in TOPOLOGY["services"].items() if "migrate" in service])
def test_a_schema_is_current_before_its_service_starts(name: str) -> None:
    migration = SERVICES[f"migrate-{name}"]
    assert ["{python}", "-m", *migration["command"]] == TOPOLOGY["services"][name]["migrate"]
    assert migration["environment"]["DATABASE_URL"] == SERVICES[name]["environment"]["DATABASE_URL"]
    assert SERVICES[name]["depends_on"][f"migrate-{name}"] == {"condition": "service_completed_successfully"}
    assert migration["environment"]["DATABASE_URL"] in SERVICES["schemas"]["environment"].values()


@pytest.mark.parametrize(("name", "server"), [item for item in TOPOLOGY["servers"].items() if item[1]["kind"] == "redis"])
def test_lock_masters_remember_and_the_cache_forgets(name: str, server: dict[str, Any]) -> None:
    command = SERVICES[name]["command"]
    assert command[command.index("--appendonly") + 1] == ("yes" if server.get("durable") else "no")
    assert command[command.index("--save") + 1] == ""


@pytest.mark.parametrize(("name", "service"), SERVICES.items())
def test_any_service_can_be_scaled_and_is_reached_from_this_machine_only(name: str, service: dict[str, Any]) -> None:
    assert "container_name" not in service
    assert service["init"] is True
    assert all(port.startswith("127.0.0.1:${") for port in service.get("ports", []))
    if name in TOPOLOGY["services"] and name != "gateway":
        assert not {"ports", "hostname", "volumes"} & set(service)


@pytest.mark.parametrize("name", [name for name in SERVICES if name in TOPOLOGY["servers"]])
def test_servers_say_when_they_are_ready(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_has_no_rights_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])


def test_a_default_secret_says_that_it_is_none() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secrets = [line for line in text.splitlines() if ("PASSWORD:-" in line or "SECRET:-" in line) and not line.startswith("#")]
    assert len(secrets) >= 9
    assert all(":-development-only-" in line for line in secrets)
