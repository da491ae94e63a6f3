"""What a consumer declares that it uses, as data: one TOML file each, and all of them as one document (`consumers.json`).

    name = "gateway"
    code = ["system/gateway/"]              # what it consists of; traffic of this code is checked against the declaration
    handles = ["NOT_FOUND"]                 # statuses that it handles whatever it asks, at `handled_at`

    [rpc."shop.order.v1.OrderService/GetOrder"]
    at = ["system/gateway/routes/orders.py:read_order"]
    sends = ["shop.order.v1.GetOrderRequest.order_id"]
    codes = ["NOT_FOUND", "OK"]             # handled here besides
    [rpc."shop.order.v1.OrderService/GetOrder".reads]
    "system/gateway/models/orders.py:Order.of" = ["shop.order.v1.Order.id"]

Tables are `rpc` (by method), `message` (by type, with `consumes` and `publishes`: ways such as `shop.events:order.paid`) and
`rest` (by operation; fields are paths, those read begin with the status).
"""

import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness.contracts.documents import Documents

DOCUMENT = "consumers.json"
KINDS = ("rpc", "message", "rest")
LISTS = ("at", "sends", "codes", "consumes", "publishes")


class DeclarationError(Exception):
    """A declaration that cannot be understood; names the file and what is wrong."""


@dataclass(frozen=True)
class Use:
    """One method, message type or operation that a consumer uses. `reads` are fields by place, the rest is as in the file."""

    kind: str
    name: str
    at: tuple[str, ...] = ()
    sends: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    consumes: tuple[str, ...] = ()
    publishes: tuple[str, ...] = ()
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def fields_read(self) -> tuple[str, ...]:
        """Every field that is read, once."""
        return tuple(sorted({each for fields in self.reads.values() for each in fields}))

    def places_of(self, name: str) -> tuple[str, ...]:
        """Where a field is read; for anything else, where it is used at all."""
        return (
            tuple(place for place, fields in sorted(self.reads.items()) if name in fields)
            or self.at
            or tuple(sorted(self.reads))
        )


@dataclass(frozen=True)
class Consumer:
    """Who uses interfaces. One that is `outside` is declared by hand: none of its traffic is ours to record."""

    name: str
    about: str = ""
    outside: bool = False
    code: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    handled_at: str = ""
    uses: tuple[Use, ...] = ()

    def uses_of(self, kind: str) -> tuple[Use, ...]:
        """Its uses of one kind."""
        return tuple(use for use in self.uses if use.kind == kind)

    def names(self, places: Iterable[str]) -> tuple[str, ...]:
        """The consumer with each place of use, as a finding shows it."""
        return tuple(f"{self.name} ({place})" for place in places) or (self.name,)


def load(folder: Path) -> tuple[Consumer, ...]:
    """The declarations of a folder, by name. Raises DeclarationError."""
    found = []
    for file in sorted(folder.glob("*.toml")):
        try:
            found.append(from_table(tomllib.loads(file.read_text(encoding="utf-8"))))
        except (tomllib.TOMLDecodeError, DeclarationError) as error:
            raise DeclarationError(f"{file}: {error}") from error
        if found[-1].name != file.stem:
            raise DeclarationError(f"{file}: it declares {found[-1].name!r}; call the file {found[-1].name}.toml")
    if not found:
        raise DeclarationError(f"{folder} declares no consumers; write one with `gauntlet contracts consumers derive`")
    return tuple(found)


def from_table(table: Mapping[str, Any]) -> Consumer:
    """A consumer from a file's table. Raises DeclarationError."""
    allowed = {"name", "about", "outside", "code", "handles", "handled_at", *KINDS}
    if unknown := sorted(set(table) - allowed):
        raise DeclarationError(f"there is no key {unknown[0]!r}; there are {', '.join(sorted(allowed))}")
    if not isinstance(table.get("name"), str):
        raise DeclarationError("it has no `name`")
    uses = [_use(kind, name, use) for kind in KINDS for name, use in sorted(table.get(kind, {}).items())]
    return Consumer(
        name=table["name"],
        about=str(table.get("about", "")),
        outside=bool(table.get("outside", False)),
        code=tuple(table.get("code", ())),
        handles=tuple(sorted(table.get("handles", ()))),
        handled_at=str(table.get("handled_at", "")),
        uses=tuple(uses),
    )


