"""flash_sale: the original system's claim. A thousand users order for five seconds, and there are a hundred units."""

from chaos.load.shops import AT_ONCE_S, CLOSED, PROMISES, SHOP
from chaos.load.world import Shop
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from harness.experiment import Minimum, ServiceLevel
from harness.history import Ending
from harness.load.profile import LoadProfile

flash_sale: LoadProfile[RunningShop] = LoadProfile(
    name="flash_sale",
    about="1000 users order one unit each, again and again for 5 s; there are 100. Two gateways, orders, products.",
    system=SHOP,
    world=Shop(stock=100),
    locustfile=CLOSED,
    user="Buyers",
    users=1000,
    seconds=5.0,
    late_s=AT_ONCE_S,
    guarantees=PROMISES,
    minimums=(Minimum(operation=PLACE_ORDER, count=500, endings=frozenset({Ending.OK, Ending.FAIL})),),
    levels=(ServiceLevel(operation=PLACE_ORDER, succeeded=100, unserved=0.5),),
)
