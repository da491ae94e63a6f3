"""How our own clients reach what is under test: directly. Everything is on loopback, and the user's proxy variables
(http_proxy, all_proxy, grpc_proxy …) have no say in it.

httpx clients are made with `trust_env=False`; `tests/unit/test_loopback.py` finds those that are not.
"""

NO_PROXY: tuple[tuple[str, int], ...] = (("grpc.enable_http_proxy", 0),)
"""Options of a gRPC channel."""
