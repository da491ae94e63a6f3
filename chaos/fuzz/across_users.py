"""across_users: what is one customer's is asked for by everybody else."""

from chaos.subject import RunningShop
from harness.fuzz.fuzzer import Fuzzer
from harness.fuzz.fuzzing import Fuzzing


async def _run(shop: RunningShop, fuzzing: Fuzzing) -> None:
    answer = await shop.shop.ready()
    fuzzing.tried("GET /health/ready", str(answer.status))


across_users: Fuzzer[RunningShop] = Fuzzer(
    name="across_users", about="Every operation on what somebody owns, by everybody who must not.", share=3, run=_run
)
