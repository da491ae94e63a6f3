"""Histories of locks, told in the words of a test. Times are seconds after the run began."""

from dataclasses import asdict

from chaos.observations.locks import LOCK_GRANTS, GrantRow
from chaos.observations.stock import MOVEMENTS
from harness.faults.spec import FaultSpec
from harness.history import Fault, FaultPhase, History, Observation, Record, Row, Stage

PRODUCT = "lamp"
MASTERS = ("redis-lock-1", "redis-lock-2", "redis-lock-3")


def ns(seconds: float) -> int:
    return round(seconds * 1e9)


class LockHistory:
    """Who held the lock of one product when, what was written under which token, and what was broken meanwhile."""

    def __init__(self) -> None:
        self.grants: list[Row] = []
        self.movements: list[Row] = []
        self.faults: list[Record] = []

    def held(
        self,
        holder: str,
        token: int,
        began: float,
        ended: float | None,
        *,
        sure: float | None = None,
        votes: int = 3,
        unseen: int = 0,
        product: str = PRODUCT,
        ending: str = "released",
        until: float | None = 0.0,
        set_at: tuple[str, ...] = MASTERS,
        out_of_sight: int = 0,
    ) -> None:
        """Somebody held the lock, surely until `sure` (by default to the end, or only at the beginning if there is none).

        Its TTL ran out at `until` (None: not known), by default 8 s after its end or, without one, its beginning.
        """
        surely = sure if sure is not None else began if ended is None else ended
        over = until if until is None or until else (ended or began) + 8
        row = GrantRow(
            resource=product,
            holder=holder,
            value=f"{holder}:{token}",
            token=token,
            begin_ns=ns(began),
            sure_ns=ns(surely),
            end_ns=None if ended is None else ns(ended),
            ending=ending,
            votes=votes,
            unseen=unseen,
            quorum=2,
            until_ns=None if over is None else ns(over),
            set_at=set_at,
            out_of_sight=out_of_sight,
        )
        self.grants.append(asdict(row))

    def writes(self, token: int | None, *, kind: str = "RESERVE", product: str = PRODUCT) -> None:
        """Product writes under a token."""
        number = len(self.movements) + 1
        entry: Row = {
            "id": number,
            "product_id": product,
            "order_id": f"o{number}",
            "kind": kind,
            "quantity": 1,
            "fence": token,
        }
        self.movements.append(entry)

    def strikes(self, spec: FaultSpec, began: float, ended: float | None, name: str = "") -> None:
        """A fault comes and, most often, goes."""
        self._fault(spec, began, FaultPhase.INJECT, name)
        if ended is not None:
            self._fault(spec, ended, FaultPhase.HEAL, name)

    def done(self) -> History:
        """All of it."""
        end = ns(1000)
        return History(
            (
                *self.faults,
                Observation(time_ns=end, subject=LOCK_GRANTS, rows=tuple(self.grants)),
                Observation(time_ns=end, subject=MOVEMENTS, rows=tuple(self.movements)),
                Stage(time_ns=end, stage="observe", state="end"),
            )
        )

    def _fault(self, spec: FaultSpec, at: float, phase: FaultPhase, name: str) -> None:
        self.faults.append(Fault(time_ns=ns(at), fault=name or f"the {spec.kind}", target=spec.target, phase=phase, spec=spec))
