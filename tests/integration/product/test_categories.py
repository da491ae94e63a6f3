import asyncio

from shop.product.v1 import product_pb2 as pb

from system.common.errors import AlreadyExists, Conflict, NotFound
from system.product.domain.catalogue import MAX_DEPTH
from tests.integration.product.warehouse import Warehouse, new_id, refused


async def move(warehouse: Warehouse, category: str, parent: str, via: int = 0) -> pb.Category:
    request = pb.UpdateCategoryRequest(category_id=category, parent_id=parent)
    return (await warehouse.stubs[via].UpdateCategory(request)).category


async def test_a_node_is_read_with_its_parent_and_its_children_by_name(warehouse: Warehouse) -> None:
    root = await warehouse.category()
    child = await warehouse.category("Lamps", root)
    leaves = [await warehouse.category(name, child) for name in ("Reading", "Desk")]
    found = await warehouse.stub.GetCategory(pb.GetCategoryRequest(category_id=child))
    assert found.category == pb.Category(id=child, name="Lamps", parent_id=root)
    assert found.parent.id == root
    assert [c.id for c in found.children] == list(reversed(leaves))
    assert not (await warehouse.stub.GetCategory(pb.GetCategoryRequest(category_id=root))).HasField("parent")


async def test_roots_and_children_are_listed(warehouse: Warehouse) -> None:
    root = await warehouse.category()
    child = await warehouse.category("Lamps", root)
    roots = await warehouse.stub.ListCategories(pb.ListCategoriesRequest())
    assert root in [c.id for c in roots.categories]
    assert child not in [c.id for c in roots.categories]
    below = await warehouse.stub.ListCategories(pb.ListCategoriesRequest(parent_id=root))
    assert [c.id for c in below.categories] == [child]


async def test_siblings_have_different_names_and_roots_are_siblings(warehouse: Warehouse) -> None:
    name = new_id()
    root = await warehouse.category(name)
    with refused(AlreadyExists, "CATEGORY_NAME_TAKEN"):
        await warehouse.category(name.upper())
    child = await warehouse.category(name, root)
    with refused(AlreadyExists, "CATEGORY_NAME_TAKEN"):
        await warehouse.category(name, root)
    with refused(AlreadyExists, "CATEGORY_NAME_TAKEN"):
        await move(warehouse, child, "")
    other = await warehouse.category()
    with refused(AlreadyExists, "CATEGORY_NAME_TAKEN"):
        await warehouse.stub.UpdateCategory(pb.UpdateCategoryRequest(category_id=other, name=name))


async def test_two_roots_of_one_name_cannot_be_made_at_once(warehouse: Warehouse) -> None:
    request = pb.CreateCategoryRequest(name=new_id())
    calls = (warehouse.stubs[n % 2].CreateCategory(request) for n in range(6))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(answer, pb.CreateCategoryResponse) for answer in answers) == 1


async def test_a_node_is_renamed_and_moved(warehouse: Warehouse) -> None:
    root, other = await warehouse.category(), await warehouse.category()
    child = await warehouse.category("Lamps", root)
    request = pb.UpdateCategoryRequest(category_id=child, name=" Lights ", parent_id=other)
    assert (await warehouse.stub.UpdateCategory(request)).category == pb.Category(id=child, name="Lights", parent_id=other)
    unchanged = await warehouse.stub.UpdateCategory(pb.UpdateCategoryRequest(category_id=child))
    assert unchanged.category.parent_id == other
    made_root = pb.UpdateCategoryRequest(category_id=child, name=new_id(), parent_id="")
    assert (await warehouse.stub.UpdateCategory(made_root)).category.parent_id == ""


async def test_a_move_cannot_close_a_circle(warehouse: Warehouse) -> None:
    top = await warehouse.category()
    middle = await warehouse.category("m", top)
    bottom = await warehouse.category("b", middle)
    for node, parent in ((top, bottom), (top, top), (middle, bottom)):
        with refused(Conflict, "CATEGORY_CIRCLE"):
            await move(warehouse, node, parent)


async def test_two_moves_at_once_cannot_close_a_circle_between_them(warehouse: Warehouse) -> None:
    for _ in range(5):
        a, b = await warehouse.category(), await warehouse.category()
        ends = await asyncio.gather(move(warehouse, a, b, 0), move(warehouse, b, a, 1), return_exceptions=True)
        assert sum(isinstance(end, pb.Category) for end in ends) == 1
        await warehouse.stub.ListProducts(pb.ListProductsRequest(page=1, page_size=1, category_id=a))


async def test_the_tree_has_a_bounded_depth(warehouse: Warehouse) -> None:
    path = [await warehouse.category()]
    for _ in range(MAX_DEPTH - 1):
        path.append(await warehouse.category("deeper", path[-1]))
    with refused(Conflict, "CATEGORY_TOO_DEEP"):
        await warehouse.category("deeper", path[-1])
    with refused(Conflict, "CATEGORY_TOO_DEEP"):
        await move(warehouse, path[0], await warehouse.category())


async def test_an_unknown_node_is_not_found_wherever_it_is_named(warehouse: Warehouse) -> None:
    unknown, known, stub = new_id(), await warehouse.category(), warehouse.stub
    for call in (
        lambda: warehouse.category("x", unknown),
        lambda: stub.GetCategory(pb.GetCategoryRequest(category_id=unknown)),
        lambda: stub.ListCategories(pb.ListCategoriesRequest(parent_id=unknown)),
        lambda: stub.UpdateCategory(pb.UpdateCategoryRequest(category_id=unknown, name="x")),
        lambda: move(warehouse, known, unknown),
        lambda: stub.DeleteCategory(pb.DeleteCategoryRequest(category_id=unknown)),
        lambda: stub.ListProducts(pb.ListProductsRequest(page=1, page_size=1, category_id=unknown)),
        lambda: warehouse.product(category=unknown),
    ):
        with refused(NotFound, "CATEGORY_NOT_FOUND"):
            await call()


async def test_a_node_is_deleted_once_it_is_empty(warehouse: Warehouse) -> None:
    root = await warehouse.category()
    child = await warehouse.category("Lamps", root)
    product = await warehouse.product(category=child)
    for node in (root, child):
        with refused(Conflict, "CATEGORY_IN_USE"):
            await warehouse.stub.DeleteCategory(pb.DeleteCategoryRequest(category_id=node))
    await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=product))
    for node in (child, root):
        await warehouse.stub.DeleteCategory(pb.DeleteCategoryRequest(category_id=node))
    with refused(NotFound, "CATEGORY_NOT_FOUND"):
        await warehouse.stub.GetCategory(pb.GetCategoryRequest(category_id=root))
