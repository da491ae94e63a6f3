"""Any bytes are a mail, and a proper mail is read as it was written."""

import json
from dataclasses import asdict
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.sandbox.mailbox.domain import read_mail, same_address


def confirmation() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Grüße vom Laden <shop@shop.example>"
    mail["To"] = "ada@shop.example"
    mail["Subject"] = "Bestätigung Ihrer Bestellung: " + "sehr lang " * 12
    mail["Message-ID"] = "<order-1@shop.example>"
    mail["X-Order-Id"] = "order-1"
    mail.set_content("Danke für 19,99 €\n")
    mail.add_alternative("<p>Danke für 19,99&nbsp;€</p>\n", subtype="html")
    mail.add_attachment("not the text", filename="notes.txt")
    return mail


def test_a_confirmation_is_read_as_it_was_written() -> None:
    sent = confirmation()
    mail = read_mail(sent.as_bytes(policy=sent.policy.clone(linesep="\r\n")), "bounce@shop.example")
    assert (mail.message_id, mail.order_id) == ("<order-1@shop.example>", "order-1")
    assert mail.sender == "Grüße vom Laden <shop@shop.example>"
    assert mail.subject == str(sent["Subject"]).strip()
    assert mail.text == "Danke für 19,99 €\n"
    assert mail.html == "<p>Danke für 19,99&nbsp;€</p>\n"
    assert mail.headers["To"] == "ada@shop.example"


def test_what_is_missing_is_empty() -> None:
    mail = read_mail(b"\r\n", "envelope@shop.example")
    assert (mail.message_id, mail.order_id, mail.sender) == (None, None, "envelope@shop.example")
    assert (mail.subject, mail.text, mail.html, mail.headers) == ("", "", "", {})


def test_repeated_headers_are_kept_and_the_first_message_id_counts() -> None:
    mail = read_mail(b"Received: a\r\nRECEIVED: b\r\nMessage-Id: <1@x>\r\nMESSAGE-ID: <2@x>\r\n\r\nhello", "x")
    assert mail.headers == {"Received": "a\nb", "Message-Id": "<1@x>\n<2@x>"}
    assert mail.message_id == "<1@x>"


@pytest.mark.parametrize(
    "content",
    [
        b"Content-Type: text/plain; charset=no-such-charset\r\n\r\ncaf\xc3\xa9",
        b"Content-Type: text/plain; charset=utf-8\r\n\r\ncaf\xc3\xa9",
        b"Content-Type: text/plain; charset=latin-1\r\n\r\ncaf\xe9",
    ],
)
def test_a_charset_is_heeded_where_it_exists(content: bytes) -> None:
    assert read_mail(content, "x").text == "café"


@pytest.mark.parametrize(
    "content",
    [
        b"Subject: =?utf-8?b?a?=\r\n\r\n",
        b"Subject: =?no-such?q?hello?=\r\n\r\n",
        b"Message-ID: <[unbalanced\r\nFrom: \xff\xfe <@@>\r\n\r\n\xff",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Transfer-Encoding: base64\r\n\r\n!!\r\n--x--",
        b"Content-Type: text/plain; charset*=bad''%ff\r\n\r\nx",
    ],
)
def test_a_malformed_mail_is_still_one_that_can_be_shown(content: bytes) -> None:
    assert json.dumps(asdict(read_mail(content, "x")), ensure_ascii=False).encode("utf-8")


NAMES = st.sampled_from([b"Subject", b"From", b"Message-ID", b"Content-Type", b"Content-Disposition", b"X-Order-Id"])
VALUES = st.binary(max_size=40) | st.sampled_from(
    [b"text/html; charset=\x00", b"text/plain; charset=idna", b"multipart/mixed; boundary=b", b"=?utf-16?b?AAA=?="]
)


@given(st.lists(st.tuples(NAMES, VALUES), max_size=5), st.binary(max_size=80))
def test_no_bytes_are_too_strange(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    content = b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n" + body
    assert json.dumps(asdict(read_mail(content, "x")), ensure_ascii=False).encode("utf-8")


def test_addresses_are_compared_without_regard_to_case() -> None:
    assert same_address(" Ada@Shop.Example") == same_address("ada@shop.example")
