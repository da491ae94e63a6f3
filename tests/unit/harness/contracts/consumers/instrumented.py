"""Messages of a made-up system, and source that is run with its reads recorded."""

import ast
import textwrap
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, text_format

from harness.contracts.consumers.recorder.facts import Fact
from harness.contracts.consumers.recorder.rewriting import Rewriter
from harness.contracts.consumers.recorder.tracking import Origin, Tracker

_FILE = """
name: "toy.proto" package: "toy" syntax: "proto3"
enum_type { name: "Colour" value { name: "RED" number: 0 } value { name: "BLUE" number: 1 } }
message_type { name: "Money"
  field { name: "units" number: 1 type: TYPE_INT64 label: LABEL_OPTIONAL }
  field { name: "currency" number: 2 type: TYPE_STRING label: LABEL_OPTIONAL } }
message_type { name: "Line"
  field { name: "name" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "price" number: 2 type: TYPE_MESSAGE type_name: ".toy.Money" label: LABEL_OPTIONAL } }
message_type { name: "Order"
  field { name: "id" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
  field { name: "lines" number: 2 type: TYPE_MESSAGE type_name: ".toy.Line" label: LABEL_REPEATED }
  field { name: "total" number: 3 type: TYPE_MESSAGE type_name: ".toy.Money" label: LABEL_OPTIONAL }
  field { name: "colour" number: 4 type: TYPE_ENUM type_name: ".toy.Colour" label: LABEL_OPTIONAL }
  field { name: "by_name" number: 5 type: TYPE_MESSAGE type_name: ".toy.Order.ByNameEntry" label: LABEL_REPEATED }
  field { name: "paid" number: 6 type: TYPE_MESSAGE type_name: ".toy.Money" label: LABEL_OPTIONAL oneof_index: 0 }
  field { name: "refused" number: 7 type: TYPE_STRING label: LABEL_OPTIONAL oneof_index: 0 }
  field { name: "tags" number: 8 type: TYPE_STRING label: LABEL_REPEATED }
  nested_type { name: "ByNameEntry" options { map_entry: true }
    field { name: "key" number: 1 type: TYPE_STRING label: LABEL_OPTIONAL }
    field { name: "value" number: 2 type: TYPE_MESSAGE type_name: ".toy.Line" label: LABEL_OPTIONAL } }
  oneof_decl { name: "end" } }
"""
_POOL = descriptor_pool.DescriptorPool()
_POOL.Add(text_format.Parse(_FILE, descriptor_pb2.FileDescriptorProto()))
Money, Line, Order = (
    message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"toy.{n}")) for n in ("Money", "Line", "Order")
)
COLOURS = _POOL.FindEnumTypeByName("toy.Colour")


class Run:
    """Runs source as a rewritten module `shop/desk.py`; `facts` is what was noted."""

    def __init__(self) -> None:
        self.facts: set[Fact] = set()
        self.tracker = Tracker(lambda *fact: self.facts.add(Fact(*fact)))

    def answer(self, message: Any) -> Any:
        """The same message, as if it were the answer of toy.Desk/Get."""
        self.tracker.track(message, Origin("rpc", "toy.Desk/Get"))
        return message

    def source(self, text: str, **given: Any) -> dict[str, Any]:
        """The module's globals after it ran."""
        tree = Rewriter("shop/desk.py").module(ast.parse(textwrap.dedent(text)))
        tree.body = [node for node in tree.body if not (isinstance(node, ast.Import) and "runtime" in node.names[0].name)]
        world: dict[str, Any] = {"@contract_reads": self.tracker, "Money": Money, "Line": Line, "Order": Order, **given}
        exec(compile(tree, "shop/desk.py", "exec"), world)  # noqa: S102 - the code above
        return world

    def reads(self, expression: str, message: Any) -> set[str]:
        """What an expression over an answer `m` reads, without the package's name."""
        self.source(f"def use(m):\n    return {expression}\n")["use"](self.answer(message))
        return {fact.value.removeprefix("toy.") for fact in self.facts if fact.what == "reads"}
