"""Rest and health: what is left unfinished, answers that were not true or came too late, a system that does not recover."""

from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from chaos.observations.health_over_time import ERRORS_COUNTED, LOG_ALARMS, MEMORY
from chaos.observations.orders import (
    AT_THE_SHOP,
    CANCEL_ORDER,
    COMPLETE_ORDER,
    ORDERS,
    PLACE_ORDER,
    READ_ORDER,
    SAGA_STEPS,
    SAGAS,
)
from chaos.observations.rest import CONFIRMATIONS, CONNECTIONS, HEALTH, INBOX, ORDER_OUTBOX, PAYMENT_OUTBOX, QUEUES
from chaos.observations.stock import RESERVATIONS
from chaos.proof.lookups import answered, answered_well, beyond, in_state, status, where
from harness.history import CLIENT_STALLED, PROBED, Event, Operation, Row
from harness.proof import Draft, Edit, Events, Operations, Rows, both, corruptions

SAGA: Row = {"id": "s", "kind": "complete", "subject": "o", "state": "RUNNING", "step": 1, "attempts": 9}
MESSAGE: Row = {"message_id": "m", "topic": "order.paid", "attempts": 9}
AN_ORDER = "00000000-0000-4000-8000-0000000000ee"

UNFINISHED = corruptions(
    "sagas_terminate",
    {
        "an order was never decided": Rows(ORDERS).change(status="PENDING"),
        "an order's time to pay is over, and nothing happens": Rows(ORDERS, where(status="EXPIRED")).change(
            status="RESERVED", overdue=1
        ),
        "a saga is still under way": Rows(SAGAS).add(lambda _draft, _random: SAGA),
        "an event never left order": Rows(ORDER_OUTBOX).add(lambda _draft, _random: MESSAGE),
        "a mail never left payment": Rows(PAYMENT_OUTBOX).add(lambda _draft, _random: MESSAGE),
        "a message is left in a queue": Rows(QUEUES).change(messages=1),
        "a mail is still to be sent": Rows(CONFIRMATIONS).change(state="SENDING"),
        "a cancelled order keeps its units": Rows(RESERVATIONS, in_state("CANCELLED")).change(state="RESERVED"),
        "an expired order keeps its units": Rows(RESERVATIONS, in_state("EXPIRED")).change(state="RESERVED"),
        "a paid order's units are not sold": Rows(RESERVATIONS, in_state("PAID")).change(state="RESERVED"),
        "a paid order's units were given back": Rows(RESERVATIONS, in_state("PAID")).change(state="RELEASED"),
        "a paid order has no reservation": Rows(RESERVATIONS, in_state("PAID")).drop(),
        "units are held for an order that there is not": Rows(RESERVATIONS, where(state="CONFIRMED")).duplicate(
            order_id=AN_ORDER, state="RESERVED"
        ),
    },
)


def client_stalled(seconds: float) -> Edit:
    """The clients were late for so long while the operation was under way that took longest."""

    def edit(draft: Draft, _random: Random) -> bool:
        longest = max(draft.operations, key=lambda each: each.latency_s or 0.0)
        at_ns = longest.invoked_ns + round(seconds * 1e9) + 1
        draft.events.append(Event(time_ns=at_ns, event=CLIENT_STALLED, subject="", detail={"seconds": seconds}))
        return True

    return edit


def put_off(kind: str, operation: str) -> Edit:
    """A saga of this kind, of an order of which such an operation was answered 202, ended 45 s later."""

    def answered_202(draft: Draft, row: Row) -> bool:
        asked = (each for each in draft.operations if each.name == operation and each.status == 202)
        return row["kind"] == kind and row["subject"] in {each.input.get("order_id") or each.output.get("id") for each in asked}

    return Rows(SAGA_STEPS, answered_202).change(at_ns=beyond("at_ns", 45 * 10**9))


DAWDLING = corruptions(
    "sagas_terminate",
    {
        "an order that was answered 202 is decided 45 s later": put_off("place", PLACE_ORDER),
        "a payment that was answered 202 is decided 45 s later": put_off("complete", COMPLETE_ORDER),
    },
    calm=True,
)

ASKED = Operations(AT_THE_SHOP, lambda _draft, operation: operation.completed_ns is not None)
COMPLETED = Operations((COMPLETE_ORDER,), status(200))
CANCELLED = Operations((CANCEL_ORDER,), status(200))

