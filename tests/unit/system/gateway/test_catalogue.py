import httpx
import pytest
from shop.product.v1 import product_pb2

from system.common.errors import Conflict, Stale
from tests.unit.system.gateway.fakes import AS_ADMIN, CATEGORY, PRODUCT, FakeShop, lamp

LAMP = {
    "id": PRODUCT,
    "name": "Lamp",
    "description": "",
    "price": {"minor_units": 1999, "currency": "EUR"},
    "category_id": CATEGORY,
    "images": [{"url": "https://img.example/1.jpg", "alt": "a lamp"}],
    "created_at": "2026-11-22T12:00:00Z",
    "updated_at": "2026-11-22T12:00:00Z",
}
BOOKS = product_pb2.Category(id=CATEGORY, name="Books")
NOVELS = product_pb2.Category(id=PRODUCT, name="Novels", parent_id=CATEGORY)


async def test_anybody_reads_a_product(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["GetProduct"] = product_pb2.GetProductResponse(product=lamp())
    answer = await client.get(f"/products/{PRODUCT}")
    assert answer.json() == LAMP
    assert shop.users.calls == []


async def test_a_page_of_products_is_asked_for_as_the_query_says(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["ListProducts"] = product_pb2.ListProductsResponse(products=[lamp()], total=41)
    query = f"page=3&page_size=20&name=la&category_id={CATEGORY}&sort=price_desc"
    answer = await client.get(f"/products?{query}")
    assert answer.json() == {"items": [LAMP], "total": 41, "page": 3, "page_size": 20, "next_cursor": None}
    assert shop.products.calls[0][1] == product_pb2.ListProductsRequest(
        page=3, page_size=20, name_contains="la", category_id=CATEGORY, sort=product_pb2.PRODUCT_SORT_PRICE_DESC
    )


async def test_the_next_page_is_asked_for_with_the_cursor_of_the_last(shop: FakeShop, client: httpx.AsyncClient) -> None:
    cursor = f"{PRODUCT}.41"
    page = product_pb2.ListProductsResponse(products=[lamp()], total=41, next_page_token=cursor)
    shop.products.answers["ListProducts"] = page
    first = await client.get("/products?page_size=1")
    assert first.json()["next_cursor"] == cursor
    await client.get("/products", params={"page_size": 1, "cursor": first.json()["next_cursor"]})
    assert shop.products.calls[-1][1].page_token == cursor


@pytest.mark.parametrize("cursor", ["x", PRODUCT, f"{PRODUCT}.", f"{PRODUCT}.-1", f"{PRODUCT.upper()}.1", f"{PRODUCT}.1 "])
async def test_what_is_no_cursor_is_refused_at_the_door(shop: FakeShop, client: httpx.AsyncClient, cursor: str) -> None:
    assert (await client.get("/products", params={"cursor": cursor})).status_code == 422
    assert shop.products.calls == []


async def test_a_page_has_a_size_by_itself(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["ListProducts"] = product_pb2.ListProductsResponse()
    assert (await client.get("/products")).json() == {"items": [], "total": 0, "page": 1, "page_size": 20, "next_cursor": None}
    assert shop.products.calls[0][1].sort == product_pb2.PRODUCT_SORT_NEWEST


async def test_an_admin_adds_a_product(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["CreateProduct"] = product_pb2.CreateProductResponse(product=lamp())
    body = {name: LAMP[name] for name in ("name", "description", "price", "category_id", "images")}
    answer = await client.post("/products", json=body, headers=AS_ADMIN)
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/products/{PRODUCT}"
    request = shop.products.calls[0][1]
    assert (request.price.minor_units, request.category_id, request.images[0].alt) == (1999, CATEGORY, "a lamp")


async def test_a_change_leaves_out_what_was_left_out(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["UpdateProduct"] = product_pb2.UpdateProductResponse(product=lamp())
    await client.patch(f"/products/{PRODUCT}", json={"name": "Lamp"}, headers=AS_ADMIN)
    await client.patch(f"/products/{PRODUCT}", json={"category_id": None, "images": [], "description": ""}, headers=AS_ADMIN)
    first, second = (request for _, request in shop.products.calls)
    assert [field.name for field, _ in first.ListFields()] == ["product_id", "name"]
    assert [field.name for field, _ in second.ListFields()] == ["product_id", "description", "category_id", "images"]
    assert (second.category_id, len(second.images.images)) == ("", 0)


async def test_what_has_reservations_stays(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["DeleteProduct"] = Conflict("units are reserved", reason="PRODUCT_RESERVED")
    answer = await client.delete(f"/products/{PRODUCT}", headers=AS_ADMIN)
    assert (answer.status_code, answer.json()["code"]) == (409, "PRODUCT_RESERVED")
    shop.products.answers["DeleteProduct"] = product_pb2.DeleteProductResponse()
    answer = await client.delete(f"/products/{PRODUCT}", headers=AS_ADMIN)
    assert (answer.status_code, answer.content) == (204, b"")


async def test_stock_is_read_and_set(shop: FakeShop, client: httpx.AsyncClient) -> None:
    stock = product_pb2.Stock(product_id=PRODUCT, available=5, reserved=2, sold=1)
    shop.products.answers["GetStock"] = product_pb2.GetStockResponse(stock=stock)
    shop.products.answers["SetStock"] = product_pb2.SetStockResponse(stock=stock)
    told = {"product_id": PRODUCT, "available": 5, "reserved": 2, "sold": 1}
    assert (await client.get(f"/products/{PRODUCT}/stock", headers=AS_ADMIN)).json() == told
    answer = await client.put(f"/products/{PRODUCT}/stock", json={"available": 0}, headers=AS_ADMIN)
    assert answer.json() == told
    assert shop.products.calls[-1][1] == product_pb2.SetStockRequest(product_id=PRODUCT, available=0)


async def test_a_category_is_seen_with_its_neighbours(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["GetCategory"] = product_pb2.GetCategoryResponse(category=BOOKS, children=[NOVELS])
    told = {"id": CATEGORY, "name": "Books", "parent_id": None}
    child = {"id": PRODUCT, "name": "Novels", "parent_id": CATEGORY}
    assert (await client.get(f"/categories/{CATEGORY}")).json() == told | {"parent": None, "children": [child]}
    shop.products.answers["GetCategory"] = product_pb2.GetCategoryResponse(category=NOVELS, parent=BOOKS)
    assert (await client.get(f"/categories/{PRODUCT}")).json() == child | {"parent": told, "children": []}


async def test_categories_are_listed_by_parent(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["ListCategories"] = product_pb2.ListCategoriesResponse(categories=[BOOKS])
    assert (await client.get("/categories")).json()["total"] == 1
    await client.get(f"/categories?parent_id={CATEGORY}")
    assert [request.parent_id for _, request in shop.products.calls] == ["", CATEGORY]


async def test_an_admin_tends_the_tree(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["CreateCategory"] = product_pb2.CreateCategoryResponse(category=NOVELS)
    shop.products.answers["UpdateCategory"] = product_pb2.UpdateCategoryResponse(category=NOVELS)
    shop.products.answers["DeleteCategory"] = product_pb2.DeleteCategoryResponse()
    made = await client.post("/categories", json={"name": "Novels", "parent_id": CATEGORY}, headers=AS_ADMIN)
    assert (made.status_code, made.headers["location"]) == (201, f"/categories/{PRODUCT}")
    await client.patch(f"/categories/{PRODUCT}", json={"name": "Stories"}, headers=AS_ADMIN)
    await client.patch(f"/categories/{PRODUCT}", json={"parent_id": None}, headers=AS_ADMIN)
    assert (await client.delete(f"/categories/{PRODUCT}", headers=AS_ADMIN)).status_code == 204
    _, renamed, moved, _ = (request for _, request in shop.products.calls)
    assert [field.name for field, _ in renamed.ListFields()] == ["category_id", "name"]
    assert [field.name for field, _ in moved.ListFields()] == ["category_id", "parent_id"]


LAMPS = f"/products/{PRODUCT}"


@pytest.mark.parametrize(
    ("method", "path", "rpc", "body", "answer"),
    [
        ("PATCH", LAMPS, "UpdateProduct", {"name": "New"}, product_pb2.UpdateProductResponse(product=lamp(), etag="b")),
        (
            "PUT",
            f"{LAMPS}/stock",
            "SetStock",
            {"available": 1},
            product_pb2.SetStockResponse(stock=product_pb2.Stock(product_id=PRODUCT), etag="b"),
        ),
        (
            "PATCH",
            f"/categories/{CATEGORY}",
            "UpdateCategory",
            {"name": "New"},
            product_pb2.UpdateCategoryResponse(category=BOOKS, etag="b"),
        ),
    ],
)
@pytest.mark.parametrize(
    ("header", "asked"),
    [
        (None, []),
        ("*", []),
        ('"a"', ["a"]),
        ('"a", W/"b" ,"c"', ["a", "", "c"]),
        ('W/"a"', [""]),
    ],
)
async def test_what_is_changed_may_be_named_by_its_tag(
    shop: FakeShop,
    client: httpx.AsyncClient,
    method: str,
    path: str,
    rpc: str,
    body: dict[str, object],
    answer: object,
    header: str | None,
    asked: list[str],
) -> None:
    shop.products.answers[rpc] = answer
    headers = AS_ADMIN | ({"If-Match": header} if header else {})
    said = await client.request(method, path, json=body, headers=headers)
    assert (said.status_code, said.headers["etag"]) == (200, '"b"')
    assert list(shop.products.calls[-1][1].if_match) == asked
    shop.products.answers[rpc] = Stale("it was changed since it was read")
    said = await client.request(method, path, json=body, headers=headers)
    assert (said.status_code, said.json()["code"]) == (412, "STALE")


@pytest.mark.parametrize("header", ["a", "", '"a', '"a" "b"', '"a",', ",", '"\xe9"', '"a"' + ',"b"' * 20])
async def test_what_is_no_list_of_tags_is_refused(shop: FakeShop, client: httpx.AsyncClient, header: str) -> None:
    headers = [(b"Authorization", AS_ADMIN["Authorization"].encode()), (b"If-Match", header.encode("latin-1"))]
    said = await client.patch(LAMPS, json={"name": "New"}, headers=headers)
    assert (said.status_code, said.json()["code"]) == (400, "IF_MATCH_INVALID")
    assert shop.writes == []


async def test_what_is_read_has_a_tag(shop: FakeShop, client: httpx.AsyncClient) -> None:
    shop.products.answers["GetProduct"] = product_pb2.GetProductResponse(product=lamp(), etag="a")
    shop.products.answers["GetStock"] = product_pb2.GetStockResponse(stock=product_pb2.Stock(product_id=PRODUCT), etag="b")
    shop.products.answers["GetCategory"] = product_pb2.GetCategoryResponse(category=BOOKS, etag="c")
    tags = [
        (await client.get(path, headers=AS_ADMIN)).headers["etag"]
        for path in (LAMPS, f"{LAMPS}/stock", f"/categories/{CATEGORY}")
    ]
    assert tags == ['"a"', '"b"', '"c"']
