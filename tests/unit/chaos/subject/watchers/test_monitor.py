"""Lines of MONITOR become commands at times of the history."""

import asyncio
import time

from chaos.subject.watchers.monitor import monitor, parse

CLOCK_NS = 1_700_000_000_000_000_000


def test_a_command_of_a_client() -> None:
    heard = parse('+1700000012.250001 [0 127.0.0.1:5555] "SET" "lock:a" "order-1:ff" "PX" "8000"', 12_300_000_000, CLOCK_NS)
    assert heard is not None
    assert heard.words == ("SET", "lock:a", "order-1:ff", "PX", "8000")
    assert heard.at_ns == 12_250_001_000
    assert not heard.scripted


def test_a_command_of_a_script() -> None:
    heard = parse('+1700000012.250001 [0 lua] "DEL" "lock:a"', 12_300_000_000, CLOCK_NS)
    assert heard is not None
    assert heard.words == ("DEL", "lock:a")
    assert heard.scripted


def test_quotes_inside_of_arguments_are_taken_as_they_are() -> None:
    heard = parse(r'+1700000012.250001 [0 unix:/tmp/x] "SET" "a \"b\" c" "\\d"', 12_300_000_000, CLOCK_NS)
    assert heard is not None
    assert heard.words == ("SET", 'a "b" c', r"\d")


def test_a_server_whose_clock_was_moved_is_not_asked_for_the_time() -> None:
    heard = parse('+1700003612.250001 [0 lua] "DEL" "lock:a"', 12_300_000_000, CLOCK_NS)
    assert heard is not None
    assert heard.at_ns == 12_300_000_000


def test_anything_else_is_no_command() -> None:
    assert parse("-LOADING Redis is loading the dataset in memory", 1, CLOCK_NS) is None


async def test_a_master_that_answers_later_that_it_is_not_ready_was_down_when_it_was_asked_and_not_longer() -> None:
    """It may be ready, and vote, before its answer is read."""
    asked_ns: list[int] = []

    async def loading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        asked_ns.append(time.monotonic_ns())
        await asyncio.sleep(0.02)
        writer.write(b"-LOADING Redis is loading the dataset in memory\r\n")
        writer.close()

    async with await asyncio.start_server(loading, "127.0.0.1", 0) as server:
        host, port = server.sockets[0].getsockname()
        async for heard in monitor(host, port, 0):
            assert not heard.well
            assert heard.at_ns <= asked_ns[0]
            break
