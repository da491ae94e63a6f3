"""model: customers and staff at work, several at once; every answer is compared with a small model of the shop.

`state` is what the model knows; an `action` is what one client does: its requests, and the steps that their answers are judged
by; an `intent` is what hypothesis draws (`machine`); an `example` has customers and goods of its own; a `trial` plays many.
"""

from chaos.subject import RunningShop
from harness.fuzz.fuzzer import Fuzzer
from harness.fuzz.fuzzing import Fuzzing


async def _run(shop: RunningShop, fuzzing: Fuzzing) -> None:
    from chaos.fuzz.model.playing import play  # hypothesis is slow to import

    stack, repeats = shop.stack, shop.refresh_again_s > 0
    provider, password = stack.address("provider", "http"), stack.secret("admin")
    await fuzzing.in_thread(lambda: play(stack.base_url, provider, password, fuzzing, repeats=repeats))


model: Fuzzer[RunningShop] = Fuzzer(
    name="model",
    about="Customers and staff at work, several at once, against a model of the shop.",
    share=4,
    run=_run,
)
