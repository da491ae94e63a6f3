"""What a stack is made of and what calls what, as a page draws it."""

from harness.experiment.presentation import Node, TopologyGraph
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
