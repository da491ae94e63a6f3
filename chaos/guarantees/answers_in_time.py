"""Deadlines of the calls behind a request: a service that does not answer is not waited for until the gateway gives up.

The gateway's own bound (`honest_errors`) hides calls that wait for ever; this one adds up what the shop documents of each call:
`CALL_TIMEOUT_S`, `SAGA_TIMEOUT_S`, `ORDER_WAIT_S` and `ORDER_ACCEPT_S`. For runs in which nothing is stopped but what is
called.
"""

from collections.abc import Mapping
from types import MappingProxyType

from chaos.observations import catalogue, identity
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER, READ_ORDER
from harness.checkers import answered_within
from harness.history import ClientLag, History
from harness.verdict import Finding, guarantee

CALL_S, SAGA_S, WAIT_S, ACCEPT_S = 5.0, 10.0, 4.0, 1.0
NETWORK_S = 1.5
"""For the network, and for a busy machine."""

BOUNDS_S: Mapping[str, float] = MappingProxyType(
    {
        **dict.fromkeys((identity.LOG_IN, identity.REFRESH_TOKENS, identity.READ_PRODUCT, catalogue.LIST_PRODUCTS), CALL_S),
        **dict.fromkeys((READ_ORDER, identity.LIST_ORDERS, identity.USE_TOKEN, identity.CHANGE_ACCOUNT), 2 * CALL_S),
        **dict.fromkeys((catalogue.SET_PRICE, catalogue.SET_STOCK, catalogue.READ_STOCK), 2 * CALL_S),
        PLACE_ORDER: CALL_S + WAIT_S + ACCEPT_S,
        COMPLETE_ORDER: CALL_S + SAGA_S,
        CANCEL_ORDER: CALL_S + SAGA_S,
    }
)
"""Seconds that the calls behind an operation may take together: who asks, and what is asked for."""


@guarantee
def answers_in_time(history: History) -> Finding:
    """No request takes longer than the calls behind it may take together."""
    finding, lag = Finding(judged=0), ClientLag.of(history)
    for name, bound_s in BOUNDS_S.items():
        finding += answered_within(history.named(name), bound_s + NETWORK_S, lag)
    slow = sum((each.latency_s or 0) > CALL_S - 1 for each in history.named(*BOUNDS_S))
    return finding + Finding(judged=0, counts={"took as long as a call may": slow})
