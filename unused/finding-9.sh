#!/bin/bash
# rejected-at-once at toys (empty): empty: given up by the broker (delivery_limit), not rejected
# Set the variables in capital letters first: GATEWAY=http://localhost:3000 and so on, as `gauntlet up` prints them.
set -u
# empty
python - <<'EOF'
import aio_pika, asyncio
async def main():
    async with await aio_pika.connect("amqp://nowhere") as connection:
        message = aio_pika.Message(b'', **{})
        await (await connection.channel()).default_exchange.publish(message, "toys")
asyncio.run(main())
EOF
