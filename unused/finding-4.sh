#!/bin/bash
# rejected-at-once at toys (undecodable): undecodable: given up by the broker (delivery_limit), not rejected
# Set the variables in capital letters first: GATEWAY=http://localhost:3000 and so on, as `gauntlet up` prints them.
set -u
# undecodable
python - <<'EOF'
import aio_pika, asyncio
async def main():
    async with await aio_pika.connect("amqp://nowhere") as connection:
        message = aio_pika.Message(b'\x00\xe7D\x18\xe8UL\xbb\x98">\xcfK\xb5\xfd\x10\x06p\x12\xaa\xd0C\x9e\xe1\x83\x13z\x03\xe5=2\xb6\xad\x84\xbee\x1f\xba\x9bu8', **{'headers': {'x-death': 'never', 'x-delivery-count': 999, 'x-first-death-queue': 7}})
        await (await connection.channel()).default_exchange.publish(message, "toys")
asyncio.run(main())
EOF
