"""How the shop is drawn on a report: what calls what, one lane for each product's lock and one for each order's sagas."""

from chaos.guarantees import facts, locks
from harness.experiment.picture import LaneSpec, NodePicture, Picture, Shade, Tone, TopologyPicture
from harness.stack.topology import Topology
from harness.stack.view import StackView

LOCK_HOLDERS = LaneSpec(
    name="locks",
    title="Lock holders",
    about=(
        "Who held the lock on which product, from its grant to the last sign that the holder believed to hold it. Whether a"
        " fault excuses an overlap is for lock_exclusive_and_fenced to say."
    ),
    subject=locks.LOCK_GRANTS,
    lane="resource",
    by="holder",
    label=("token", "ending", "votes"),
    begin="begin_ns",
    end="sure_ns",
    exclusive=True,
)
SAGAS = LaneSpec(
    name="sagas",
    title="Sagas",
    about="How far each order got: its steps, each from the end of the one before to its own end.",
    subject=facts.SAGA_STEPS,
    lane="subject",
    by="executor",
    label=("kind", "step", "direction", "outcome"),
    begin="created_ns",
    end="at_ns",
    chain="saga_id",
    shades=(
        Shade(said="undone", tone=Tone.WARN, when={"direction": "undo"}),
        Shade(said="done", tone=Tone.GOOD, when={"outcome": "done"}),
        Shade(said="refused", tone=Tone.WEAK),
    ),
)


def picture(stack: StackView) -> Picture:
    """The picture of a running shop. Raises TopologyError when its services.toml has gone."""
    topology = Topology.load(stack.manifest.topology)
    members: dict[str, list[str]] = {}
    for instance in stack.instances():
        members.setdefault(instance.service, []).append(instance.name)
    nodes = [
        NodePicture(name=each.name, role=each.role.value, members=tuple(members.get(each.name, ())), about=each.about)
        for each in topology.processes.values()
    ]
    nodes += [
        NodePicture(name=each.name, role="server", members=tuple(members.get(each.name, ())), about=each.kind)
        for each in topology.servers.values()
    ]
    edges = tuple((edge.caller, edge.callee) for edge in topology.edges)
    return Picture(lanes=(LOCK_HOLDERS, SAGAS), topology=TopologyPicture(nodes=tuple(nodes), edges=edges))
