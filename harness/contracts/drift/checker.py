"""The checker `drift`: every place is mapped, what is mapped agrees, and what is declared to differ does.

It compares the parts of one version with each other, so it needs no release.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.contracts.documents import Documents
from harness.contracts.drift import columns, constants, mapping
from harness.contracts.drift.compared import Drift, drifts
from harness.contracts.drift.mapping import Apart, Difference, Mapped, Same, mapped, matching
from harness.contracts.drift.openapi_places import openapi_places
from harness.contracts.drift.places import Place
from harness.contracts.drift.proto_places import proto_places
from harness.contracts.finding import Finding, Level

CONTRACT = "drift"
OPENAPI, IMAGE = "openapi.json", "proto.binpb"
_OF_RANGES = {"length": ("min_length", "max_length"), "value": ("min", "max")}


@dataclass(frozen=True)
class DriftChecker:
    """See ContractChecker."""

    name: str = CONTRACT
    about: str = "Models, messages, rules and tables agree on kinds, limits and enums, or say why not."
    released: tuple[str, ...] = ()
    current: tuple[str, ...] = (OPENAPI, IMAGE, columns.DOCUMENT, constants.DOCUMENT, mapping.DOCUMENT)

    def check(self, released: Documents, current: Documents) -> Iterable[Finding]:
        """See ContractChecker. Raises ValidationError for a mapping that is none."""
        tables, code = current.json(columns.DOCUMENT), current.json(constants.DOCUMENT)
        every = [
            *openapi_places(current.json(OPENAPI)),
            *proto_places(current.content(IMAGE)),
            *columns.column_places(tables),
            *constants.constant_places(code),
        ]
        places = {place.name: place for place in every}
        file = mapped(current.json(mapping.DOCUMENT))
        owners = _Owners(places, file)
        found = [*owners.findings()]
        for same in file.same:
            mine = [places[name] for name in owners.of(same)]
            holds = {place.name: most for place in mine if (most := _holds(place, tables)) is not None}
            found += _judged(same, list(drifts(mine, _bounds(same, code), holds)))
        return sorted(set(found))


@dataclass
class _Owners:
    """Who has which place. One that is named in full is had by whoever names it, another by whose pattern matches it."""

    places: Mapping[str, Place]
    file: Mapped
    _by_place: dict[str, list[Same | Apart]] = field(default_factory=dict)
    _nothing: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        names = list(self.places)
        exact: dict[str, list[Same | Apart]] = {}
        loose: dict[str, list[Same | Apart]] = {}
        owners: tuple[Same | Apart, ...] = (*self.file.same, *self.file.apart)
        for owner in owners:
            limiting = [place for places in owner.limits.values() for place in places] if isinstance(owner, Same) else []
            for pattern in (*owner.places, *limiting):
                matched = matching(pattern, names)
                if not matched:
                    self._nothing.append(pattern)
                for name in matched:
                    having = (exact if pattern == name else loose).setdefault(name, [])
                    if owner not in having:
                        having.append(owner)
        self._by_place = {name: exact.get(name) or loose.get(name, []) for name in names}

    def of(self, same: Same) -> list[str]:
        """The places that are compared in one entry."""
        return [name for name, having in self._by_place.items() if having and having[0] is same]

    def findings(self) -> Iterator[Finding]:
        """What is mapped by nobody, by two, and patterns of nothing."""
        for name, having in self._by_place.items():
            if not having:
                yield _error("place-unmapped", name, "it is in no entry of the mapping: what is it the same as, or why apart?")
            elif len(having) > 1 and not name.startswith("domain:"):
                told = " and ".join(each.name if isinstance(each, Same) else "apart" for each in having)
                yield _error("place-mapped-twice", name, f"by {told}: name it in full where it belongs")
        for pattern in self._nothing:
            yield Finding(CONTRACT, "mapping-of-nothing", pattern, Level.WARN, "no place has that name any more")


def _judged(same: Same, found: Sequence[Drift]) -> Iterator[Finding]:
    """Undeclared differences, and declared ones that are none any more."""
    used: set[Difference] = set()
    for drift in found:
        declared = [each for each in same.differences if each.what == drift.what and matching(each.place, [drift.place])]
        used.update(declared)
        if not declared:
            yield _error(drift.rule, f"{same.name}: {drift.what} of {drift.place}", drift.message)
    for each in same.differences:
        if each not in used:
            where = f"{same.name}: {each.what} of {each.place}"
            yield Finding(CONTRACT, "difference-gone", where, Level.WARN, "declared, and not different any more: take it out")


def _bounds(same: Same, code: Mapping[str, Mapping[str, int | list[int]]]) -> dict[str, dict[str, int]]:
    """What constants say about the limits of a thing, by constant."""
    bounds: dict[str, dict[str, int]] = {}
    for limit, place in ((limit, place) for limit, places in same.limits.items() for place in places):
        module, _, name = place.partition(":")[2].rpartition(".")
        value = code.get(module, {}).get(name)
        if isinstance(value, int):
            bounds.setdefault(place, {})[limit] = value
        elif isinstance(value, list) and limit in _OF_RANGES:
            bounds.setdefault(place, {}).update(dict(zip(_OF_RANGES[limit], value, strict=True)))
    return bounds


def _holds(place: Place, tables: Mapping[str, object]) -> int | None:
    return columns.largest(tables, place.name) if place.side == columns.SIDE else None


def _error(rule: str, where: str, message: str) -> Finding:
    return Finding(CONTRACT, rule, where, Level.ERR, message)
