"""Fuzzes every unary RPC of a system, instance by instance.

In rounds: each RPC gets a number of calls drawn from the seed, then all again with others, until the time is over. After
each RPC its instance must be the same process and serve by health v1. A fault is shrunk, and sent again before it is told.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import grpc
from google.protobuf.json_format import ParseDict
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from hypothesis import strategies as st

from harness.fuzz.finding import Finding
from harness.fuzz.fuzzing import Fuzzing
from harness.fuzz.grpc.calls import DEADLINES_S, HUGE_METADATA, OVERSIZED, PATIENCE_S, Call, metadata, send
from harness.fuzz.grpc.certain import certain
from harness.fuzz.grpc.judging import UNIMPLEMENTED, Fault, fault_of
from harness.fuzz.grpc.reflection import Method, methods_of
from harness.fuzz.grpc.requests import Known, bodies
from harness.fuzz.grpc.sampled import Sampled, Target
from harness.fuzz.grpc.search import search
from harness.fuzz.grpc.wire import encoded, entries_of
from harness.loopback import NO_PROXY

FUZZER = "grpc"
FIRST_CALLS, CALLS = 12, 40
"""Drawn calls of each RPC in the first round, which has to get to all of them, and in every further one."""
_LIMITS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.enable_retries", 0),
)

Sample = Callable[[int], Sampled]
"""What is known in a round. Calls use samples up (a token that works once, a thing that is deleted): each round has its own."""


class GrpcFuzzer:
    """Fuzzes the RPCs of `targets`; a service's instances take turns."""

    def __init__(self, fuzzing: Fuzzing, targets: Mapping[str, Sequence[Target]], sample: Sample) -> None:
        self._fuzzing = fuzzing
        self._targets = targets
        self._sample = sample
        self._statuses: dict[str, Counter[str]] = {}
        self._left_out = 0

    def run(self, rounds: int | None = None) -> None:
        """Fuzz until the time is over, or for `rounds` rounds. Raises grpc.RpcError when an instance serves no reflection."""
        every = [target for instances in self._targets.values() for target in instances]
        channels = {target.name: grpc.insecure_channel(target.address, options=(*NO_PROXY, *_LIMITS)) for target in every}
        try:
            methods = {service: methods_of(channels[at[0].name]) for service, at in self._targets.items()}
            if streaming := sorted({m.rpc for found in methods.values() for m in found if m.streaming}):
                self._fuzzing.note(f"not fuzzed, because they stream: {', '.join(streaming)}")
            number = 0
            while not self._fuzzing.over and number != rounds:
                sampled = self._sample(number)
                attacks = [
                    _Attack(target, channels[target.name], method, number, sampled)
                    for service, instances in self._targets.items()
                    for target in (instances[number % len(instances)],)
                    for method in methods[service]
                    if not method.streaming
                ]
                self._fuzzing.seed.stream("order", number).shuffle(attacks)  # so that no RPC is always the one without time
                for step in (self._open, self._stretch, self._attack):
                    for attack in attacks:
                        step(attack)
                number += 1
                self._fuzzing.note(self._progress(number))
            self._tell_gaps([m.rpc for found in methods.values() for m in found if not m.streaming], sampled)
        finally:
            for channel in channels.values():
                channel.close()

    def _progress(self, number: int) -> str:
        calls = sum(sum(counts.values()) for counts in self._statuses.values())
        ok = sum("OK" in counts for counts in self._statuses.values())
        harmful = f", {self._left_out} left out as harmful" if self._left_out else ""
        return f"round {number}: {calls} calls of {len(self._statuses)} RPCs, {ok} of them reached OK{harmful}"

    def _tell_gaps(self, rpcs: Sequence[str], sampled: Sampled) -> None:
        for rpc in rpcs:
            if "OK" not in self._statuses.get(rpc, ()) and rpc not in sampled.never_ok:
                self._fuzzing.gap(
                    rpc, f"never answered OK, only {', '.join(sorted(self._statuses.get(rpc, ()))) or 'not called at all'}"
                )

    def _open(self, attack: "_Attack") -> None:
        """The samples of an RPC as they are: each RPC is reached before any is stretched or attacked."""
        self._send(attack, [Call(attack.method.path, encoded(each)) for each in attack.samples])

    def _stretch(self, attack: "_Attack") -> None:
        """What needs to be sent once: nothing at all, what is certain to be odd, too much, and what comes too late."""
        path = attack.method.path
        calls = [Call(path, b"")]
        if attack.number == 0:
            calls += [Call(path, body) for body in certain(attack.method.request, attack.samples)]
            calls += [Call(path, OVERSIZED), Call(path, b"", metadata=HUGE_METADATA)]
            calls += [Call(path, body, timeout_s=0.0) for body in (*map(encoded, attack.samples), b"")]
        self._send(attack, calls)

    def _send(self, attack: "_Attack", calls: Sequence[Call]) -> None:
        for call in calls:
            if not self._fuzzing.over:
                self._fails(attack, call)

    def _attack(self, attack: "_Attack") -> None:
        """Drawn calls of an RPC; then its faults are told, and the health of its instance is asked."""
        fuzzing, method = self._fuzzing, attack.method
        if not fuzzing.over:
            drawn = st.builds(
                Call, path=st.just(method.path), body=bodies(method.request, attack.samples, Known(attack.sampled.known)),
                timeout_s=st.sampled_from(DEADLINES_S), metadata=metadata(),
            )  # fmt: skip
            seed = fuzzing.seed.child(method.rpc, attack.number).value
            examples = CALLS if attack.number else FIRST_CALLS
            search(drawn, lambda call: self._fails(attack, call), seed=seed, examples=examples, over=lambda: fuzzing.over)
        for call, fault in attack.worst.values():
            self._tell(attack, call, fault)
        if lost := attack.lost():
            self._found(Finding(FUZZER, lost.check, method.rpc, lost.message), lambda: attack.lost() is not None)

    def _fails(self, attack: "_Attack", call: Call) -> bool:
        """Send a call; whether its answer has a fault that is not known yet. Keeps the smallest call of each fault."""
        method = attack.method
        if attack.sampled.harmful(method.rpc, call.body):
            self._left_out += 1
            return False
        fault = self._judged(attack, call)
        if fault is None or (fault.check, method.rpc) in self._told:
            return False
        if fault.check not in attack.worst or call.size < attack.worst[fault.check][0].size:
            attack.worst[fault.check] = (call, fault)
        return True

    def _judged(self, attack: "_Attack", call: Call) -> Fault | None:
        answer = send(attack.channel, call, attack.target.metadata)
        self._statuses.setdefault(attack.method.rpc, Counter())[answer.code.name] += 1
        self._fuzzing.tried(attack.method.rpc, answer.code.name)
        fault = fault_of(attack.method, call, answer)
        declared = fault is not None and fault.check == UNIMPLEMENTED and attack.method.rpc in attack.sampled.never_ok
        return None if declared else fault

    def _tell(self, attack: "_Attack", call: Call, fault: Fault) -> None:
        shown = call.shown(attack.method, attack.target.address, attack.target.metadata)

        def again() -> bool:
            second = self._judged(attack, call)
            return second is not None and second.check == fault.check

        self._found(Finding(FUZZER, fault.check, attack.method.rpc, fault.message, (shown,)), again)

    def _found(self, finding: Finding, again: Callable[[], bool]) -> None:
        if not self._fuzzing.known(finding):
            self._fuzzing.found(finding, repeated=again())

    @property
    def _told(self) -> set[tuple[str, str]]:
        return {(each.finding.check, each.finding.target) for each in self._fuzzing.found_so_far}


