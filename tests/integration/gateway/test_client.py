"""The harness's own client still fits the shop: every call of it is made once, and what it reads is there.

What it uses is recorded here, too: its declaration in contracts/consumers is verified by this test's traffic.
"""

import uuid

import httpx
import pytest

from chaos.client import (
    Address,
    Categories,
    Category,
    Line,
    Money,
    Order,
    Product,
    Products,
    Provider,
    RefusedError,
    Session,
    Shop,
    Stock,
    Tokens,
    User,
    UserInstance,
)
from chaos.client.models import Payment
from chaos.client.service_instances import ProductInstance, instance_channel
from harness.stack.attach import AttachedStack
from tests.integration.shop import ADMIN_EMAIL, PASSWORD

ADDRESS = Address("Ada Lovelace", "Main St 1", "London", "N1", "GB")


@pytest.fixture
async def admin(shop: Shop, stack: AttachedStack) -> Shop:
    return shop.as_user((await shop.login(ADMIN_EMAIL, stack.secret("admin"))).read(Session))


async def _customer(shop: Shop) -> tuple[Session, Shop]:
    email = f"{uuid.uuid4().hex}@shop.example"
    (await shop.register(email, PASSWORD, "Ada")).read(User)
    session = (await shop.login(email, PASSWORD)).read(Session)
    return session, shop.as_user(session)


async def _product(admin: Shop, stock: int = 3) -> Product:
    name = f"Client's {uuid.uuid4().hex[:8]}"
    category = (await admin.create_category(name)).read(Category)
    image = {"url": "https://img.shop.example/a.jpg", "alt": "A"}
    made = await admin.create_product(name, Money(1999), description="A thing.", category_id=category.id, images=[image])
    product = made.read(Product)
    assert (await admin.set_stock(product.id, stock)).read(Stock).available == stock
    return product


async def _reserved(shop: Shop, product: Product) -> Order:
    return (await shop.place_order(str(uuid.uuid4()), [Line(product.id, 1)], ADDRESS)).read(Order)


async def test_catalogue(shop: Shop, admin: Shop) -> None:
    product = await _product(admin)
    assert product.category_id is not None
    await admin.create_category(f"Below {uuid.uuid4().hex[:8]}", product.category_id)
    below = (await shop.categories(product.category_id)).read(Categories).items
    assert [each.parent_id for each in below] == [product.category_id]
    assert (await shop.categories()).read(Categories).items
    assert (await shop.category(product.category_id)).read(Category).name == product.name
    assert (await shop.products(name=product.name, category_id=product.category_id)).read(Products).total == 1
    assert (await shop.product(product.id)).read(Product) == product
    assert (await admin.stock(product.id)).read(Stock).sold == 0


async def test_accounts(shop: Shop, admin: Shop) -> None:
    session, customer = await _customer(shop)
    assert (await customer.account()).read(User) == session.user
    assert (await shop.refresh(session.refresh_token)).read(Tokens).access_token
    assert (await admin.change_role(session.user.id, "USER")).read(User).role == "USER"
    session, customer = await _customer(shop)
    assert (await customer.change_account(name="Ada King")).read(User).name == "Ada King"
    assert (await customer.account()).code == "TOKEN_OUTDATED"
    with pytest.raises(RefusedError, match="401"):
        (await customer.account()).read(User)


async def test_an_order_paid_and_one_cancelled(shop: Shop, admin: Shop, provider: httpx.AsyncClient) -> None:
    product = await _product(admin)
    _, customer = await _customer(shop)
    order = await _reserved(customer, product)
    assert order.total is not None
    payment = (await Provider(provider).authorise(order.id, order.total)).read(Payment)
    completed = await customer.complete(order.id, payment.id)
    assert completed.status in (200, 202)
    assert (await customer.order(order.id)).read(Order).items == (Line(product.id, 1),)
    cancelled = await customer.cancel((await _reserved(customer, product)).id)
    assert cancelled.status in (200, 202)
    assert (await customer.orders()).status == 200
    assert (await customer.place_order(str(uuid.uuid4()), [Line(product.id, 99)], ADDRESS)).code == "OUT_OF_STOCK"


async def test_health(shop: Shop) -> None:
    assert (await shop.ready()).status == 200


async def test_instances(shop: Shop, stack: AttachedStack) -> None:
    session, _ = await _customer(shop)
    async with instance_channel(stack, "user-1") as channel:
        user = UserInstance(channel)
        assert (await user.verify(session.access_token)).body["id"] == session.user.id
        assert (await user.verify("none")).status == 401
        assert (await user.refresh(session.refresh_token)).body["access_token"]
    async with instance_channel(stack, "product-1") as channel:
        await ProductInstance(channel).release([str(uuid.uuid4())])
