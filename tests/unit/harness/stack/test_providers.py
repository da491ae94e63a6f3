import pytest

from harness.stack.docker.provider import DockerProvider
from harness.stack.errors import EngineError, ServerMissing, StackError
from harness.stack.providers import choose


class Fake(DockerProvider):
    """Says that it works, or why it does not."""

    def __init__(self, outcome: str | StackError) -> None:
        super().__init__(environ={})
        self._outcome = outcome

    def check(self) -> str:
        if isinstance(self._outcome, StackError):
            raise self._outcome
        return self._outcome


def test_auto_takes_containers_where_they_work_and_says_of_what() -> None:
    choice = choose("auto", lambda: Fake("engine 20 answers; redis:8"))
    assert (choice.provider.name, choice.reason) == ("docker", "engine 20 answers; redis:8")


@pytest.mark.parametrize("obstacle", [EngineError("there is no Docker engine at /x"), ServerMissing("no image")])
def test_auto_takes_processes_where_they_do_not_and_says_why(obstacle: StackError) -> None:
    choice = choose("auto", lambda: Fake(obstacle))
    assert choice.provider.name == "native"
    assert choice.reason == f"private instances of the servers on this machine, because {obstacle}"


@pytest.mark.parametrize("name", ["docker", "native"])
def test_what_was_asked_for_is_taken_and_nothing_is_tried(name: str) -> None:
    choice = choose(name, lambda: pytest.fail("nobody asked"))
    assert (choice.provider.name, choice.reason) == (name, "asked for")


def test_an_unknown_provider_is_refused_and_the_known_ones_listed() -> None:
    with pytest.raises(StackError, match="no provider podman; there are auto, docker, native"):
        choose("podman")
