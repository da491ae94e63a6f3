"""State over time: values that nobody wrote, and states that nobody asked for."""

from chaos.observations import identity
from chaos.observations.orders import ORDERS, READ_ORDER
from chaos.proof.lookups import answered, every, in_state, never_asked, status
from harness.history import Operation
from harness.proof import Draft, Operations, Rows, corruptions


def of_untouched(draft: Draft, read: Operation) -> bool:
    """Reads of orders that nobody asked to complete or cancel."""
    return never_asked(draft, {"id": str(read.input.get("order_id"))})


def at_a_gateway(_draft: Draft, use: Operation) -> bool:
    """Uses of a token at a gateway that showed the account."""
    return use.ok and str(use.input["at"]).startswith("gateway")


AWAITS_PAYMENT = every(answered(201), in_state("RESERVED"), never_asked)
READ = Operations((READ_ORDER,), every(status(200), of_untouched))
SHOWN = Operations((identity.USE_TOKEN,), at_a_gateway)

CORRUPTIONS = corruptions(
    "registers_linearizable",
    {
        "an order is read as paid that nobody asked to complete": READ.answered(status="PAID"),
        "an order is read as cancelled that nobody asked to cancel": READ.answered(status="CANCELLED"),
        "an order rests as paid that nobody asked to complete": Rows(ORDERS, AWAITS_PAYMENT).change(status="PAID"),
        "an order rests as cancelled that nobody asked to cancel": Rows(ORDERS, AWAITS_PAYMENT).change(status="CANCELLED"),
        "a name is shown that nobody wrote": SHOWN.answered(name="Mallory"),
        "a role is shown that nobody gave": SHOWN.answered(role="OWNER"),
    },
)
