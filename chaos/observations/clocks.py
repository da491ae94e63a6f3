"""The clocks of a run's servers, as the harness measured them: their offsets from the history's clock."""

from dataclasses import dataclass

CLOCKS = "system.clocks"
"""Subject of the observation (`harness.system.clocks`)."""
THIS_MACHINE, DATABASE = "this machine", "mysql"
"""The clock that the services read, and how the names of database servers begin."""


@dataclass(frozen=True, slots=True)
class ClockRow:
    """`offset_ns` is a clock's time since 1970 minus the history's, ± `error_ns`."""

    clock: str
    offset_ns: int
    error_ns: int
