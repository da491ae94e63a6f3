from collections.abc import Mapping
from pathlib import Path

from harness.stack.environment import Wiring, environment_of, inherited, prefixed
from harness.stack.topology import Edge, Health, Process, Role, Server, Topology

PORTS = {"http": "HTTP_PORT"}
HEALTH = Health("tcp", "http")
BACK = Process("back", Role.SERVICE, ("x",), HEALTH, PORTS, environment={"OWN": "{service}/{secret:own}"})
OUTSIDE = Process("outside", Role.SANDBOX, ("x",), HEALTH, PORTS)
TOPOLOGY = Topology(
    source=Path("services.toml"),
    root=Path(),
    name="toy",
    entry="back",
    entry_port=None,
    pages=(),
    show=(),
    servers={"mysql": Server("mysql", "mysql", schemas=("back",))},
    processes={"back": BACK, "outside": OUTSIDE},
    environment={"INSTANCE": "{instance}", "JWT": "{secret:jwt}"},
    edges=(
        Edge("back", "mysql", "DATABASE_URL", "mysql://{user}:{password}@{address}/{schema}"),
        Edge("back", "outside", "OUTSIDE_URLS", "http://{address}", "http"),
    ),
)
WIRING = Wiring(
    instance="back-2",
    ports={"http": 1234},
    addresses={"mysql": ("127.0.0.1:1",), "outside": ("127.0.0.1:2", "127.0.0.1:3")},
    access={"mysql": {"user": "u", "password": "p", "schema": "s"}},
)


def secret(name: str) -> str:
    return f"<{name}>"


def build(process: Process, wiring: Wiring, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
    return environment_of(TOPOLOGY, process, wiring, secret, overrides)


def test_a_service_is_told_its_name_its_ports_and_where_everything_is() -> None:
    assert build(BACK, WIRING) == {
        "PYTHONUNBUFFERED": "1",
        "INSTANCE": "back-2",
        "JWT": "<jwt>",
        "OWN": "back/<own>",
        "HTTP_PORT": "1234",
        "DATABASE_URL": "mysql://u:p@127.0.0.1:1/s",
        "OUTSIDE_URLS": "http://127.0.0.1:2,http://127.0.0.1:3",
    }


def test_the_shared_environment_is_for_services_only() -> None:
    assert build(OUTSIDE, Wiring("outside", {"http": 1}, {})) == {"PYTHONUNBUFFERED": "1", "HTTP_PORT": "1"}


def test_overrides_win() -> None:
    told = build(BACK, WIRING, {"JWT": "mine", "DATABASE_URL": "elsewhere", "NEW": "{instance}"})
    assert (told["JWT"], told["DATABASE_URL"]) == ("mine", "elsewhere")
    assert told["NEW"] == "{instance}", "values are taken literally"


def test_a_callee_without_addresses_is_not_mentioned() -> None:
    told = build(BACK, Wiring("back-1", {"http": 1}, {"mysql": ("a:1",)}, WIRING.access))
    assert "DATABASE_URL" in told
    assert "OUTSIDE_URLS" not in told


def test_little_is_inherited() -> None:
    shell = {"PATH": "/bin", "HOME": "/root", "LANG": "C", "AWS_SECRET_ACCESS_KEY": "x", "GAUNTLET_STACK": "outer"}
    assert inherited(shell) == {"PATH": "/bin", "HOME": "/root", "LANG": "C"}


def test_what_several_services_are_told_does_not_get_mixed_up() -> None:
    told = {"back": {"DATABASE_URL": "1"}, "back-office": {"DATABASE_URL": "2"}}
    assert prefixed(told) == {"BACK_DATABASE_URL": "1", "BACK_OFFICE_DATABASE_URL": "2"}
