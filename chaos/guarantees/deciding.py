"""How long what was answered 202 took to be decided: from the answer to the end of the saga that decided it.

Time for which a fault was in force does not count: nobody can decide while what it takes is down. Times of saga steps are those
of the order service's database, in the history's time (`chaos.subject.databases`).
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from chaos.guarantees import joining, reading
from chaos.observations.orders import CANCEL_ORDER, COMPLETE_ORDER, PLACE_ORDER, SAGA_STEPS
from harness.history import FaultPhase, History, Operation

SAGA_OF: Mapping[str, str] = MappingProxyType({PLACE_ORDER: "place", COMPLETE_ORDER: "complete", CANCEL_ORDER: "cancel"})
"""The kind of the saga that decides what an operation asked for."""
UNDER_WAY = 202


def decided(history: History) -> Iterator[tuple[Operation, float]]:
    """The operations answered 202, each with the seconds until it was decided; those that never were are missing.

    Of several sagas the last one counts that had begun before the answer; what was only queued by then has a later one.
    """
    if not reading.was_observed(history, SAGA_STEPS):
        return
    ends = _ends(history)
    bands = _in_force(history)
    for operation in history.named(*SAGA_OF):
        order = joining.order_of(operation)
        if operation.status != UNDER_WAY or operation.completed_ns is None or order is None:
            continue
        sagas = sorted(ends.get((order, SAGA_OF[operation.name]), ()))
        if sagas:
            begun = [each for each in sagas if each[0] <= operation.completed_ns]
            yield operation, _undisturbed_s(operation.completed_ns, (begun or sagas[:1])[-1][1], bands)


def _ends(history: History) -> dict[tuple[str, str], list[tuple[int, int]]]:
    """By order and kind: when each of its sagas began, and when its last step ended (ns)."""
    sagas: dict[str, tuple[tuple[str, str], int, int]] = {}
    for row in reading.saga_steps(history):
        _, _, latest_ns = sagas.get(row.saga_id, ("", 0, row.at_ns))
        sagas[row.saga_id] = (row.subject, row.kind), row.created_ns, max(latest_ns, row.at_ns)
    found: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for about, begun_ns, ended_ns in sagas.values():
        found.setdefault(about, []).append((begun_ns, ended_ns))
    return found


def _in_force(history: History) -> list[tuple[int, int]]:
    """When faults were in force, merged."""
    found: list[tuple[int, int]] = []
    in_force: dict[str, int] = {}
    for record in history.faults:
        if record.phase is FaultPhase.INJECT:
            in_force.setdefault(record.fault, record.time_ns)
        elif record.phase is FaultPhase.HEAL and record.fault in in_force:
            found.append((in_force.pop(record.fault), record.time_ns))
    found += [(begun_ns, history.span_ns[1]) for begun_ns in in_force.values()]
    merged: list[tuple[int, int]] = []
    for begin, end in sorted(found):
        if merged and begin <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((begin, end))
    return merged


def _undisturbed_s(begin_ns: int, end_ns: int, bands: list[tuple[int, int]]) -> float:
    disturbed = sum(max(0, min(end, end_ns) - max(begin, begin_ns)) for begin, end in bands)
    return max(0, end_ns - begin_ns - disturbed) / 1e9
