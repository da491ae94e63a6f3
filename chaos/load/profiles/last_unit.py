"""last_unit: a thousand users want the one unit that is left."""

from chaos.load.shops import AT_ONCE_S, CLOSED, PROMISES, SHOP
from chaos.load.world import Shop
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from harness.experiment import Minimum, ServiceLevel
from harness.history import Ending
from harness.load.profile import LoadProfile

last_unit: LoadProfile[RunningShop] = LoadProfile(
    name="last_unit",
    about="1000 users order the one unit that is left, for 5 s.",
    system=SHOP,
    world=Shop(stock=1),
    locustfile=CLOSED,
    user="Buyers",
    users=1000,
    seconds=5.0,
    late_s=AT_ONCE_S,
    guarantees=PROMISES,
    minimums=(Minimum(operation=PLACE_ORDER, count=500, endings=frozenset({Ending.FAIL})),),
    levels=(ServiceLevel(operation=PLACE_ORDER, succeeded=1, unserved=0.5),),
)
