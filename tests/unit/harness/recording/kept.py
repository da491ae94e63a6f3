"""Records in memory, and the operations that they make."""

from harness.history import History, Operation, Record, Recorder


class Kept(list[Record]):
    """A sink."""

    def __init__(self) -> None:
        super().__init__()
        self.recorder = Recorder(self)

    def write(self, record: Record) -> None:
        """See Sink."""
        self.append(record)

    @property
    def operations(self) -> tuple[Operation, ...]:
        """What was done so far."""
        return History(self).operations

    @property
    def only(self) -> Operation:
        """The one operation there is."""
        (operation,) = self.operations
        return operation
