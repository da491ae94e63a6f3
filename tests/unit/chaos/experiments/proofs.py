"""What the proof of each kind of fault needs of the system, or it could never be true: kinds by name."""

from collections.abc import Callable, Iterator, Mapping

from chaos.subject import ShopSystem
from harness.faults.clock_jump import FAKED_CLOCK
from harness.faults.disk_full import SMALL_DISK
from harness.faults.inventory import Inventory
from harness.faults.registry import KINDS, load_kinds
from harness.faults.spec import FaultSpec
from harness.stack.native.provider import NativeProvider
from harness.stack.topology import Role
from tests.unit.chaos.experiments.shop import topology_of

Need = Callable[[FaultSpec, ShopSystem, Inventory], Iterator[str]]


def suffering_members(spec: FaultSpec, _system: ShopSystem, inventory: Inventory) -> Iterator[str]:
    """Members that the provider can do it to: their processes are looked at afterwards."""
    if not spec.members:
        yield "it is done to nobody"
    known = {name for names in inventory.members.values() for name in names}
    yield from (f"{name} is no member" for name in spec.members if name not in known)
    for capability in getattr(KINDS[spec.kind], "needs", ()):
        if capability not in NativeProvider.capabilities:
            yield f"no member is {capability.__name__}"


def edges_with_traffic(spec: FaultSpec, system: ShopSystem, inventory: Inventory) -> Iterator[str]:
    """Edges that run through a proxy, which counts what happens on them."""
    if not system.proxied:
        yield "no edge runs through a proxy"
    if not spec.edges:
        yield "it is done to no edge"
    yield from (f"{edge.name} runs through no proxy" for edge in spec.edges if edge.name not in inventory.edges)


def members_of_kind(*kinds: str) -> Need:
    """Servers of such a kind: what they hold or say is looked at."""

    def need(spec: FaultSpec, system: ShopSystem, inventory: Inventory) -> Iterator[str]:
        yield from suffering_members(spec, system, inventory)
        servers = topology_of(system.topology).servers
        for name in spec.members:
            if (name in servers and servers[name].kind not in kinds) or name not in servers:
                yield f"{name} is no {' or '.join(kinds)}"

    return need


def sandbox(spec: FaultSpec, system: ShopSystem, inventory: Inventory) -> Iterator[str]:
    """A sandbox that counts what its script did."""
    yield from suffering_members(spec, system, inventory)
    processes = topology_of(system.topology).processes
    sandboxes = {name for name, process in processes.items() if process.role is Role.SANDBOX}
    yield from (f"{name} is no sandbox" for name in spec.members if name not in sandboxes)


def faked_clock(spec: FaultSpec, system: ShopSystem, inventory: Inventory) -> Iterator[str]:
    """Members between whose processes and their clocks there is something."""
    yield from members_of_kind("redis")(spec, system, inventory)
    for name in spec.members:
        if system.environment.get(name) != FAKED_CLOCK:
            yield f"{name} has a clock that cannot be moved: its environment is not FAKED_CLOCK"


def small_disk(spec: FaultSpec, system: ShopSystem, inventory: Inventory) -> Iterator[str]:
    """Members that write to a disk of their own."""
    yield from members_of_kind("redis")(spec, system, inventory)
    servers = topology_of(system.topology).servers
    for name in spec.members:
        if not system.environment.get(name, {}).items() >= SMALL_DISK.items():
            yield f"{name} has no disk of its own: its environment is not SMALL_DISK"
        if name in servers and not servers[name].durable:
            yield f"{name} is not durable, and writes nothing to its disk"


def open_port(spec: FaultSpec, system: ShopSystem, inventory: Inventory) -> Iterator[str]:
    """A process with that port."""
    yield from suffering_members(spec, system, inventory)
    processes = topology_of(system.topology).processes
    service = next((service for service, names in inventory.members.items() if names and names[0] in spec.members), "")
    if service not in processes or spec.text("port") not in processes[service].ports:
        yield f"{', '.join(spec.members)} has no port {spec.text('port')}"


def holding_consumer(spec: FaultSpec, system: ShopSystem, inventory: Inventory) -> Iterator[str]:
    """A member, and an edge of its own that can be silenced."""
    yield from suffering_members(spec, system, inventory)
    yield from edges_with_traffic(spec, system, inventory)
    yield from (f"{edge.name} is no edge of {spec.target}" for edge in spec.edges if edge.caller not in spec.members)


NEEDS: Mapping[str, Need] = {
    **dict.fromkeys(
        ("kill", "kill_waiting", "pause", "restart", "rolling_restart", "rolling_upgrade", "slow_start"), suffering_members
    ),
    **dict.fromkeys(("cut", "partition", "stall", "toxic"), edges_with_traffic),
    **dict.fromkeys(("flush", "forget"), members_of_kind("redis")),
    **dict.fromkeys(("giving_back", "memory_alarm", "poison", "queue_deleted", "redelivery"), members_of_kind("rabbitmq")),
    **dict.fromkeys(("deadlock", "read_only"), members_of_kind("mysql")),
    **dict.fromkeys(("mail_script", "provider_script"), sandbox),
    "clock_jump": faked_clock,
    "disk_full": small_disk,
    **dict.fromkeys(("connection_flood", "strangers"), open_port),
    "killed_holding": holding_consumer,
}


def all_kinds() -> frozenset[str]:
    """Every kind of the harness and of the shop; those that other unit tests register in this process do not count."""
    load_kinds()
    found = load_kinds("chaos.faults")
    return frozenset(kind for kind, maker in found.items() if maker.__module__.startswith(("harness.", "chaos.")))
