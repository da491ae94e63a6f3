from dataclasses import replace
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest

from system.notification.domain import Item, Money
from system.notification.mail import MailWriter
from tests.unit.system.notification.fakes import CONFIRMATION, ORDER

WRITER = MailWriter("Ünd & Söhne", "orders@shop.example")
NASTY = replace(CONFIRMATION, name='<b>"Ada"</b>', items=(Item("<script>alert('1')</script> & more", 1, Money(125956, "EUR")),))


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


class Tags(HTMLParser):
    """Notes tags, and that every one that opens closes in order."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.append(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_headers() -> None:
    mail = WRITER.write(CONFIRMATION)
    assert mail["From"] == "Ünd & Söhne <orders@shop.example>"
    assert (mail["To"], mail["X-Order-Id"]) == ("ada@shop.example", ORDER)
    assert mail["Message-ID"] == f"<order-{ORDER}@shop.example>"
    assert mail["Subject"] == "Your order 0D8F2A9E is confirmed"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime is not None
    assert mail.get_content_type() == "multipart/alternative"
    assert all(line.isascii() for line in mail.as_bytes().decode("latin-1").partition("\r\n\r\n")[0].splitlines())


def test_text() -> None:
    text = part(WRITER.write(CONFIRMATION), "plain")
    assert text.startswith("Thank you, Ada!\n")
    assert "2 x Tea\n    12.50 EUR each, 25.00 EUR\n1 x Pot\n    1,234.56 EUR each, 1,234.56 EUR\n" in text
    assert "Total: 1,259.56 EUR\n" in text
    assert ORDER in text
    assert "Ünd & Söhne" in text


def test_html_says_the_same_and_is_well_formed() -> None:
    page = Tags(part(WRITER.write(CONFIRMATION), "html"))
    assert page.open == []
    for said in (
        "Thank you, Ada!",
        "Tea",
        "2 \N{MULTIPLICATION SIGN} 12.50 EUR",
        "25.00 EUR",
        "1,259.56 EUR",
        ORDER,
        "ada@shop.example",
        "Ünd & Söhne",
    ):
        assert said in page.text
    assert "script" not in page.seen
    assert "img" not in page.seen, "nothing that calls home"


def test_what_customers_and_products_are_called_is_text_and_never_markup() -> None:
    source = part(WRITER.write(NASTY), "html")
    page = Tags(source)
    assert page.open == []
    assert not {"script", "b"} & set(page.seen)
    assert 'Thank you, <b>"Ada"</b>!' in page.text
    assert "<script>alert('1')</script> & more" in page.text
    assert "<script>" not in source
    assert "<script>alert('1')</script> & more" in part(WRITER.write(NASTY), "plain")


def test_without_a_name() -> None:
    mail = WRITER.write(replace(CONFIRMATION, name=""))
    assert "Thank you!" in part(mail, "plain")
    assert "Thank you!" in part(mail, "html")


def test_headers_refuse_line_breaks_even_if_nobody_else_did() -> None:
    with pytest.raises(ValueError, match="linefeed"):
        WRITER.write(replace(CONFIRMATION, order_id="x\r\nBcc: thief@shop.example"))
