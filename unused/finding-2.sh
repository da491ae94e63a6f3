#!/bin/bash
# neighbours-unharmed at toys (bits flipped): an order is PENDING
# Set the variables in capital letters first: GATEWAY=http://localhost:3000 and so on, as `gauntlet up` prints them.
set -u
# bits flipped
python - <<'EOF'
import aio_pika, asyncio
async def main():
    async with await aio_pika.connect("amqp://nowhere") as connection:
        message = aio_pika.Message(b'GooD toy', **{'reply_to': '\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é\x00é', 'correlation_id': '\x00'})
        await (await connection.channel()).default_exchange.publish(message, "toys")
asyncio.run(main())
EOF
