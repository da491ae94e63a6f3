"""Preparations are repeated while the shop is busy, and no longer."""

import pytest

from chaos.client import Answer, RefusedError, User, accepted
from chaos.client.accepted import ATTEMPTS

DONE = Answer("POST /x", 200, {"id": "u", "email": "a@b.example", "name": "Ada", "role": "USER", "version": 1})


class Asked:
    """Gives these answers one after the other, then the last one again."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.number = 0

    async def __call__(self) -> Answer:
        self.number += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def busy(status: int) -> Answer:
    return Answer("POST /x", status, {"title": "later"}, retry_after_s=0.0)


async def test_it_is_asked_again_while_the_shop_says_later() -> None:
    asked = Asked(busy(503), busy(429), DONE)
    assert (await accepted(asked, User)).id == "u"
    assert asked.number == 3


async def test_it_is_given_up_in_the_end() -> None:
    asked = Asked(busy(503))
    with pytest.raises(RefusedError, match="answered 503"):
        await accepted(asked, User)
    assert asked.number == ATTEMPTS


@pytest.mark.parametrize("status", [400, 409, 500, 502])
async def test_any_other_refusal_is_final(status: int) -> None:
    asked = Asked(busy(status), DONE)
    with pytest.raises(RefusedError) as refused:
        await accepted(asked, User)
    assert (asked.number, refused.value.answer.status) == (1, status)
