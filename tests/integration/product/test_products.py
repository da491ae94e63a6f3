from shop.common.v1.money_pb2 import Money
from shop.product.v1 import product_pb2 as pb

from system.common.errors import NotFound
from tests.integration.product.warehouse import PRICE, Warehouse, new_id, refused

IMAGES = [pb.Image(url=f"https://x.example/{n}.png", alt=f"side {n}, 灯") for n in range(10)]


async def test_a_product_is_read_as_it_was_made(warehouse: Warehouse) -> None:
    category = await warehouse.category()
    request = pb.CreateProductRequest(
        name="Lampe “Étoile” 💡", description="Hell.\nWarm: 100 %", price=PRICE, category_id=category, images=IMAGES
    )
    made = (await warehouse.stub.CreateProduct(request)).product
    read = (await warehouse.stubs[1].GetProduct(pb.GetProductRequest(product_id=made.id))).product
    assert read == made
    assert (read.name, read.description, read.price, read.category_id) == (request.name, request.description, PRICE, category)
    assert list(read.images) == IMAGES
    assert read.created_at.ToNanoseconds() > 0
    stock = await warehouse.stub.GetStock(pb.GetStockRequest(product_id=made.id))
    assert stock.stock == pb.Stock(product_id=made.id)


async def test_an_update_changes_what_is_set_and_leaves_the_rest(warehouse: Warehouse) -> None:
    category = await warehouse.category()
    product = (await warehouse.stub.CreateProduct(pb.CreateProductRequest(name="Lamp", price=PRICE, images=IMAGES))).product
    dear = Money(minor_units=2500, currency="CHF")
    for request, field, after in (
        (pb.UpdateProductRequest(name="Light"), "name", pb.Product(name="Light")),
        (pb.UpdateProductRequest(description="Warm."), "description", pb.Product(description="Warm.")),
        (pb.UpdateProductRequest(price=dear), "price", pb.Product(price=dear)),
        (pb.UpdateProductRequest(category_id=category), "category_id", pb.Product(category_id=category)),
        (pb.UpdateProductRequest(category_id=""), "category_id", pb.Product()),
        (pb.UpdateProductRequest(images=pb.Images(images=IMAGES[:1])), "images", pb.Product(images=IMAGES[:1])),
        (pb.UpdateProductRequest(images=pb.Images()), "images", pb.Product()),
    ):
        request.product_id = product.id
        changed = (await warehouse.stub.UpdateProduct(request)).product
        assert changed.updated_at.ToNanoseconds() > product.updated_at.ToNanoseconds()
        product.ClearField(field)  # type: ignore[arg-type]  # one of the literals
        product.MergeFrom(after)
        product.updated_at.CopyFrom(changed.updated_at)
        assert changed == product, request
    assert (await warehouse.stub.UpdateProduct(pb.UpdateProductRequest(product_id=product.id))).product == product


async def test_many_products_are_read_at_once_and_unknown_ones_left_out(warehouse: Warehouse) -> None:
    products = [await warehouse.product() for _ in range(3)]
    gone = await warehouse.product()
    await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=gone))
    request = pb.GetProductsRequest(product_ids=[*products, products[0], gone, new_id()])
    found = (await warehouse.stub.GetProducts(request)).products
    assert sorted(product.id for product in found) == sorted(products)
    assert not (await warehouse.stub.GetProducts(pb.GetProductsRequest())).products


async def test_a_deleted_product_is_gone_and_its_ledger_stays(warehouse: Warehouse) -> None:
    product = await warehouse.product(3)
    await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=product))
    assert [entry["kind"] for entry in warehouse.ledger(product)] == ["PUT"]
    assert warehouse.units(product) == (3, 0, 0)
    with refused(NotFound, "PRODUCT_NOT_FOUND"):
        await warehouse.stub.DeleteProduct(pb.DeleteProductRequest(product_id=product))
    with refused(NotFound, "PRODUCT_NOT_FOUND"):
        await warehouse.stub.GetProduct(pb.GetProductRequest(product_id=product))
    with refused(NotFound, "PRODUCT_NOT_FOUND"):
        await warehouse.stub.UpdateProduct(pb.UpdateProductRequest(product_id=product, name="x"))


async def test_a_product_cannot_go_into_an_unknown_category(warehouse: Warehouse) -> None:
    product = await warehouse.product()
    with refused(NotFound, "CATEGORY_NOT_FOUND"):
        await warehouse.stub.UpdateProduct(pb.UpdateProductRequest(product_id=product, name="x", category_id=new_id()))
    assert (await warehouse.stub.GetProduct(pb.GetProductRequest(product_id=product))).product.name == "Lamp"
