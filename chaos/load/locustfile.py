"""Locust users of the shop, a closed load: each goes on when it was answered. `gauntlet load run` uses it, and so may you:

    locust -f chaos/load/locustfile.py -H http://127.0.0.1:3000 --users 50 --processes 2

By hand users register themselves, and buy what the catalogue offers (`make demo` fills it). Nothing is recorded then; only
Payers need to know where the payment provider is (GAUNTLET_PROVIDER, an URL as `make status` shows it).
"""

from chaos.load.visitors import ShopVisitor, browses_and_buys, buys_one, pays_too, reads_a_product, reads_own_account
from harness.load.users import ClosedVisitor


class Buyers(ShopVisitor, ClosedVisitor):
    """Orders one unit, again and again."""

    does = buys_one


class Browsers(ShopVisitor, ClosedVisitor):
    """Looks at products and at the own account, and sometimes orders."""

    does = browses_and_buys
    pause_s = 0.5


class Payers(ShopVisitor, ClosedVisitor):
    """Orders one unit and pays it."""

    does = pays_too


class AccountReaders(ShopVisitor, ClosedVisitor):
    """Reads the own account, again and again."""

    does = reads_own_account


class ProductReaders(ShopVisitor, ClosedVisitor):
    """Reads a product, again and again."""

    does = reads_a_product
