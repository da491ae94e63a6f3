"""Decide what will be started: how many instances of what, on which ports. Nothing is started here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.stack.errors import StackError
from harness.stack.ports import Ports
from harness.stack.topology import Process, Role, Topology


@dataclass(frozen=True)
class Planned:
    """One instance of a process: order-1, order-2; a sandbox has one instance, of the same name."""

    name: str
    process: Process
    ports: Mapping[str, int]


def plan_instances(topology: Topology, counts: Mapping[str, int], entry_port: int | None, ports: Ports) -> tuple[Planned, ...]:
    """All instances with their ports. The first instance of the entry service gets `entry_port` when there is one.

    Raises StackError for a count below 1, PortTaken when `entry_port` is in use.
    """
    check_services(topology, counts, "instances")
    for service, count in counts.items():
        if count < 1:
            raise StackError(f"instances of {service}: at least 1, not {count}")
    planned = []
    for process in topology.processes.values():
        for name in instance_names(process, counts.get(process.name, 1)):
            chosen = {port: ports.free() for port in process.ports}
            if name == f"{topology.entry}-1" and entry_port is not None:
                ports.give_back(chosen["http"])
                chosen["http"] = ports.claim(entry_port)
            planned.append(Planned(name, process, chosen))
    return tuple(planned)


def instance_names(process: Process, count: int) -> tuple[str, ...]:
    """The names of the instances of a process."""
    if process.role is Role.SANDBOX:
        return (process.name,)
    return tuple(f"{process.name}-{number}" for number in range(1, count + 1))


def check_services(topology: Topology, given: Iterable[str], what: str) -> None:
    """Raises StackError when one of the `given` names is not a service."""
    known = [process.name for process in topology.services()]
    for name in sorted(given):
        if name not in known:
            raise StackError(f"{what} of {name}: no such service; there are {', '.join(known)}")
