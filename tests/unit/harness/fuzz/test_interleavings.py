"""The search over interleavings: what explains answers is found, what nothing explains is not."""

from harness.fuzz.interleavings import Memory, MismatchError, Step, explain


def take(answer: str) -> list[Step[int]]:
    """Two steps: look at the units, and take one that was seen."""

    def look(units: int, _: Memory) -> list[tuple[int, Memory]]:
        return [(units, (units,))]

    def act(units: int, memory: Memory) -> list[tuple[int, Memory]]:
        expected = "taken" if memory[0] else "sold out"
        if answer != expected:
            raise MismatchError(f"expected {expected}, answered {answer}")
        return [(units - (expected == "taken"), ())]

    return [look, act]


def atomically(answer: str) -> list[Step[int]]:
    """One step."""

    def act(units: int, _: Memory) -> list[tuple[int, Memory]]:
        expected = "taken" if units else "sold out"
        if answer != expected:
            raise MismatchError(f"expected {expected}, answered {answer}")
        return [(units - (expected == "taken"), ())]

    return [act]


def test_the_last_unit_goes_to_one_of_two_whichever() -> None:
    assert explain([1], [atomically("taken"), atomically("sold out")]).states == {0}
    assert explain([1], [atomically("sold out"), atomically("taken")]).states == {0}


def test_the_last_unit_does_not_go_to_both() -> None:
    explained = explain([1], [atomically("taken"), atomically("taken")])
    assert not explained.states
    assert explained.mismatches == ("expected sold out, answered taken",)


def test_steps_of_different_clients_interleave() -> None:
    assert explain([1], [take("taken"), take("taken")]).states == {-1}


def test_every_state_that_explains_the_answers_is_kept() -> None:
    def grows(units: int, _: Memory) -> list[tuple[int, Memory]]:
        return [(units + 1, ()), (units + 2, ())]

    assert explain([0, 1], [[grows]]).states == {1, 2, 3}
    assert explain([0, 1], [[grows], atomically("sold out")]).states == {1, 2}


def test_of_one_client_the_order_stays() -> None:
    assert not explain([1], [[*atomically("sold out"), *atomically("taken")]]).states
