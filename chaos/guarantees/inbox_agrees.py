"""The inbox of the consumer of orders' events: a row for each event that it handled, by which a second delivery is known.

Each handled event is one confirmation. A row too many is a leak, or an event that was noted and not handled; one too few is an
event that would be handled again.
"""

from chaos.guarantees import reading
from chaos.observations.rest import CONFIRMATIONS, INBOX, InboxRow
from harness.history import History
from harness.verdict import Finding, Violation, guarantee


@guarantee
def inbox_agrees(history: History) -> Finding:
    """At rest a consumer's inbox has one row for each event that it handled, and no other."""
    noted = reading.rows(history, INBOX, InboxRow)
    handled = reading.confirmations(history)
    rested = reading.at_rest(history, INBOX, CONFIRMATIONS)
    wrong = Violation(
        what=f"{len(noted)} events are noted in {INBOX}, and {len(handled)} confirmations were made of them",
        facts={"noted": len(noted), "handled": len(handled)},
    )
    finding = Finding(
        judged=max(len(noted), len(handled)),
        violations=(wrong,) * (rested and len(noted) != len(handled)),
        counts={"events noted": len(noted)},
    )
    return reading.borne_out(finding, rested=rested)
