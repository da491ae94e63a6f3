"""What the shop holds of its machine and its servers, before the workload and at rest after it: memory and connections."""

from collections.abc import Mapping, Sequence

from chaos.observations.health_over_time import MEMORY, MemoryRow
from chaos.observations.rest import CONNECTIONS, ConnectionsRow
from harness.history import Row, row_of
from harness.stack.view import StackView
from harness.system.connections import Held, NotCountedError, held
from harness.system.resident import resident_bytes


class Resources:
    """Compared with the steady state, so that a stack which ran already can be used."""

    def __init__(self, stack: StackView) -> None:
        self._stack = stack
        self._held: Mapping[tuple[str, str], Held] | None = None
        self._resident: Mapping[str, int] = {}

    def remember(self) -> None:
        """Take what is held now for what was before."""
        self._held = self._counted()
        self._resident = resident_bytes(self._stack)

    def observed(self) -> Sequence[tuple[str, Sequence[Row]]]:
        """Rows by subject. No connections where a server cannot be asked: then nobody knows whether they are leaked."""
        resident = resident_bytes(self._stack)
        memory = (MEMORY, [row_of(MemoryRow(name, self._resident.get(name), after)) for name, after in resident.items()])
        held_before, held_now = self._held, self._counted()
        if held_before is None or held_now is None:
            return [memory]
        rows = [
            ConnectionsRow(each.server, each.kind, each.what, held_before[name].number, each.number, each.clients)
            for name, each in held_now.items()
            if name in held_before
        ]
        return [memory, (CONNECTIONS, [row_of(row) for row in rows])]

    def _counted(self) -> Mapping[tuple[str, str], Held] | None:
        """What servers hold, by server and what it is; None when one of them does not say."""
        try:
            return {(each.server, each.what): each for each in held(self._stack)}
        except NotCountedError:
            return None
