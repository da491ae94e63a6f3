"""Terms as `term_to_binary` of Erlang/OTP 25 writes them."""

from typing import Any

import pytest

from harness.stack.namespaces.terms import Atom, Pid, Reference, Undecodable, decode, encode

NODE = Atom("gauntlet@localhost")


@pytest.mark.parametrize(
    ("term", "written"),
    [
        (Atom("ok"), b"w\x02ok"),
        (b"vhost", b"m\x00\x00\x00\x05vhost"),
        (300, b"b\x00\x00\x01\x2c"),
        (-1, b"b\xff\xff\xff\xff"),
        ((Atom("a"), 1), b"h\x02w\x01ab\x00\x00\x00\x01"),
        ([], b"j"),
        ([b"x"], b"l\x00\x00\x00\x01m\x00\x00\x00\x01xj"),
        (Pid(NODE, 7, 2, 3), b"Xw\x12gauntlet@localhost\x00\x00\x00\x02\x00\x00\x00\x03\x00\x00\x00\x07"),
        (Reference(NODE, 7, (1, 2)), b"Z\x00\x02w\x12gauntlet@localhost\x00\x00\x00\x07\x00\x00\x00\x01\x00\x00\x00\x02"),
    ],
)
def test_what_is_written_is_read(term: Any, written: bytes) -> None:
    assert encode(term) == written
    assert decode(b"\x83" + written + b"more") == (term, b"more")


@pytest.mark.parametrize(
    ("written", "term"),
    [
        (b"a\xff", 255),
        (b"k\x00\x03abc", b"abc"),
        (b"v\x00\x02ok", Atom("ok")),
        (b"l\x00\x00\x00\x01a\x01a\x02", [1, 2]),  # an improper list: its tail is shown as its last
    ],
)
def test_what_only_nodes_write_is_read(written: bytes, term: Any) -> None:
    assert decode(b"\x83" + written)[0] == term


def test_an_atom_is_not_a_binary() -> None:
    assert encode(Atom("a")) != encode(b"a")
    assert isinstance(decode(b"\x83w\x02ok")[0], Atom)


@pytest.mark.parametrize("torn", [b"", b"ok", b"\x83", b"\x83?", b"\x83w\x05ok", b"\x83l\x00\x00\x00\x02a\x01", b"\x83b\x00"])
def test_what_is_torn_or_unknown_is_said_to_be_so(torn: bytes) -> None:
    with pytest.raises(Undecodable):
        decode(torn)


def test_what_has_no_term_is_not_written() -> None:
    with pytest.raises(TypeError, match="float"):
        encode(1.5)