def _use(kind: str, name: str, table: Mapping[str, Any]) -> Use:
    if unknown := sorted(set(table) - {*LISTS, "reads"}):
        raise DeclarationError(f"{kind} {name}: there is no key {unknown[0]!r}; there are {', '.join((*LISTS, 'reads'))}")
    return use_of(kind, name, table, table.get("reads", {}))


def use_of(kind: str, name: str, lists: Mapping[str, Iterable[str]], reads: Mapping[str, Iterable[str]]) -> Use:
    """A use from its lists by key (`LISTS`) and its fields by place, sorted."""
    at, sends, codes, consumes, publishes = (tuple(sorted(lists.get(key, ()))) for key in LISTS)
    by_place = {place: tuple(sorted(fields)) for place, fields in sorted(reads.items())}
    return Use(kind, name, at, sends, codes, consumes, publishes, by_place)


def as_document(consumers: Sequence[Consumer]) -> object:
    """All declarations as one JSON value."""
    return {"consumers": [asdict(consumer) for consumer in sorted(consumers, key=lambda each: each.name)]}


def from_document(documents: Documents) -> tuple[Consumer, ...]:
    """The declarations of a version; () when it has none. Raises DeclarationError."""
    if DOCUMENT not in documents:
        return ()
    return tuple(_from_json(row) for row in documents.json(DOCUMENT)["consumers"])


def _from_json(row: Mapping[str, Any]) -> Consumer:
    uses: dict[str, dict[str, Any]] = {kind: {} for kind in KINDS}
    for use in row["uses"]:
        uses[use["kind"]][use["name"]] = {key: value for key, value in use.items() if key not in ("kind", "name")}
    return from_table({**{key: value for key, value in row.items() if key != "uses"}, **uses})


@dataclass(frozen=True)
class Declarations:
    """A source of the document: the declarations of `folder`."""

    folder: Path
    document: str = DOCUMENT

    def read(self) -> bytes:
        """See harness.contracts.checker.SavedSource. Raises SourceError."""
        from harness.contracts.checker import SourceError
        from harness.contracts.documents import as_json

        try:
            return as_json(as_document(load(self.folder)))
        except DeclarationError as error:
            raise SourceError(str(error)) from error


def to_toml(consumer: Consumer) -> str:
    """The consumer's file, sorted, so that the same declaration is the same text."""
    lines = [f"name = {_text(consumer.name)}"]
    lines += [f"about = {_text(consumer.about)}"] if consumer.about else []
    lines += ["outside = true"] if consumer.outside else []
    for key, values in (("code", consumer.code), ("handles", consumer.handles)):
        lines += [f"{key} = {_list(values)}"] if values else []
    lines += [f"handled_at = {_text(consumer.handled_at)}"] if consumer.handled_at else []
    for use in sorted(consumer.uses, key=lambda each: (KINDS.index(each.kind), each.name)):
        table = f"{use.kind}.{_text(use.name)}"
        lines += ["", f"[{table}]"]
        lines += [f"{key} = {_list(getattr(use, key))}" for key in LISTS if getattr(use, key)]
        if use.reads:
            lines += [f"[{table}.reads]", *(f"{_text(place)} = {_list(fields)}" for place, fields in sorted(use.reads.items()))]
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _list(values: Sequence[str]) -> str:
    flat = f"[{', '.join(map(_text, sorted(values)))}]"
    if len(flat) <= 100:
        return flat
    return "[\n" + "".join(f"    {_text(value)},\n" for value in sorted(values)) + "]"
