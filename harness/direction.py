"""The two streams of a connection, named as Toxiproxy names them: the proxy and the specs of faults say it by these names."""

from enum import StrEnum


class Direction(StrEnum):
    """Which way bytes flow; the order is the one in which toxics are listed."""

    UPSTREAM = "upstream"  # from the client to the server
    DOWNSTREAM = "downstream"  # from the server to the client
