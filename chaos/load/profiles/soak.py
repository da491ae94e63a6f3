"""soak: the visits of a working day, in a steady stream for as long as is asked for; nothing may grow or get slower."""

from chaos.load.shops import OPEN, PAID, SHOP
from chaos.load.world import Shop
from chaos.observations.identity import READ_PRODUCT
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from harness.experiment import Minimum, ServiceLevel
from harness.history import Ending
from harness.load.arrivals import Arrivals
from harness.load.profile import LoadProfile

soak: LoadProfile[RunningShop] = LoadProfile(
    name="soak",
    about="15 visits a second by the clock (`--time`, here 60 s; 600 s at night): looking, ordering, paying.",
    system=SHOP,
    world=Shop(stock=10_000, products=20),
    locustfile=OPEN,
    user="ArrivingBrowsers",
    users=200,
    seconds=60.0,
    arrivals=Arrivals(per_second=15.0),
    warm_up_s=5.0,
    guarantees=PAID,
    minimums=(
        Minimum(operation=READ_PRODUCT, count=500, endings=frozenset({Ending.OK})),
        Minimum(operation=PLACE_ORDER, count=50, endings=frozenset({Ending.OK})),
    ),
    levels=(ServiceLevel(operation=READ_PRODUCT, unserved=0.01, p99_s=2.0),),
)
