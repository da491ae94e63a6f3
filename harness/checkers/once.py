"""At most once, exactly once: number of effects per subject, by a ledger independent of the system that causes them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.verdict import Finding, Violation


@dataclass(frozen=True, slots=True)
class Effect:
    """`item` (a payment, a mail) was done for `subject` (an order), or undone.

    `reference` and `operations` identify the entry and the operations that led to it in the evidence.
    """

    subject: str
    item: str
    undone: bool = False
    reference: str = ""
    operations: tuple[int, ...] = ()


def at_most_once(effects: Iterable[Effect], *, done: str = "done") -> Finding:
    """Judge, in ledger order, that no subject ever has more than one effect that was not undone.

    An effect that is undone later counts until then. `done` is the verb in the evidence, e.g. "captured".
    """
    standing: dict[str, Counter[str]] = {}
    violations = []
    for effect in effects:
        held = standing.setdefault(effect.subject, Counter())
        if effect.undone:
            held[effect.item] = max(0, held[effect.item] - 1)
            continue
        held[effect.item] += 1
        if held.total() > 1:
            items = sorted(held.elements())
            violations.append(
                Violation(
                    what=f"{effect.subject} was {done} {held.total()} times at once by entry {effect.reference or effect.item}:"
                    f" {', '.join(items)}",
                    operations=effect.operations,
                    facts={"subject": effect.subject, "items": list(items), "entry": effect.reference},
                )
            )
    return Finding(judged=len(standing), violations=tuple(violations))


def exactly_once(
    effects: Iterable[Effect], wanted: Mapping[str, tuple[int, ...]], *, kind: str = "item", done: str = "effect"
) -> Finding:
    """Judge that every wanted subject has exactly one effect, and no other subject has any. Effects are never undone.

    `wanted` has the operations of each subject; `kind` and `done` name both in the evidence.
    """
    items: dict[str, list[str]] = {subject: [] for subject in sorted(wanted)}
    for effect in effects:
        items.setdefault(effect.subject, []).append(effect.item)
    violations = []
    for subject, found in items.items():
        due = subject in wanted
        if len(found) == due:
            continue
        what = (
            f"{kind} {subject} has {len(found)} {done}s in place of 1"
            if due
            else f"{kind} {subject} has a {done} it must not have"
        )
        violations.append(
            Violation(
                what=what,
                operations=wanted.get(subject, ()),
                facts={"subject": subject, "found": list(found), "wanted": int(due)},
            )
        )
    return Finding(judged=len(items), violations=tuple(violations))
