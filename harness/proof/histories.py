"""Applies corruptions to legal histories, and asks which guarantees see them."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed

from harness.experiment import RunFolder
from harness.history import History
from harness.proof.draft import Draft
from harness.proof.edits import Edit
from harness.proof.results import Attempt, FalseAlarm, Judged, Proof, lines
from harness.seed import Seed
from harness.verdict import Guarantee, Outcome

LEAST = 4
"""Corruptions that every guarantee must have."""


@dataclass(frozen=True)
class LegalHistory:
    """A kind of legal history: `make` draws one from a seed, in which no guarantee is violated.

    `calm`: nothing disturbed the system in it, so no guarantee may excuse anything by a fault. `vacuous` are guarantees that
    have nothing to judge in it. With `corrupted` false it is only judged as it is.
    """

    name: str
    make: Callable[[Seed], Draft]
    calm: bool = False
    vacuous: frozenset[str] = frozenset()
    corrupted: bool = True


@dataclass(frozen=True)
class Corruption:
    """What went wrong, as a sentence; the guarantee that must fail; and the edit.

    With `calm` it is done to calm histories only, because a fault could excuse it.
    """

    name: str
    guarantee: str
    edit: Edit
    calm: bool = False


def corruptions(guarantee: str, edits: Mapping[str, Edit], *, calm: bool = False) -> tuple[Corruption, ...]:
    """Corruptions of one guarantee, by their sentence."""
    return tuple(Corruption(name, guarantee, edit, calm) for name, edit in edits.items())


@dataclass(frozen=True)
class HistoryProof:
    """What a system offers: legal histories, corruptions, and guarantees that are `exempt` with the reason."""

    name: str
    histories: tuple[LegalHistory, ...]
    corruptions: tuple[Corruption, ...]
    exempt: Mapping[str, str]

    def owing(self, guarantees: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """The guarantees with fewer than LEAST corruptions, and how many they have."""
        have = {name: 0 for name in guarantees if name not in self.exempt}
        for each in self.corruptions:
            have[each.guarantee] = have.get(each.guarantee, 0) + 1
        return tuple((name, number) for name, number in have.items() if number < LEAST)


def prove(
    proof: HistoryProof,
    guarantees: Mapping[str, Guarantee],
    seeds: Iterable[Seed],
    progress: Callable[[str], None] = lambda _text: None,
) -> Proof:
    """Judge every legal history of every seed, then each corruption of each. Raises KeyError for an unknown guarantee."""
    judged = {name: guarantees[name] for name in guarantees if name not in proof.exempt}
    attempts: list[Attempt] = []
    alarms: list[FalseAlarm] = []
    number = 0
    for seed in seeds:
        for legal in proof.histories:
            progress(f"{legal.name}, seed {seed}")
            number += 1
            draft = legal.make(seed)
            alarms += _alarms(draft.history(), judged.values(), legal, seed)
            if legal.corrupted:
                attempts += _attempts(draft, proof.corruptions, guarantees, legal, seed)
    return Proof(
        lines=lines(((each.name, each.guarantee) for each in proof.corruptions), attempts),
        alarms=tuple(alarms),
        histories=number,
        owing=proof.owing(guarantees),
    )


def _alarms(history: History, guarantees: Iterable[Guarantee], legal: LegalHistory, seed: Seed) -> Iterator[FalseAlarm]:
    for guarantee in guarantees:
        outcome, said = judge(guarantee, history)
        if outcome is not (Outcome.VACUOUS if guarantee.name in legal.vacuous else Outcome.PASS):
            yield FalseAlarm(guarantee=guarantee.name, history=legal.name, seed=seed.value, outcome=outcome, said=said)


def _attempts(
    draft: Draft, corruptions: Iterable[Corruption], guarantees: Mapping[str, Guarantee], legal: LegalHistory, seed: Seed
) -> Iterator[Attempt]:
    for corruption in corruptions:
        if (corruption.calm and not legal.calm) or corruption.guarantee in legal.vacuous:
            continue
        corrupted = draft.copy()
        if not _done(corruption, corrupted, seed.stream(legal.name, corruption.guarantee, corruption.name)):
            continue
        outcome, said = judge(guarantees[corruption.guarantee], corrupted.history())
        yield Attempt(
            corruption=corruption.name,
            guarantee=corruption.guarantee,
            history=legal.name,
            seed=seed.value,
            judged={Outcome.FAIL: Judged.SEEN, Outcome.PASS: Judged.MISSED}.get(outcome, Judged.UNDECIDED),
            said=said,
        )


def _done(corruption: Corruption, draft: Draft, random: Random) -> bool:
    """Whether the draft held what the corruption is done to; one that was never possible is told at the end."""
    try:
        return corruption.edit(draft, random)
    except (LookupError, StopIteration):
        return False


def of_runs(proof: HistoryProof, runs: Iterable[RunFolder]) -> Iterator[tuple[HistoryProof, frozenset[str]]]:
    """The proof with the history of a saved run in place of the generated ones, and the guarantees that it was judged by.

    Raises NotARunError, CorruptHistoryError.
    """
    for run in runs:
        history = run.read_history()
        judged = frozenset(run.record().guarantees)
        draft = Draft.of(history)
        legal = LegalHistory(run.path.name, lambda _seed, draft=draft: draft.copy(), calm=not history.faults)  # type: ignore[misc]  # mypy infers no type for a lambda's default
        kept = tuple(each for each in proof.corruptions if each.guarantee in judged)
        yield HistoryProof(proof.name, (legal,), kept, proof.exempt), judged


def judge(guarantee: Guarantee, history: History) -> tuple[Outcome, str]:
    """The outcome for a history, and the first violation or the reason; a judge that raised is UNKNOWN, as in a run."""
    try:
        verdict = guarantee.verdict(history)
    except Exception as error:  # noqa: BLE001 - a judge that raises proves nothing, whatever it raised
        return Outcome.UNKNOWN, f"{type(error).__name__}: {error}"
    return verdict.outcome, verdict.evidence[0].what if verdict.evidence else verdict.why
