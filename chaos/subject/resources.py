"""What the shop holds of its machine and its servers, before the workload and at rest after it: memory and connections."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from chaos.observations.health_over_time import MEMORY, MemoryRow
from chaos.observations.rest import CONNECTIONS, ConnectionsRow
from harness.history import Row
from harness.stack.view import StackView
from harness.system.connections import Held, NotCountedError, held
from harness.system.resident import resident_bytes


class Resources:
    """Compared with the steady state, so that a stack which ran already can be used."""

    def __init__(self, stack: StackView) -> None:
        self._stack = stack
        self._held: Mapping[tuple[str, str], Held] = {}
        self._resident: Mapping[str, int] = {}

    def remember(self) -> None:
        """Take what is held now for what was before. Raises NotCountedError."""
        self._held = {(each.server, each.what): each for each in held(self._stack)}
        self._resident = resident_bytes(self._stack)

    def observed(self) -> Sequence[tuple[str, Sequence[Row]]]:
        """Rows by subject. No connections where a server cannot be asked: then nobody knows whether they are leaked."""
        resident = resident_bytes(self._stack)
        memory = (MEMORY, [asdict(MemoryRow(name, self._resident.get(name), after)) for name, after in resident.items()])
        try:
            now = held(self._stack)
        except NotCountedError:
            return [memory]
        rows = [
            ConnectionsRow(each.server, each.kind, each.what, before.number, each.number, each.clients)
            for each in now
            if (before := self._held.get((each.server, each.what))) is not None
        ]
        return [memory, (CONNECTIONS, [asdict(row) for row in rows])]
