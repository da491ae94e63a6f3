"""Histories of locks, told in the words of a test. Times are seconds after the run began."""

from dataclasses import asdict

from chaos.observations.events import SAGA_POSTPONED
from chaos.observations.locks import (
    LOCK_ATTEMPTS,
    LOCK_GRANTS,
    LOCK_SETTINGS,
    LOCK_STRAYS,
    LOCK_UNWATCHED,
    AttemptRow,
    GrantRow,
    LockSettingsRow,
    StrayRow,
    VoteRow,
)
from chaos.observations.orders import PLACE_ORDER
from chaos.observations.stock import MOVEMENTS
from harness.faults.spec import FaultSpec
from harness.history import Completion, Ending, Event, Fault, FaultPhase, History, Invoke, Observation, Record, Row, Stage

PRODUCT = "lamp"
TTL_S, WAIT_S = 8.0, 4.0
MASTERS = ("redis-lock-1", "redis-lock-2", "redis-lock-3")


def ns(seconds: float) -> int:
    return round(seconds * 1e9)


class LockHistory:
    """Who held the lock of one product when, what was written under which token, and what was broken meanwhile."""

    def __init__(self) -> None:
        self.grants: list[Row] = []
        self.movements: list[Row] = []
        self.faults: list[Record] = []
        self.attempts: list[Row] = []
        self.strays: list[Row] = []
        self.unwatched: list[Row] = []
        self.others: list[Record] = []

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
        value: str = "",
    ) -> None:
        """Somebody held the lock, surely until `sure` (by default to the end, or only at the beginning if there is none).

        Its TTL ran out at `until` (None: not known), by default 8 s after its end or, without one, its beginning.
        """
        surely = sure if sure is not None else began if ended is None else ended
        over = until if until is None or until else (ended or began) + 8
        row = GrantRow(
            resource=product,
            holder=holder,
            value=value or f"{holder}:{token}",
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

    def tries(
        self,
        value: str,
        at: float,
        *,
        on: tuple[str, ...] = MASTERS,
        met: str = "",
        released: float | None = 0.0,
        ttl: float = TTL_S,
        sets: int = 1,
    ) -> None:
        """An attempt asks masters; they set it unless they `met` another's value. Released 0.1 s later, or never (None)."""
        free = () if met else on
        gone = at + 0.1 if released == 0 else released
        votes = tuple(
            VoteRow(
                master,
                asked_ns=ns(at),
                met=met,
                set_ns=ns(at) if master in free else None,
                sets=sets if master in free else 0,
                until_ns=ns(at + ttl) if master in free else None,
                released_ns=None if gone is None else ns(gone),
            )
            for master in on
        )
        holder = value.rpartition(":")[0]
        self.attempts.append(asdict(AttemptRow(value, holder, (PRODUCT,), ns(at), (round(ttl * 1000),), votes)))

    def strays_on(self, master: str, at: float, value: str, found: str, left: float, command: str = "DEL") -> None:
        """A master executes a command on a key that holds another's value."""
        self.strays.append(asdict(StrayRow(master, ns(at), command, PRODUCT, value, found, ns(left))))

    def puts_off(self, order: str, sent: float, put_off: float, attempts: int = 1) -> None:
        """An order is sent, and its first step is put off."""
        number = len(self.others)
        told: Row = {"kind": "place", "state": "RUNNING", "step": 0, "attempts": attempts, "by": "order-1:1"}
        self.others += [
            Invoke(time_ns=ns(sent), id=number, process="b", operation=PLACE_ORDER, input={}),
            Completion(
                time_ns=ns(sent),
                id=number,
                process="b",
                operation=PLACE_ORDER,
                output={"id": order},
                status=202,
                type=Ending.OK,
            ),
            Event(time_ns=ns(put_off), event=SAGA_POSTPONED, subject=order, detail=told),
        ]

    def writes(self, token: int | None, *, kind: str = "RESERVE", product: str = PRODUCT, at: float | None = None) -> None:
        """Product writes under a token; at a time, if that is known."""
        number = len(self.movements) + 1
        entry: Row = {
            "id": number,
            "product_id": product,
            "order_id": f"o{number}",
            "kind": kind,
            "quantity": 1,
            "fence": token,
            "created_ns": None if at is None else ns(at),
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
                *self.others,
                Observation(time_ns=end, subject=LOCK_ATTEMPTS, rows=tuple(self.attempts)),
                Observation(time_ns=end, subject=LOCK_STRAYS, rows=tuple(self.strays)),
                Observation(time_ns=end, subject=LOCK_UNWATCHED, rows=tuple(self.unwatched)),
                Observation(time_ns=end, subject=LOCK_SETTINGS, rows=(asdict(LockSettingsRow(TTL_S, WAIT_S)),)),
                Observation(time_ns=end, subject=LOCK_GRANTS, rows=tuple(self.grants)),
                Observation(time_ns=end, subject=MOVEMENTS, rows=tuple(self.movements)),
                Stage(time_ns=end, stage="observe", state="end"),
            )
        )

    def _fault(self, spec: FaultSpec, at: float, phase: FaultPhase, name: str) -> None:
        self.faults.append(Fault(time_ns=ns(at), fault=name or f"the {spec.kind}", target=spec.target, phase=phase, spec=spec))
