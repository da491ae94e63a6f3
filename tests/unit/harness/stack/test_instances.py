from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from harness.stack.errors import PortTaken, StackError
from harness.stack.instances import check_services, plan_instances
from harness.stack.ports import Ports
from harness.stack.topology import Health, Process, Role, Topology

HEALTH = Health("http", "http")


def process(name: str, role: Role = Role.SERVICE) -> Process:
    return Process(name, role, ("x",), HEALTH, {"http": "HTTP_PORT", "metrics": "METRICS_PORT"})


TOPOLOGY = Topology(
    source=Path("services.toml"),
    root=Path(),
    name="toy",
    entry="front",
    entry_port=3000,
    pages=(),
    show=(),
    servers={},
    processes={"out": process("out", Role.SANDBOX), "back": process("back"), "front": process("front")},
    environment={},
    edges=(),
)


class NumberedPorts(Ports):
    """1, 2, 3, ...; everything below 1000 is in use."""

    def __init__(self) -> None:
        self._next: Iterator[int] = count(1)
        self.given: set[int] = set()

    def free(self) -> int:
        port = next(self._next)
        self.given.add(port)
        return port

    def claim(self, port: int) -> int:
        if port < 1000:
            raise PortTaken(str(port))
        self.given.add(port)
        return port

    def give_back(self, port: int) -> None:
        self.given.remove(port)


def test_services_are_numbered_and_sandboxes_are_not() -> None:
    planned = plan_instances(TOPOLOGY, {"back": 2}, None, NumberedPorts())
    assert [each.name for each in planned] == ["out", "back-1", "back-2", "front-1"]
    ports = [port for each in planned for port in each.ports.values()]
    assert len(set(ports)) == len(ports) == 8


def test_the_first_instance_of_the_entry_gets_the_entry_port() -> None:
    ports = NumberedPorts()
    planned = {each.name: each.ports for each in plan_instances(TOPOLOGY, {"front": 2}, 3000, ports)}
    assert planned["front-1"]["http"] == 3000
    assert planned["front-2"]["http"] != 3000
    assert ports.given == {port for each in planned.values() for port in each.values()}, "no port is kept without need"


def test_an_entry_port_in_use_and_counts_that_make_no_sense_are_refused() -> None:
    with pytest.raises(PortTaken):
        plan_instances(TOPOLOGY, {}, 80, NumberedPorts())
    with pytest.raises(StackError, match="instances of back: at least 1, not 0"):
        plan_instances(TOPOLOGY, {"back": 0}, None, NumberedPorts())
    with pytest.raises(StackError, match="instances of out: no such service; there are back, front"):
        plan_instances(TOPOLOGY, {"out": 2}, None, NumberedPorts())


def test_only_services_are_known_by_name() -> None:
    check_services(TOPOLOGY, {"back", "front"}, "environment")
    with pytest.raises(StackError, match="environment of out: no such service; there are back, front"):
        check_services(TOPOLOGY, {"out"}, "environment")
