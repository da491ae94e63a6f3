"""What a stack is made of and what calls what: as a page draws it, and as the possible targets of faults."""

from collections.abc import Mapping

from harness.experiment.presentation import Node, TopologyGraph
from harness.faults.inventory import Inventory
from harness.stack.edges import edge_name
from harness.stack.instances import instance_names
from harness.stack.topology import Topology
from harness.stack.view import StackView


def topology_of(stack: StackView) -> TopologyGraph:
    """Services, sandboxes and servers with their members, and the edges. Raises TopologyError when its file has gone."""
    topology = Topology.load(stack.manifest.topology)
    members: dict[str, list[str]] = {}
    for instance in stack.instances():
        members.setdefault(instance.service, []).append(instance.name)
    nodes = [
        Node(name=each.name, role=each.role.value, members=tuple(members.get(each.name, ())), about=each.about)
        for each in topology.processes.values()
    ]
    nodes += [
        Node(name=each.name, role="server", members=tuple(members.get(each.name, ())), about=each.kind)
        for each in topology.servers.values()
    ]
    return TopologyGraph(nodes=tuple(nodes), edges=tuple((edge.caller, edge.callee) for edge in topology.edges))


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
