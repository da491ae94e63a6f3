"""Messages that can never be handled: refused into the dead-letter queue, where somebody can look at them.

Such messages are published by the fault `poison`, which asks the broker for them while it is in force, more than once. That
they are not there within its bound is the shop's failure, and not one of the fault to take effect.
"""

from chaos.observations.rest import POISON
from harness.history import Fault, FaultPhase, History
from harness.verdict import Finding, Violation, guarantee


@guarantee
def hopeless_messages_kept(history: History) -> Finding:
    """A message that can never be handled ends in the dead-letter queue, and is never swallowed."""
    proofs = [
        each for each in history.faults if each.spec is not None and each.spec.kind == POISON and each.phase is FaultPhase.PROOF
    ]
    swallowed = tuple(
        Violation(
            what=f"of {len(_messages(each))} messages that can never be handled, not all were refused: {each.detail}",
            facts={"fault": each.fault},
        )
        for each in proofs
        if not each.proven
    )
    return Finding(
        judged=len(proofs),
        violations=swallowed,
        counts={"hopeless messages": sum(len(_messages(each)) for each in proofs)},
    )


def _messages(fault: Fault) -> list[str]:
    found = fault.spec.parameters.get("messages") if fault.spec else None
    return list(found) if isinstance(found, dict) else []
