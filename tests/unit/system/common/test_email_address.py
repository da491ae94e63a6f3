"""Accepted is exactly what a mail can be written to: built by notification and read back, it is to the same address."""

import re
from email import message_from_bytes, policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from system.common.email_address import LOCAL_PART_PATTERN, LONGEST, PATTERN, is_email
from system.notification.domain import fault_of
from system.notification.mail import MailWriter
from system.order.domain import Address, Item, Placement
from system.order.domain import fault_of as fault_of_placement
from system.payment.domain import Money, unwritable
from system.user.domain import RuleBroken, valid_email
from tests.unit.system.notification.fakes import CONFIRMATION, ORDER

ATEXT = "abzAZ09!#$%&'*+-/=?^_`{|}~"
ATOMS = st.lists(
    st.text(ATEXT, min_size=1, max_size=8) | st.sampled_from(["=?", "?=", "=?utf-8?q?eve?=", "=?x?b?ZQ==?="]), min_size=1
)
LABELS = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,20}[A-Za-z0-9])?", fullmatch=True)


def _address(local: list[str], domain: list[str]) -> str:
    return f"{'.'.join(local)}@{'.'.join(domain)}"


DOT_ATOMS = st.builds(
    _address,  # no lambda: hypothesis parses the source of those, and Python 3.11 can fail at that with a SystemError
    st.lists(ATOMS.map("".join), min_size=1, max_size=3),
    st.lists(LABELS, min_size=2, max_size=4),
)
"""Addresses by RFC 5321, some of whose local parts are, or look like, encoded words of RFC 2047."""
ANYTHING = DOT_ATOMS | st.emails() | st.text(max_size=30) | st.from_regex(PATTERN, fullmatch=True)
WRITER = MailWriter("Shop", "orders@shop.example")


def comes_back(address: str) -> bool:
    """Whether a mail to this address can be built, and its header parses back to this address alone, without a defect."""
    try:
        mail = WRITER.write(CONFIRMATION.__class__(**{**vars(CONFIRMATION), "recipient": address}))
        read = message_from_bytes(mail.as_bytes(), policy=policy.default)["To"]
        return [each.addr_spec for each in read.addresses] == [address] and not read.defects
    except (ValueError, IndexError, AttributeError):
        return False


@given(ANYTHING)
@example("=?utf-8?q?eve?=@shop.example")
@example("ada\0@shop.example")
@example("ada@shop.example\n")
@example("zoë@shop.example")
def test_a_mail_to_what_is_accepted_comes_back_as_it_was(address: str) -> None:
    assert not is_email(address) or comes_back(address)


@given(DOT_ATOMS)
def test_refused_is_nothing_that_comes_back_but_what_reads_like_an_encoded_word(address: str) -> None:
    local = address.partition("@")[0]
    fits = len(local) <= 64 and len(address) <= LONGEST
    assert is_email(address) == (fits and "=?" not in local)
    assert is_email(address) or not fits or not comes_back(address) or "=?" in local


@given(ANYTHING)
@example("zoë@shop.example")
@example("ada@localhost")
def test_every_service_and_the_schema_say_the_same(address: str) -> None:
    fine = is_email(address)
    schema = len(address) <= LONGEST and all(re.search(pattern, address) for pattern in (PATTERN, LOCAL_PART_PATTERN))
    assert (schema and not address.endswith("\n")) == fine  # `$` of a JSON Schema stands for the very end
    written = CONFIRMATION.__class__(**{**vars(CONFIRMATION), "recipient": address})
    assert (fault_of(written) == "") == fine
    euro = Money(1, "EUR")
    assert unwritable(ORDER, address, [(1, euro)], euro) != fine
    home = Address("Ada", "Main 1", "Bern", "3000", "CH")
    assert (fault_of_placement(Placement(ORDER, ORDER, address, "key", (Item(ORDER, 1),), home)) == "") == fine
    assert not fine or valid_email(address) == address.lower()


@pytest.mark.parametrize("address", ["=?utf-8?q?eve?=@shop.example", "a.=?x?=@shop.example", "ada\0@shop.example"])
def test_nobody_registers_with_an_address_of_another(address: str) -> None:
    with pytest.raises(RuleBroken):
        valid_email(address)
