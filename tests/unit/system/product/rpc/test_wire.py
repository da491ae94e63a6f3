from collections.abc import Callable

import pytest
from shop.common.v1.money_pb2 import Money as MoneyMessage
from shop.product.v1 import product_pb2 as pb

from system.common.errors import InvalidArgument
from system.product.domain.catalogue import Draft, Image, Patch, Sort
from system.product.domain.reservations import Outcome, PricedLine, Result
from system.product.domain.values import Money
from system.product.rpc import wire
from system.product.rpc.validation import reading
from tests.unit.system.product.world import order, product

EUR = MoneyMessage(minor_units=1999, currency="EUR")


def test_a_draft_is_read_whole() -> None:
    request = pb.CreateProductRequest(
        name=" Lamp ",
        description="Bright.\nWarm.",
        price=EUR,
        category_id=product(1),
        images=[pb.Image(url="https://x.example/a.png", alt="a lamp")],
    )
    image = Image("https://x.example/a.png", "a lamp")
    assert wire.draft(request) == Draft("Lamp", "Bright.\nWarm.", Money(1999, "EUR"), product(1), (image,))


def test_a_patch_tells_what_is_unset_from_what_is_empty() -> None:
    assert wire.patch(pb.UpdateProductRequest(product_id=product(1))) == Patch()
    emptied = pb.UpdateProductRequest(description="", category_id="", images=pb.Images())
    assert wire.patch(emptied) == Patch(description="", category_id="", images=())
    assert wire.patch(pb.UpdateProductRequest(price=EUR)) == Patch(price=Money(1999, "EUR"))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (pb.PRODUCT_SORT_UNSPECIFIED, Sort.NEWEST),
        (pb.PRODUCT_SORT_NEWEST, Sort.NEWEST),
        (pb.PRODUCT_SORT_NAME, Sort.NAME),
        (pb.PRODUCT_SORT_PRICE_ASC, Sort.PRICE_ASC),
        (pb.PRODUCT_SORT_PRICE_DESC, Sort.PRICE_DESC),
    ],
)
def test_every_order_of_a_page_is_known(sent: pb.ProductSort.ValueType, read: Sort) -> None:
    assert wire.search(pb.ListProductsRequest(page=1, page_size=1, sort=sent)).sort is read


def test_every_outcome_has_its_number() -> None:
    results = [Result(order(n), outcome) for n, outcome in enumerate(Outcome)]
    names = [pb.ReservationOutcome.Name(m.outcome) for m in wire.result_messages(results)]
    assert names == [f"RESERVATION_OUTCOME_{outcome}" for outcome in Outcome]


def test_a_result_carries_its_priced_lines() -> None:
    line = PricedLine(product(1), 3, "Lamp", Money(1999, "EUR"))
    (message,) = wire.result_messages([Result(order(1), Outcome.RESERVED, (line,))])
    assert message.lines[0] == pb.PricedLine(product_id=product(1), name="Lamp", quantity=3, unit_price=EUR)


def _batch(
    *, order_id: str = order(1), lines: tuple[pb.Line, ...] = (pb.Line(product_id=product(1), quantity=1),), token: int = 1
) -> pb.ReserveStockRequest:
    wanted = pb.Reservation(order_id=order_id, lines=lines)
    return pb.ReserveStockRequest(reservations=[wanted], fences=[pb.Fence(product_id=product(1), token=token)])


def test_a_product_id_without_the_form_of_one_is_left_to_be_unknown() -> None:
    batch = wire.batch(_batch(lines=(pb.Line(product_id="no-uuid", quantity=1),)))
    assert batch.products == {"no-uuid"}


FENCE = pb.Fence(product_id=product(1), token=1)
BAD: dict[str, Callable[[], object]] = {
    "order id": lambda: wire.batch(_batch(order_id="x")),
    "no lines": lambda: wire.batch(_batch(lines=())),
    "quantity": lambda: wire.batch(_batch(lines=(pb.Line(product_id=product(1), quantity=0),))),
    "token": lambda: wire.batch(_batch(token=0)),
    "two tokens": lambda: wire.batch(pb.ReserveStockRequest(fences=[FENCE, FENCE])),
    "no order id": lambda: wire.order_ids([""]),
    "501 orders": lambda: wire.order_ids([order(1)] * 501),
    "1001 products": lambda: wire.product_ids([product(1)] * 1001),
    "product id": lambda: wire.product_ids(["x"]),
    "no name": lambda: wire.draft(pb.CreateProductRequest(price=EUR)),
    "no price": lambda: wire.draft(pb.CreateProductRequest(name="Lamp")),
    "long description": lambda: wire.draft(pb.CreateProductRequest(name="Lamp", price=EUR, description="x" * 4001)),
    "category": lambda: wire.patch(pb.UpdateProductRequest(category_id="x")),
    "new price": lambda: wire.patch(pb.UpdateProductRequest(price=MoneyMessage(currency="EUR"))),
    "page": lambda: wire.search(pb.ListProductsRequest(page_size=10)),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_request_is_an_invalid_argument(what: str) -> None:
    with pytest.raises(InvalidArgument), reading():
        BAD[what]()