class _Attack:
    """One RPC in one round; `worst` has the smallest failing call of each check.

    Raises google.protobuf.json_format.ParseError for a sample that does not fit the RPC.
    """

    def __init__(self, target: Target, channel: grpc.Channel, method: Method, number: int, sampled: Sampled) -> None:
        self.target = target
        self.channel = channel
        self.method = method
        self.number = number
        self.sampled = sampled
        self.samples = [entries_of(ParseDict(dict(s), method.request_class()())) for s in sampled.samples.get(method.rpc, ())]
        self.worst: dict[str, tuple[Call, Fault]] = {}
        self._process = target.process()

    def lost(self) -> Fault | None:
        """Whether the instance is another process than at the beginning of the round, or does not serve."""
        name, process = self.target.name, self.target.process()
        if process is None or process != self._process:
            return Fault("same-process", f"{name} died, or was started again, while this RPC was fuzzed")
        try:
            health: Any = HealthStub(self.channel)
            state = health.Check(HealthCheckRequest(), timeout=PATIENCE_S, wait_for_ready=True).status
        except grpc.RpcError as error:
            return Fault("healthy-afterwards", f"{name} does not answer health checks: {error}")
        if state != HealthCheckResponse.SERVING:
            said = HealthCheckResponse.ServingStatus.Name(state)
            return Fault("healthy-afterwards", f"{name} is {said} after this RPC was fuzzed")
        return None
