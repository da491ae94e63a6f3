"""amqp: every queue that is consumed, with bad messages among good ones."""

from chaos.subject import RunningShop
from harness.fuzz.fuzzer import Fuzzer
from harness.fuzz.fuzzing import Fuzzing


async def run(subject: RunningShop, fuzzing: Fuzzing) -> None:
    """Fuzz until the time is over. Its dead letters are taken away as they are found."""
    import aio_pika

    from chaos.fuzz.amqp_events import OrderEvents
    from chaos.fuzz.amqp_orders import PlaceOrders
    from chaos.fuzz.amqp_replies import Replies
    from chaos.fuzz.goods import Goods
    from harness.fuzz.amqp.broker import Broker
    from harness.fuzz.amqp.fuzzer import AmqpFuzzer

    goods = await Goods.of(subject)
    served = [await kind.served(subject, goods) for kind in (PlaceOrders, OrderEvents, Replies)]
    url = subject.stack.amqp_url
    async with await aio_pika.connect(url, timeout=5) as connection:
        channel = await connection.channel(publisher_confirms=True)
        await AmqpFuzzer(fuzzing, Broker(subject.stack, channel), served, url).run()


amqp: Fuzzer[RunningShop] = Fuzzer(
    name="amqp",
    about="Publishes hopeless, torn, foreign, oversized and repeated messages among good ones, on every consumed queue.",
    share=2,
    run=run,
)
