#!/bin/bash
# rejected-at-once at toys (bits flipped): bits flipped: given up by the broker (delivery_limit), not rejected
# Set the variables in capital letters first: GATEWAY=http://localhost:3000 and so on, as `gauntlet up` prints them.
set -u
# bits flipped
python - <<'EOF'
import aio_pika, asyncio
async def main():
    async with await aio_pika.connect("amqp://nowhere") as connection:
        message = aio_pika.Message(b'g_/\xee do{', **{'headers': {'traceparent': '00-zz-zz-zz', 'tracestate': '=,;', 'baggage': '%%%'}})
        await (await connection.channel()).default_exchange.publish(message, "toys")
asyncio.run(main())
EOF
