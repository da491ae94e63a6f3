import pytest

from harness.seed import Seed


def test_the_same_seed_and_name_give_the_same_numbers_for_ever() -> None:
    # Written down, because a replay may happen with another version of this project.
    assert [Seed(7).stream("buyers", 3).randrange(1000) for _ in range(2)] == [962, 962]
    assert Seed(7).child("worker", 1) == Seed(3317392953)


def test_streams_of_other_names_and_seeds_are_others() -> None:
    streams = [Seed(7).stream("a"), Seed(7).stream("b"), Seed(8).stream("a"), Seed(7).stream("a", 1), Seed(7).stream()]
    assert len({stream.getrandbits(64) for stream in streams}) == len(streams)


def test_names_are_not_glued_together() -> None:
    assert Seed(7).stream("ab", "c").random() != Seed(7).stream("a", "bc").random()


def test_what_is_printed_can_be_read() -> None:
    seed = Seed.fresh()
    assert Seed.parse(str(seed)) == seed
    assert Seed.fresh() != Seed.fresh()


@pytest.mark.parametrize("text", ["", "-1", "1.5", "0x10", "²", "seed"])
def test_a_seed_is_a_whole_number(text: str) -> None:
    with pytest.raises(ValueError, match="a seed is a whole number of at least 0"):
        Seed.parse(text)
