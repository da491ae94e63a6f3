from collections.abc import Iterator
from pathlib import Path

from harness.stack.docker.engine import Engine
from harness.stack.docker.transcript import Transcript
from harness.stack.errors import EngineError, NoSuchContainer


class FakeEngine(Engine):
    """Has said these parts, and then breaks off."""

    def __init__(self) -> None:
        super().__init__(Path("/nowhere"))
        self.said: list[bytes] = []
        self.failure: EngineError | None = None

    def logs(self, container: str, *, follow: bool) -> Iterator[bytes]:
        yield from self.said
        if self.failure is not None:
            raise self.failure


def test_every_life_is_copied_once_however_it_is_cut_into_parts(tmp_path: Path) -> None:
    engine, log = FakeEngine(), tmp_path / "logs" / "x.log"
    transcript = Transcript(engine, "x", log)
    engine.said = [b"one\n", b"two\n"]
    transcript.follow()
    transcript.finish()
    engine.said = [b"one\ntw", b"o\nth", b"ree\n"]
    transcript.follow()
    transcript.finish()
    transcript.finish()
    assert log.read_bytes() == b"one\ntwo\nthree\n"


def test_last_words_that_the_stream_has_missed_are_added(tmp_path: Path) -> None:
    engine, log = FakeEngine(), tmp_path / "x.log"
    transcript = Transcript(engine, "x", log)
    transcript.follow()
    assert transcript._reader is not None
    transcript._reader.join()
    engine.said = [b"the end\n"]
    transcript.finish()
    assert log.read_bytes() == b"the end\n"


def test_a_log_that_breaks_off_says_so_but_not_when_the_container_is_gone(tmp_path: Path) -> None:
    engine, log = FakeEngine(), tmp_path / "x.log"
    engine.said, engine.failure = [b"here\n"], EngineError("gone fishing")
    transcript = Transcript(engine, "x", log)
    transcript._copy(follow=False)
    assert log.read_text() == "here\n\n[the log breaks off here: gone fishing]\n"
    engine.failure = NoSuchContainer("x")
    transcript._copy(follow=False)
    assert log.read_text().count("breaks off") == 1
