"""GET /metrics: the two counters of Toxiproxy under its names, and ours beside them."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from harness.direction import Direction
from harness.proxy.effects import Connections
from harness.proxy.proxies import Proxies
from harness.proxy.replies import flow_body

_LABELS = ["direction", "proxy", "listener", "upstream"]
_FLOWS = {
    "toxiproxy_proxy_received_bytes": ("received", "Bytes that came in."),
    "toxiproxy_proxy_sent_bytes": ("passed", "Bytes that went out."),
    "gauntlet_proxy_dropped_bytes": ("dropped", "Bytes that were thrown away, by a toxic or with their connection."),
}


class ProxyCollector(Collector):
    """Reads the counters when it is asked."""

    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies

    def collect(self) -> Iterator[Metric]:
        """See Collector."""
        flows = {name: CounterMetricFamily(name, text, labels=_LABELS) for name, (_, text) in _FLOWS.items()}
        connections = CounterMetricFamily(
            "gauntlet_proxy_connections", "Connections by what became of them.", labels=["proxy", "outcome"]
        )
        there = GaugeMetricFamily("gauntlet_proxy_open_connections", "Connections at this moment.", labels=["proxy"])
        for proxy in self._proxies:
            for direction in Direction:
                body = flow_body(proxy, direction)
                for name, (key, _) in _FLOWS.items():
                    flows[name].add_metric([direction, proxy.name, proxy.listen, proxy.upstream], body[key])
            counts: Connections = proxy.effects.connections
            for outcome, count in vars(counts).items():
                connections.add_metric([proxy.name, outcome], count)
            there.add_metric([proxy.name], proxy.open_connections)
        yield from (*flows.values(), connections, there)


def exposition(proxies: Proxies) -> bytes:
    """The Prometheus text of all proxies."""
    registry = CollectorRegistry()
    registry.register(ProxyCollector(proxies))
    return generate_latest(registry)