DISHONEST = corruptions(
    "honest_errors",
    {
        "an answer is 500": ASKED.answered(500, {"status": 500, "code": "INTERNAL"}),
        "a read is answered 500": Operations((READ_ORDER,)).answered(500, {"status": 500}),
        "a 503 names an address": ASKED.answered(503, {"type": "t", "detail": "ipv4:10.0.0.7:50051: connection refused"}),
        "a 503 names an exception": ASKED.answered(503, {"type": "t", "detail": "no answer: ConnectError('refused')"}),
        "an answer takes 17 s": ASKED.late(17.0),
        "a request hangs for two minutes and is reset": ASKED.late(120.0),
        "an answer takes 17 s, and its client was late for 0.7 s of them": both(ASKED.late(17.0), client_stalled(0.7)),
        "a request hangs for two minutes, and its client for 3 s": both(ASKED.late(120.0), client_stalled(3.0)),
        "a 200 on complete, and the order is not paid": Rows(ORDERS, answered_well(COMPLETE_ORDER)).change(status="RESERVED"),
        "a 200 on cancel, and the order is not cancelled": Rows(ORDERS, answered_well(CANCEL_ORDER)).change(status="RESERVED"),
        "a 201, and the order was rejected": Rows(ORDERS, answered(201)).change(status="REJECTED"),
        "a 202, and the order is never decided": Rows(ORDERS, answered(202)).change(status="PENDING"),
        "a 202, and the order is not there": Rows(ORDERS, answered(202)).drop(),
        "a refused completion is answered 200": Operations((COMPLETE_ORDER,), in_state("CANCELLED")).answered(
            200, {"id": AN_ORDER}
        ),
        "a refused cancellation is answered 200": Operations((CANCEL_ORDER,), in_state("PAID")).answered(200, {"id": AN_ORDER}),
    },
)


def last_asked(draft: Draft, operation: Operation) -> bool:
    """The last operations: those that began more than 31 s after the last heal."""
    healed_ns = max((record.time_ns for record in draft.faults), default=0)
    return bool(draft.faults) and operation.invoked_ns > healed_ns + 31 * 10**9


PROBES = Events(PROBED)
LATE = Operations((PLACE_ORDER, READ_ORDER), last_asked)
ILL = corruptions(
    "recovers",
    {
        "the probe is never served": PROBES.change(well=False, said="place_order at gateway-1 was answered 503"),
        "the probe is served, and then is not": PROBES.change(1, well=False, said="read_order at gateway-2 was answered 404"),
        "the probe is served at one gateway only": PROBES.change(2, well=False, said="ConnectError"),
        "the probe is served 31 s after the heal": PROBES.change(later_s=31.0),
        "an order is refused with 503 long after the heal": LATE.answered(503, {"status": 503, "code": "UNAVAILABLE"}),
        "an answer is 500 long after the heal": LATE.answered(500, {"status": 500, "code": "INTERNAL"}),
        "an answer is lost long after the heal": LATE.lost(),
        "the gateway is not ready at the end": Rows(HEALTH, where(part="GET /health/ready")).change(well=False),
        "a member is dead at the end": Rows(HEALTH).change(well=False, detail="exited 137"),
    },
)

ALARM: Row = {"member": "order-1", "why": "traceback", "line": "Traceback (most recent call last):"}
LOUD = corruptions(
    "quiet_logs",
    {
        "a member logs a traceback": Rows(LOG_ALARMS).add(lambda _draft, _random: ALARM),
        "a member logs a critical line": Rows(LOG_ALARMS).add(lambda _draft, _random: {**ALARM, "why": "critical"}),
        "a member counts an answer INTERNAL": Rows(ERRORS_COUNTED, where(status="INTERNAL")).change(count=1),
        "a member counts answers UNKNOWN": Rows(ERRORS_COUNTED, where(status="UNKNOWN")).change(count=99),
        "a member counts an answer 500": Rows(ERRORS_COUNTED).change(status="500", count=1),
    },
)

MIB = 1 << 20
LEAKS = corruptions(
    "memory_bounded",
    {
        "a member grows to a gibibyte": Rows(MEMORY).change(after=1024 * MIB),
        "a member grows by a byte too much": Rows(MEMORY).change(after=lambda _draft, row: row["before"] + 128 * MIB + 1),
        "the order service grows": Rows(MEMORY, where(member="order-1")).change(after=300 * MIB),
        "a member that was small grows": Rows(MEMORY).change(before=0, after=129 * MIB),
    },
)

HELD = Rows(CONNECTIONS)
KEPT = corruptions(
    "connections_returned",
    {
        "every order left a channel open": Rows(CONNECTIONS, where(what="channels")).change(after=300),
        "every order left a connection to the broker open": Rows(CONNECTIONS, where(server="rabbitmq")).change(after=300),
        "every order left a connection to the database open": Rows(CONNECTIONS, where(server="mysql")).change(after=150),
        "every request left a connection to the cache open": Rows(CONNECTIONS, where(kind="redis")).change(after=2000),
        "a server that held none holds a thousand": HELD.change(before=0, after=1000),
    },
)
NOTES = Rows(INBOX)
NOTED = corruptions(
    "inbox_agrees",
    {
        "an event was noted twice": NOTES.duplicate(message_id="another name of it"),
        "an event was noted and not handled": Rows(CONFIRMATIONS).drop(),
        "an event that was handled was not noted": NOTES.drop(),
        "the inbox forgets everything": NOTES.drop_all(),
    },
)

CORRUPTIONS = (*UNFINISHED, *DAWDLING, *DISHONEST, *ILL, *LOUD, *LEAKS, *KEPT, *NOTED)
