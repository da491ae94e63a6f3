"""What a fuzzer found: the operation, what was wrong with the answer or its effect, and the requests that show it again.

Every fuzzer returns these, so that repetition, reports and exit codes exist once.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One wrong answer or effect.

    `fuzzer` is the part that found it ("schemathesis", "across_users", "grpc", "amqp", "model"); `check` the id of what was
    violated; `target` the operation, RPC or queue; `reproduce` commands (curl, python) that show it again, in their order.
    """

    fuzzer: str
    check: str
    target: str
    message: str
    reproduce: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes two findings the same fault."""
        return (self.fuzzer, self.check, self.target)
