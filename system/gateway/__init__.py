"""The shop's front door: REST in, gRPC and AMQP out. It keeps no state of its own and trusts nothing that comes in.

Guarantees: whatever a client sends is answered with a documented status, errors are RFC 9457 problems, a fault behind the
gateway is a 503 with Retry-After and never a 500 or a hang, and no order is called accepted before the broker has it.
"""
