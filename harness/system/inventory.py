"""The possible targets of faults on a stack: planned from its topology, or read from a running one."""

from collections.abc import Mapping

from harness.faults.inventory import Inventory
from harness.stack.edges import edge_name
from harness.stack.instances import instance_names
from harness.stack.topology import Topology
from harness.stack.view import StackView


def planned_inventory(topology: Topology, instances: Mapping[str, int], *, proxied: bool) -> Inventory:
    """The targets of a stack to be started with these instances per service (default 1)."""
    members: dict[str, tuple[str, ...]] = {name: (name,) for name in topology.servers}
    members |= {name: tuple(instance_names(process, instances.get(name, 1))) for name, process in topology.processes.items()}
    edges = [
        edge_name(caller, callee)
        for edge in topology.edges
        for caller in members[edge.caller]
        for callee in members[edge.callee]
    ]
    return Inventory(members, tuple(sorted(edges)) if proxied else ())


def running_inventory(stack: StackView) -> Inventory:
    """The targets of a running stack."""
    members: dict[str, tuple[str, ...]] = {}
    for instance in stack.instances():
        members[instance.service] = (*members.get(instance.service, ()), instance.name)
    return Inventory(members, tuple(sorted(stack.edges())))
