"""flash_sale_deep: the same thousand users, and ten thousand units: nobody is refused, so every order is work."""

from chaos.load.shops import AT_ONCE_S, CLOSED, PROMISES, SHOP
from chaos.load.world import Shop
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from harness.experiment import Minimum, ServiceLevel
from harness.history import Ending
from harness.load.profile import LoadProfile

flash_sale_deep: LoadProfile[RunningShop] = LoadProfile(
    name="flash_sale_deep",
    about="1000 users order one unit each, again and again for 5 s; there are 10,000.",
    system=SHOP,
    world=Shop(stock=10_000),
    locustfile=CLOSED,
    user="Buyers",
    users=1000,
    seconds=5.0,
    late_s=AT_ONCE_S,
    guarantees=PROMISES,
    minimums=(Minimum(operation=PLACE_ORDER, count=500, endings=frozenset({Ending.OK})),),
    levels=(ServiceLevel(operation=PLACE_ORDER, unserved=0.5),),
)
