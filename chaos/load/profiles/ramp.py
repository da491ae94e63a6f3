"""ramp: orders arrive ever faster, beyond what the shop carries: the report's curves show the knee."""

from chaos.load.shops import OPEN, PROMISES, SHOP
from chaos.load.world import Shop
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from harness.experiment import Minimum
from harness.history import Ending
from harness.load.arrivals import Arrivals
from harness.load.profile import LoadProfile

ramp: LoadProfile[RunningShop] = LoadProfile(
    name="ramp",
    about="20 orders a second, growing to 400 within 40 s, by the clock.",
    system=SHOP,
    world=Shop(stock=2000, products=20),
    locustfile=OPEN,
    user="ArrivingBuyers",
    users=400,
    seconds=40.0,
    arrivals=Arrivals(per_second=20.0, until_per_second=400.0),
    guarantees=PROMISES,
    minimums=(Minimum(operation=PLACE_ORDER, count=1000, endings=frozenset({Ending.OK})),),
)
