"""grpc: every RPC of every service, called directly with what no client of ours would send."""

import asyncio
from functools import partial

from chaos.subject import RunningShop
from harness.fuzz.fuzzer import Fuzzer
from harness.fuzz.fuzzing import Fuzzing
from harness.stack.manifest import ProcessId
from harness.stack.view import StackView


async def run(subject: RunningShop, fuzzing: Fuzzing) -> None:
    """Fuzz until the time is over, and leave nothing reserved or captured behind."""
    from chaos.client.service_instances import credential
    from chaos.fuzz.goods import Goods
    from chaos.fuzz.grpc_samples import sampled
    from harness.fuzz.grpc.fuzzer import GrpcFuzzer
    from harness.fuzz.grpc.sampled import Sampled, Target

    goods, loop, stack = await Goods.of(subject), asyncio.get_running_loop(), subject.stack

    def sample(_round: int) -> Sampled:
        return asyncio.run_coroutine_threadsafe(sampled(goods), loop).result()

    targets: dict[str, list[Target]] = {}
    for member in stack.instances():
        if "grpc" in member.ports:
            address, process = stack.address(member.name, "grpc"), partial(process_of, stack, member.name)
            target = Target(member.service, member.name, address, process, credential(stack))
            targets.setdefault(member.service, []).append(target)
    try:
        await fuzzing.in_thread(GrpcFuzzer(fuzzing, targets, sample).run)
    finally:
        await goods.give_back()


def process_of(stack: StackView, member: str) -> object | None:
    """What tells a member's process from another one's; None when it does not run."""
    now = stack.instance(member)
    return ProcessId.of(now.pid) if now.alive and now.pid is not None else None


grpc: Fuzzer[RunningShop] = Fuzzer(
    name="grpc",
    about="Calls every RPC of every service directly, with odd, huge, torn and undecodable requests made from its descriptors.",
    share=2,
    run=run,
)
