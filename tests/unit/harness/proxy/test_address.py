"""Addresses as Go writes them."""

import pytest

from harness.proxy.address import Address, resolve
from harness.proxy.errors import ListenFailed


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("localhost:80", Address("localhost", 80)),
        ("[::1]:80", Address("::1", 80)),
        (":80", Address("", 80)),
        ("h:0", Address("h", 0)),
    ],
)
def test_they_are_read_and_written(text: str, address: Address) -> None:
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize("text", ["", "localhost", "::1:80", "h:", "h:-1", "h:http", "h:65536", "h:٣"])
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="address"):
        Address.parse(text)


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("", "127.0.0.1:0"),
        (":80", "127.0.0.1:80"),
        ("127.0.0.2:1", "127.0.0.2:1"),
        ("[::1]:2", "[::1]:2"),
        ("0.0.0.0:3", "0.0.0.0:3"),
    ],
)
async def test_no_host_is_loopback_and_numbers_need_no_lookup(text: str, resolved: str) -> None:
    coroutine = resolve(text)
    with pytest.raises(StopIteration) as done:
        coroutine.send(None)
    assert str(done.value.value) == resolved


async def test_what_cannot_be_listened_on_is_said_in_the_words_of_go() -> None:
    with pytest.raises(ListenFailed, match=r"^listen tcp: address nonsense: missing port in address$"):
        await resolve("nonsense")
