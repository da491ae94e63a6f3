import pytest
from shop.common.v1.money_pb2 import Money
from shop.product.v1 import product_pb2 as pb

from tests.integration.product.warehouse import Warehouse, new_id


async def search(warehouse: Warehouse, name: str, page: int = 1, size: int = 100, **more: object) -> tuple[list[str], int]:
    request = pb.ListProductsRequest(page=page, page_size=size, name_contains=name, **more)  # type: ignore[arg-type]  # by name
    answer = await warehouse.stub.ListProducts(request)
    return [product.id for product in answer.products], answer.total


@pytest.fixture
async def lamps(warehouse: Warehouse) -> tuple[str, list[str]]:
    """A mark that only these products' names carry, and the products: b at 3.00, a at 1.00, c at 2.00, in this order."""
    mark = new_id()
    offers = (("b", 300), ("a", 100), ("c", 200))
    prices = [(f"{mark} {letter}", Money(minor_units=minor, currency="EUR")) for letter, minor in offers]
    return mark, [await warehouse.product(name=name, price=price) for name, price in prices]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (pb.PRODUCT_SORT_UNSPECIFIED, (2, 1, 0)),
        (pb.PRODUCT_SORT_NEWEST, (2, 1, 0)),
        (pb.PRODUCT_SORT_NAME, (1, 0, 2)),
        (pb.PRODUCT_SORT_PRICE_ASC, (1, 2, 0)),
        (pb.PRODUCT_SORT_PRICE_DESC, (0, 2, 1)),
    ],
)
async def test_pages_are_sorted(
    warehouse: Warehouse, lamps: tuple[str, list[str]], sort: pb.ProductSort.ValueType, order: tuple[int, ...]
) -> None:
    mark, products = lamps
    wanted = [products[n] for n in order]
    assert await search(warehouse, mark, sort=sort) == (wanted, 3)
    assert [await search(warehouse, mark, page, 2, sort=sort) for page in (1, 2, 3)] == [
        (wanted[:2], 3),
        (wanted[2:], 3),
        ([], 3),
    ]


async def test_part_of_the_name_is_found_in_any_case(warehouse: Warehouse, lamps: tuple[str, list[str]]) -> None:
    mark, products = lamps
    assert await search(warehouse, f" {mark[4:].upper()} A ") == ([products[1]], 1)
    assert await search(warehouse, new_id()) == ([], 0)


@pytest.mark.parametrize("part", ["%", "_", "\\", "/", "'", "100%", "a_b", "c\\d", "/%"])
async def test_wildcards_stand_for_themselves(warehouse: Warehouse, part: str) -> None:
    mark = new_id()
    product = await warehouse.product(name=f"{mark} {part}")
    await warehouse.product(name=f"{mark} 1000 axb cxd")
    assert await search(warehouse, f"{mark} {part}") == ([product], 1)


async def test_a_category_includes_its_descendants(warehouse: Warehouse) -> None:
    root = await warehouse.category()
    left, right = await warehouse.category("left", root), await warehouse.category("right", root)
    leaf = await warehouse.category("leaf", left)
    placed = {category: await warehouse.product(category=category) for category in (root, left, right, leaf)}
    await warehouse.product()

    async def under(category: str) -> set[str]:
        ids, total = await search(warehouse, "", category_id=category)
        assert len(ids) == total
        return set(ids)

    assert await under(root) == set(placed.values())
    assert await under(left) == {placed[left], placed[leaf]}
    assert await under(right) == {placed[right]}
    assert await search(warehouse, "no such name", category_id=root) == ([], 0)


async def test_deleted_products_are_not_found(warehouse: Warehouse, lamps: tuple[str, list[str]]) -> None:
    mark, products = lamps
    await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=products[0]))
    assert await search(warehouse, mark) == ([products[2], products[1]], 2)


@pytest.mark.parametrize("sort", [each for each in pb.ProductSort.values() if each != pb.PRODUCT_SORT_UNSPECIFIED])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
async def test_pages_after_one_another_show_everything_once(
    warehouse: Warehouse, sort: pb.ProductSort.ValueType, size: int
) -> None:
    mark = new_id()
    for name, minor in (("b", 200), ("A", 100), ("a", 200), ("c", 200), ("B", 100)):
        await warehouse.product(name=f"{mark} {name}", price=Money(minor_units=minor, currency="EUR"))
    wanted, _ = await search(warehouse, mark, sort=sort)
    shown: list[str] = []
    token, pages = "", 0
    while token or not pages:
        request = pb.ListProductsRequest(page=1, page_size=size, name_contains=mark, sort=sort, page_token=token)
        answer = await warehouse.stub.ListProducts(request)
        assert answer.total == 5
        shown += [product.id for product in answer.products]
        token, pages = answer.next_page_token, pages + 1
    assert shown == wanted
    assert pages == -(-5 // size)


async def test_the_next_page_begins_after_a_product_that_is_gone_by_then(
    warehouse: Warehouse, lamps: tuple[str, list[str]]
) -> None:
    mark, products = lamps
    request = pb.ListProductsRequest(page=1, page_size=1, name_contains=mark)
    first = await warehouse.stub.ListProducts(request)
    await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=products[2]))
    request.page_token = first.next_page_token
    assert [product.id for product in (await warehouse.stub.ListProducts(request)).products] == [products[1]]


async def test_after_a_product_that_never_was_there_is_nothing(warehouse: Warehouse, lamps: tuple[str, list[str]]) -> None:
    assert await search(warehouse, lamps[0], page_token=f"{new_id()}.7") == ([], 7)
