"""Between the messages of shop.product.v1 and the domain. Reading a message raises InvalidValueError for a bad one."""

from collections.abc import Sequence
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from shop.common.v1 import money_pb2
from shop.product.v1 import product_pb2 as pb

from system.product.domain import catalogue, reservations
from system.product.domain.stock import Stock
from system.product.domain.values import Money, identifier, number, optional_identifier, price

SORTS = {pb.PRODUCT_SORT_UNSPECIFIED: catalogue.Sort.NEWEST} | {
    pb.ProductSort.Value(f"PRODUCT_SORT_{sort}"): sort for sort in catalogue.Sort
}
OUTCOMES = {outcome: pb.ReservationOutcome.Value(f"RESERVATION_OUTCOME_{outcome}") for outcome in reservations.Outcome}


def draft(request: pb.CreateProductRequest) -> catalogue.Draft:
    """A product to be added."""
    return catalogue.Draft(
        name=catalogue.product_name(request.name),
        description=catalogue.description(request.description),
        price=price(request.price.minor_units, request.price.currency),
        category_id=optional_identifier(request.category_id, "category_id"),
        images=images(request.images),
    )


def patch(request: pb.UpdateProductRequest) -> catalogue.Patch:
    """What is to change of a product."""
    if request.category_id:
        identifier(request.category_id, "category_id")
    return catalogue.Patch(
        name=catalogue.product_name(request.name) if request.HasField("name") else None,
        description=catalogue.description(request.description) if request.HasField("description") else None,
        price=price(request.price.minor_units, request.price.currency) if request.HasField("price") else None,
        category_id=request.category_id if request.HasField("category_id") else None,
        images=images(request.images.images) if request.HasField("images") else None,
    )


def search(request: pb.ListProductsRequest) -> catalogue.Search:
    """A page to be read. An order of a later version of the protocol reads as the default one."""
    return catalogue.Search(
        page=request.page,
        page_size=request.page_size,
        name_contains=request.name_contains.strip(),
        category_id=request.category_id or None,
        sort=SORTS.get(request.sort, catalogue.Sort.NEWEST),
        after=catalogue.Place.of(request.page_token) if request.page_token else None,
    )


def images(messages: Sequence[pb.Image]) -> tuple[catalogue.Image, ...]:
    """Pictures, in their order."""
    return catalogue.images([catalogue.Image(message.url, message.alt) for message in messages])


def product_ids(ids: Sequence[str]) -> list[str]:
    """The products to be read at once."""
    number(len(ids), "the number of product_ids", least=0, most=catalogue.MAX_PRODUCTS)
    return [identifier(product_id, "product_id") for product_id in ids]


def order_ids(ids: Sequence[str]) -> list[str]:
    """The orders to be settled at once."""
    number(len(ids), "the number of order_ids", least=0, most=reservations.MAX_BATCH)
    return [identifier(order_id, "order_id") for order_id in ids]


def batch(request: pb.ReserveStockRequest) -> reservations.Batch:
    """The orders to reserve for, and the tokens they come under."""
    fences = {fence.product_id: fence.token for fence in request.fences}
    number(len(request.fences), "the number of fences (one per product)", least=0, most=len(fences))
    wanted = (
        reservations.Wanted(r.order_id, tuple(reservations.Line(line.product_id, line.quantity) for line in r.lines))
        for r in request.reservations
    )
    return reservations.Batch(tuple(wanted), fences)


def category_message(category: catalogue.Category) -> pb.Category:
    """A node of the tree."""
    return pb.Category(id=category.id, name=category.name, parent_id=category.parent_id or "")


def product_message(product: catalogue.Product) -> pb.Product:
    """A product."""
    return pb.Product(
        id=product.id,
        name=product.name,
        description=product.description,
        price=money_message(product.price),
        category_id=product.category_id or "",
        images=[pb.Image(url=image.url, alt=image.alt) for image in product.images],
        created_at=timestamp(product.created_at),
        updated_at=timestamp(product.updated_at),
    )


def stock_message(stock: Stock) -> pb.Stock:
    """The units of a product."""
    return pb.Stock(product_id=stock.product_id, available=stock.available, reserved=stock.reserved, sold=stock.sold)


def result_messages(results: Sequence[reservations.Result]) -> list[pb.ReservationResult]:
    """The answers for a batch."""
    return [
        pb.ReservationResult(
            order_id=result.order_id,
            outcome=OUTCOMES[result.outcome],
            lines=[
                pb.PricedLine(
                    product_id=line.product_id,
                    name=line.name,
                    quantity=line.quantity,
                    unit_price=money_message(line.unit_price),
                )
                for line in result.lines
            ],
            product_id=result.product_id,
        )
        for result in results
    ]


def money_message(money: Money) -> money_pb2.Money:
    """An amount."""
    return money_pb2.Money(minor_units=money.minor_units, currency=money.currency)


def timestamp(moment: datetime) -> Timestamp:
    """A database's (naive, UTC) time."""
    message = Timestamp()
    message.FromDatetime(moment.replace(tzinfo=UTC))
    return message
