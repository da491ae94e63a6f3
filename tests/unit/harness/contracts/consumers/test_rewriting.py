"""Rewritten code does what it did; a process with the startup folder on its path writes what it used."""

import os
import subprocess
import sys
from pathlib import Path

from harness.contracts.consumers.recorder.facts import Fact, FactLog, load
from harness.contracts.consumers.recorder.rewriting import Finder
from tests.unit.harness.contracts.consumers.instrumented import Run

STARTUP = Path(__file__).resolve().parents[5] / "harness/contracts/consumers/recorder/startup"


def test_everything_else_means_what_it_meant() -> None:
    world = Run().source(
        '''
        """A docstring."""
        from __future__ import annotations
        import dataclasses, enum, typing

        count: typing.Any = 1

        class Colour(enum.Enum):
            RED = 1

        class Base:
            __secret = 7
            def __init__(self, *, x: typing.Any) -> None:
                self.x = x
                self.n = 0
                self.n += 1
            def secret(self): return self.__secret

        class Child(Base):
            def __init__(self, x: dataclasses.Field) -> None:
                super().__init__(x=x)
                del self.n
            @property
            def kind(self):
                match self.x:
                    case Colour.RED if self.x is Colour.RED: return "red"
                    case _: return "other"

        child = Child(Colour.RED)
        result = child.kind, child.secret(), hasattr(child, "n"), getattr(child, "n", 5), [*map(str, [child.x.value])]
        '''
    )
    assert world["result"] == ("red", 7, False, 5, ["1"])
    assert (world["__doc__"], world["__annotations__"]) == ("A docstring.", {"count": "typing.Any"})


def test_a_process_records_itself_and_leaves_no_compiled_code(tmp_path: Path) -> None:
    package = tmp_path / "desk"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "__main__.py").write_text(
        "from google.protobuf import descriptor_pb2 as d\n"
        "class Delivery:\n"
        "    exchange, routing_key, delivery_tag, body = '', 'toys', 1, d.DescriptorProto(name='n').SerializeToString()\n"
        "def take(delivery): return d.DescriptorProto.FromString(delivery.body)\n"
        "take(Delivery())\n"
    )
    facts = tmp_path / "facts"
    environment = {
        **os.environ,
        "PYTHONPATH": f"{STARTUP}{os.pathsep}{tmp_path}",
        "CONTRACTS_RECORD_DIR": str(facts),
        "CONTRACTS_RECORD_PACKAGES": "desk",
    }
    subprocess.run([sys.executable, "-m", "desk"], env=environment, check=True)
    assert Fact("message", "google.protobuf.DescriptorProto", "consumes", "toys", "desk/__main__.py:take") in load(facts)
    assert not list(package.glob("__pycache__/__main__*"))


def test_another_build_of_the_package_is_not_recorded(tmp_path: Path) -> None:
    for build in ("this", "last"):
        (tmp_path / build / "desk").mkdir(parents=True)
        (tmp_path / build / "desk" / "__init__.py").touch()
    finder = Finder(["desk"], str(tmp_path / "this"))
    assert finder.find_spec("desk", [str(tmp_path / "this")]) is not None
    assert finder.find_spec("desk", [str(tmp_path / "last")]) is None
    assert finder.find_spec("desks", [str(tmp_path / "this")]) is None
    assert Finder(["desk"]).find_spec("desk", [str(tmp_path / "last")]) is not None


def test_facts_are_written_once_and_merged(tmp_path: Path) -> None:
    first, second = FactLog(tmp_path), FactLog(tmp_path)
    for log in (first, second, second):
        log.add("rpc", "a/B", "at", "", "x.py:f")
    second.add("rpc", "a/B", "codes", "OK", "x.py:f")
    first.write()
    second.write()
    assert load(tmp_path) == {Fact("rpc", "a/B", "at", "", "x.py:f"), Fact("rpc", "a/B", "codes", "OK", "x.py:f")}
    assert {file.suffix for file in tmp_path.iterdir()} == {".json"}
