"""One trace from the click to the mail: the spans of one POST, in every service that it went through."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest, ExportTraceServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2_grpc import (
    TraceServiceServicer,
    add_TraceServiceServicer_to_server,
)

from chaos.demo_data import FIRST_ADMIN
from harness.stack.attach import AttachedStack, attach
from harness.waiting import wait_until
from tests.integration.shop import ADDRESS

SERVICES = Path("system/services.toml").resolve()
TRACED = ("user", "product", "order", "payment", "notification", "gateway")


class Collector(TraceServiceServicer):
    """Keeps (service, span name) of every span, by trace id."""

    def __init__(self) -> None:
        self.spans: dict[str, set[tuple[str, str]]] = {}

    def Export(  # noqa: N802 - the name of the method on the wire
        self, request: ExportTraceServiceRequest, context: Any
    ) -> ExportTraceServiceResponse:
        """Take spans."""
        for resource in request.resource_spans:
            (service,) = [a.value.string_value for a in resource.resource.attributes if a.key == "service.name"]
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self.spans.setdefault(span.trace_id.hex(), set()).add((service, span.name))
        return ExportTraceServiceResponse()

    def services(self, trace: str) -> set[str]:
        """The services that have sent spans of a trace."""
        return {service for service, _ in self.spans.get(trace, ())}


@pytest.fixture(scope="module")
def collector() -> Iterator[tuple[Collector, int]]:
    server, collector = grpc.server(ThreadPoolExecutor(4)), Collector()
    add_TraceServiceServicer_to_server(collector, server)  # type: ignore[no-untyped-call]  # generated without types
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield collector, port
    finally:
        server.stop(None).wait()


def gauntlet(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "harness.cli", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)  # noqa: S603 - ours
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def shop(collector: tuple[Collector, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttachedStack]:
    folder = tmp_path_factory.mktemp("traced")
    settings = [f"{service}.OTLP_ENDPOINT=http://127.0.0.1:{collector[1]}" for service in TRACED]
    settings += [f"{service}.OTEL_BSP_SCHEDULE_DELAY=100" for service in TRACED]
    given = [word for setting in settings for word in ("--set", setting)]
    try:
        gauntlet(folder, "up", "--detach", "--port", "0", "--topology", str(SERVICES), *given)
        yield attach(folder / ".gauntlet" / "stacks" / "default")
    finally:
        gauntlet(folder, "down")


def in_a_trace() -> tuple[str, dict[str, str]]:
    trace = secrets.token_hex(16)
    return trace, {"traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}


def test_placing_paying_and_the_mail_are_in_the_trace_of_the_click(
    shop: AttachedStack, collector: tuple[Collector, int]
) -> None:
    login = {"email": FIRST_ADMIN, "password": shop.secret("admin")}
    with httpx.Client(base_url=shop.base_url, timeout=20, trust_env=False) as http:
        token = http.post("/auth/login", json=login).raise_for_status().json()["access_token"]
        http.headers["authorization"] = f"Bearer {token}"
        price = {"minor_units": 500, "currency": "EUR"}
        product = http.post("/products", json={"name": "Lamp", "price": price}).raise_for_status().json()["id"]
        http.put(f"/products/{product}/stock", json={"available": 5}).raise_for_status()

        placing, headers = in_a_trace()
        wish = {"items": [{"product_id": product, "quantity": 1}], "delivery_address": ADDRESS}
        order = http.post("/orders", json=wish, headers=headers | {"Idempotency-Key": "1"}).raise_for_status().json()

        authorise = {"amount": order["total"], "reference": order["id"]}
        paid_with = httpx.post(f"http://{shop.address('provider', 'http')}/v1/payments", json=authorise, trust_env=False)
        paying, headers = in_a_trace()
        payment = {"payment_id": paid_with.raise_for_status().json()["id"]}
        http.post(f"/orders/{order['id']}/complete", json=payment, headers=headers).raise_for_status()

    seen = collector[0]

    def all_of(trace: str, services: set[str]) -> bool:
        return seen.services(trace) >= services

    try:
        wait_until(lambda: all_of(placing, {"gateway", "user", "order", "product"}), what="placing is one trace", timeout_s=20)
        through = {"gateway", "user", "order", "product", "payment", "notification"}
        wait_until(lambda: all_of(paying, through), what="paying is one trace, to the mail", timeout_s=20)
    except Exception:
        sys.stderr.write(json.dumps({name: sorted(seen.spans.get(name, ())) for name in (placing, paying)}, indent=1))
        raise
