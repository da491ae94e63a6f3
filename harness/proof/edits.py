"""Ways to corrupt a history: drop, duplicate, change, swap, reorder a row; change, delay, lose an operation; change events.

An edit is done to one of the rows or operations that it can be done to, drawn from the seed. A value may be a function of the
draft and of what is changed, so that most corruptions of a system are one line of data.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random  # noqa: TID251 - a type only; the numbers come from the run's seed
from typing import Any, TypeAlias, cast

from harness.history import Ending, Operation, Row, of_status
from harness.proof.draft import Draft

Edit: TypeAlias = Callable[[Draft, Random], bool]
"""Corrupts a draft; False (and no change) when it holds nothing that it could be done to."""

OfRow: TypeAlias = Callable[[Draft, Row], Any]
OfOperation: TypeAlias = Callable[[Draft, Operation], Any]


def both(*edits: Edit) -> Edit:
    """All of them, one after the other; done when every one was."""
    return lambda draft, random: all(edit(draft, random) for edit in edits)


def either(*edits: Edit) -> Edit:
    """The first that can be done, in an order drawn from the seed."""
    return lambda draft, random: any(edit(draft, random) for edit in random.sample(edits, len(edits)))


@dataclass(frozen=True)
class Rows:
    """The rows of an observation for which `where` holds."""

    subject: str
    where: OfRow = lambda _draft, _row: True

    def drop(self) -> Edit:
        """One is gone."""
        return self._one(lambda _draft, rows, place: rows.pop(place))

    def drop_all(self) -> Edit:
        """All of them are gone."""

        def edit(draft: Draft, _random: Random) -> bool:
            places = self._places(draft)
            for place in reversed(places):
                draft.rows[self.subject].pop(place)
            return bool(places)

        return edit

    def change(self, **values: Any) -> Edit:
        """Fields of one are others; a callable value is asked with the draft and the row."""
        return self._one(lambda draft, rows, place: rows.__setitem__(place, _changed(draft, rows[place], values)))

    def duplicate(self, **values: Any) -> Edit:
        """One is there twice, the second time with these values."""
        return self._one(lambda draft, rows, place: rows.insert(place + 1, _changed(draft, rows[place], values)))

    def swap(self, *fields: str) -> Edit:
        """Two that differ in these fields exchange them."""

        def edit(draft: Draft, random: Random) -> bool:
            rows, places = draft.rows.get(self.subject, []), self._places(draft)
            random.shuffle(places)
            for other in places[1:]:
                one = places[0]
                if all(rows[one][name] != rows[other][name] for name in fields):
                    first, second = rows[one], rows[other]
                    rows[one] = {**first, **{name: second[name] for name in fields}}
                    rows[other] = {**second, **{name: first[name] for name in fields}}
                    return True
            return False

        return edit

    def add(self, make: Callable[[Draft, Random], Row | None]) -> Edit:
        """One more is there; `make` returns None when it cannot be made."""

        def edit(draft: Draft, random: Random) -> bool:
            row = make(draft, random)
            if row is None:
                return False
            draft.rows.setdefault(self.subject, []).append(row)
            return True

        return edit

    def _places(self, draft: Draft) -> list[int]:
        return [place for place, row in enumerate(draft.rows.get(self.subject, ())) if self.where(draft, row)]

    def _one(self, change: Callable[[Draft, list[Row], int], object]) -> Edit:
        def edit(draft: Draft, random: Random) -> bool:
            places = self._places(draft)
            if places:
                change(draft, draft.rows[self.subject], random.choice(places))
            return bool(places)

        return edit


@dataclass(frozen=True)
class Operations:
    """The operations of some names for which `where` holds."""

    names: tuple[str, ...]
    where: OfOperation = lambda _draft, _operation: True

    def answered(self, code: int | None = None, output: Row | OfOperation | None = None, /, **said: Any) -> Edit:
        """One was answered otherwise: another HTTP status, another output, or some of its fields; callables are asked."""

        def change(draft: Draft, operation: Operation) -> Operation:
            told = operation.output if output is None else cast(Row, _value(output, draft, operation))
            told = {**told, **{name: _value(value, draft, operation) for name, value in said.items()}}
            status = operation.status if code is None else code
            return replace(operation, status=status, ending=of_status(status or 0), output=told, error="")

        return self._one(change)

    def asked(self, **sent: Any) -> Edit:
        """One was sent with other fields than the system took it to have."""
        return self._one(
            lambda draft, operation: replace(
                operation, input={**operation.input, **{name: _value(value, draft, operation) for name, value in sent.items()}}
            )
        )

    def late(self, seconds: float) -> Edit:
        """One was answered so many seconds later."""
        return self._one(lambda _draft, each: replace(each, completed_ns=(each.completed_ns or 0) + round(seconds * 1e9)))

    def lost(self) -> Edit:
        """The answer of one was lost: its outcome is unknown to the client."""
        return self._one(lambda _draft, each: replace(each, ending=Ending.INFO, status=None, output={}, error="ReadTimeout"))

    def drop(self) -> Edit:
        """One was never asked by any client, though the system acted on it."""

        def edit(draft: Draft, random: Random) -> bool:
            places = self._places(draft)
            if places:
                draft.operations.pop(random.choice(places))
            return bool(places)

        return edit

    def drop_all(self) -> Edit:
        """None of them was asked by any client."""

        def edit(draft: Draft, _random: Random) -> bool:
            places = set(self._places(draft))
            draft.operations[:] = [each for place, each in enumerate(draft.operations) if place not in places]
            return bool(places)

        return edit

    def again(self, code: int, output: Row | OfOperation | None = None, /, **changes: Any) -> Edit:
        """One was done once more at the end, and answered so; `changes` are of the operation (`input`, `process` ...)."""

        def edit(draft: Draft, random: Random) -> bool:
            places = self._places(draft)
            if not places:
                return False
            before = draft.operations[random.choice(places)]
            begun_ns = max((each.completed_ns or each.invoked_ns for each in draft.operations), default=0) + 1_000_000
            told = before.output if output is None else cast(Row, _value(output, draft, before))
            draft.operations.append(
                replace(
                    before,
                    id=draft.next_id,
                    invoked_ns=begun_ns,
                    completed_ns=begun_ns + 5_000_000,
                    status=code,
                    ending=of_status(code),
                    output=told,
                    error="",
                    **{name: _value(value, draft, before) for name, value in changes.items()},
                )
            )
            draft.observed_ns = max(draft.observed_ns, begun_ns + 6_000_000)
            return True

        return edit

    def _places(self, draft: Draft) -> list[int]:
        return [place for place, each in enumerate(draft.operations) if each.name in self.names and self.where(draft, each)]

    def _one(self, change: Callable[[Draft, Operation], Operation]) -> Edit:
        def edit(draft: Draft, random: Random) -> bool:
            places = self._places(draft)
            if not places:
                return False
            place = random.choice(places)
            draft.operations[place] = change(draft, draft.operations[place])
            draft.observed_ns = max(draft.observed_ns, (draft.operations[place].completed_ns or 0) + 1)
            return True

        return edit


@dataclass(frozen=True)
class Events:
    """The events of a name, in the order of time."""

    name: str

    def change(self, last: int | None = None, /, *, later_s: float = 0.0, **detail: Any) -> Edit:
        """All of them, or the `last` so many, happened so many seconds later and have other details."""

        def edit(draft: Draft, _random: Random) -> bool:
            places = [place for place, each in enumerate(draft.events) if each.event == self.name]
            for place in places if last is None else places[-last:]:
                event = draft.events[place]
                at_ns = event.time_ns + round(later_s * 1e9)
                draft.events[place] = replace(event, time_ns=at_ns, detail={**event.detail, **detail})
                draft.observed_ns = max(draft.observed_ns, at_ns + 1)
            return bool(places)

        return edit


def _changed(draft: Draft, row: Row, values: dict[str, Any]) -> Row:
    return {**row, **{name: _value(value, draft, row) for name, value in values.items()}}


def _value(value: Any, draft: Draft, of: Row | Operation) -> Any:
    return value(draft, of) if callable(value) else value
