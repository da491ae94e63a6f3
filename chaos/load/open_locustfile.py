"""Locust users of the shop, an open load: visits are due by the clock, whether or not others were answered.

By hand (`locust -f chaos/load/open_locustfile.py …`) each user is 20 visits a second; see locustfile.py.
"""

from chaos.load.visitors import ShopVisitor, browses_and_buys, buys_one, pays_too
from harness.load.users import OpenVisitors


class ArrivingBuyers(ShopVisitor, OpenVisitors):
    """Orders one unit."""

    does = buys_one


class ArrivingBrowsers(ShopVisitor, OpenVisitors):
    """Looks at products and at the own account, and sometimes orders."""

    does = browses_and_buys


class ArrivingPayers(ShopVisitor, OpenVisitors):
    """Orders one unit and pays it."""

    does = pays_too
