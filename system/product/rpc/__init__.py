"""The servicer of shop.product.v1: maps messages to the domain and back, without logic of its own."""

from system.common.database import Database
from system.product.handlers.categories import Categories
from system.product.handlers.products import Products
from system.product.handlers.reservations import Reservations
from system.product.handlers.stock import StockKeeping
from system.product.rpc.categories import CategoryMethods
from system.product.rpc.products import ProductMethods
from system.product.rpc.stock import StockMethods


class ProductServicer(CategoryMethods, ProductMethods, StockMethods):
    """Every method of ProductService."""

    def __init__(self, database: Database) -> None:
        self._categories = Categories(database)
        self._products = Products(database)
        self._stock = StockKeeping(database)
        self._reservations = Reservations(database)
