"""steady: orders that arrive as a Poisson process at a rate the shop carries with ease; what is late is the shop's."""

from chaos.load.shops import OPEN, PROMISES, SHOP
from chaos.load.world import Shop
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from harness.experiment import Minimum, ServiceLevel
from harness.history import Ending
from harness.load.arrivals import Arrivals
from harness.load.profile import LoadProfile

steady: LoadProfile[RunningShop] = LoadProfile(
    name="steady",
    about="60 orders a second for 30 s, by the clock (a Poisson process), of 20 products that are not sold out.",
    system=SHOP,
    world=Shop(stock=1000, products=20),
    locustfile=OPEN,
    user="ArrivingBuyers",
    users=200,
    seconds=30.0,
    arrivals=Arrivals(per_second=60.0),
    warm_up_s=3.0,
    guarantees=PROMISES,
    minimums=(Minimum(operation=PLACE_ORDER, count=1200, endings=frozenset({Ending.OK})),),
    levels=(ServiceLevel(operation=PLACE_ORDER, unserved=0.01, p99_s=2.0),),
)
