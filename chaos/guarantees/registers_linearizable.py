"""Linearizability: accounts, products and orders are registers that somebody writes and others read.

Reads constrain as writes do: between what was acknowledged and what is read next there is an order that agrees with time, by
whichever client and instance. Refused operations are in no such order.
"""

from chaos.guarantees import registers
from harness.checkers import linearizable
from harness.history import History
from harness.verdict import Finding, guarantee


@guarantee
def registers_linearizable(history: History) -> Finding:
    """What is told of an account, a product or an order is what was written last, in one order that agrees with time."""
    told = [*registers.statuses(history), *registers.at_rest(history)]
    return (
        linearizable(told, registers.placed(history), kind="the status of order")
        + linearizable(registers.names(history), {}, kind="the name of user")
        + linearizable(registers.addresses(history), {}, kind="the address of user")
        + linearizable(registers.roles(history), {}, kind="the role of user")
        + linearizable(registers.passwords(history), {}, kind="the password of user")
        + linearizable(registers.products(history), {}, kind="the")
    )
