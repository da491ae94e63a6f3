import base64
import re
from dataclasses import replace
from datetime import datetime

import pytest

from system.common.errors import InvalidArgument
from system.gateway.models.orders import CURSOR
from system.order.domain import Order
from system.order.handlers import _read_token, _token

ID = "0b2a6f0e-7d3e-5b63-9d0c-3f4f1f6a2a51"
MOMENT = datetime(2026, 11, 22, 12, 0, 0, 1)  # noqa: DTZ001 - as the database has it


@pytest.mark.parametrize("moment", [MOMENT, MOMENT.replace(microsecond=0), datetime(2001, 9, 10)])  # noqa: DTZ001 - likewise
def test_a_cursor_leads_back_to_its_order_and_has_the_documented_form(moment: datetime) -> None:
    order = Order(**dict.fromkeys(Order.__dataclass_fields__))  # type: ignore[arg-type]  # two fields matter
    token = _token(replace(order, id=ID, created_at=moment))
    assert re.search(CURSOR, token)
    assert _read_token(token) == (moment.isoformat(sep=" "), ID)


def test_a_cursor_of_release_0_1_is_still_read() -> None:
    old = base64.urlsafe_b64encode(f"{MOMENT.isoformat()}|{ID}".encode()).decode()
    assert _read_token(old) == (MOMENT.isoformat(sep=" "), ID)
    assert _read_token("") is None


def old(text: str) -> str:
    """A cursor in the form of release 0.1."""
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "token",
    [
        old(f"{MOMENT.isoformat()}|ö"),
        old(f"{MOMENT.isoformat()}|x"),
        old(f"|{ID}"),
        "é",
        "x",
        "bm9uc2Vuc2U",
        "179571300431000-" + ID,
        "17957130043100000-" + ID,
    ],
)
def test_nothing_else_is_a_cursor(token: str) -> None:
    with pytest.raises(InvalidArgument):
        _read_token(token)
