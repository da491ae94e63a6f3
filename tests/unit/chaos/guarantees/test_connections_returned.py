"""connections_returned and inbox_agrees: what servers and inboxes hold at rest that they need not."""

from dataclasses import asdict

import pytest

from chaos.guarantees.connections_returned import MORE, connections_returned
from chaos.guarantees.inbox_agrees import inbox_agrees
from chaos.guarantees.reading import NotAtRestError
from chaos.observations.rest import CONFIRMATIONS, CONNECTIONS, INBOX, ConnectionsRow
from harness.history import History, NotObservedError, Observation
from harness.verdict import Outcome


def holding(*rows: ConnectionsRow) -> History:
    return History([Observation(time_ns=1, subject=CONNECTIONS, rows=tuple(asdict(row) for row in rows))])


@pytest.mark.parametrize("kind", MORE)
def test_a_server_may_hold_as_much_more_as_pools_keep(kind: str) -> None:
    most = 5 + 3 * MORE[kind]
    assert connections_returned.verdict(holding(ConnectionsRow("it", kind, "channels", 5, most, 3))).outcome is Outcome.PASS
    verdict = connections_returned.verdict(holding(ConnectionsRow("it", kind, "channels", 5, most + 1, 3)))
    (violation,) = verdict.evidence
    assert violation.what == f"it holds {most + 1} channels, and held 5 before the workload: {most - 4} more, of 3 instances"
    assert verdict.counts == {"judged": 1, "largest growth": most - 4}


def test_where_no_server_was_asked_nothing_is_known() -> None:
    with pytest.raises(NotObservedError):
        connections_returned.verdict(History([]))
    assert connections_returned.verdict(holding()).outcome is Outcome.VACUOUS


def noted(events: int, confirmations: int, *, at_rest: bool = True) -> History:
    return History(
        [
            Observation(
                time_ns=1, subject=INBOX, at_rest=at_rest, rows=tuple({"message_id": f"m{each}"} for each in range(events))
            ),
            Observation(
                time_ns=1,
                subject=CONFIRMATIONS,
                at_rest=at_rest,
                rows=tuple({"order_id": f"o{each}", "state": "SENT"} for each in range(confirmations)),
            ),
        ]
    )


@pytest.mark.parametrize(
    ("events", "confirmations", "outcome"),
    [(3, 3, Outcome.PASS), (4, 3, Outcome.FAIL), (2, 3, Outcome.FAIL), (0, 3, Outcome.FAIL), (0, 0, Outcome.VACUOUS)],
)
def test_an_inbox_has_a_row_for_each_event_that_was_handled(events: int, confirmations: int, outcome: Outcome) -> None:
    assert inbox_agrees.verdict(noted(events, confirmations)).outcome is outcome


def test_an_event_on_its_way_is_no_leak() -> None:
    with pytest.raises(NotAtRestError):
        inbox_agrees.verdict(noted(4, 3, at_rest=False))
