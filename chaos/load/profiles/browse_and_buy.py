"""browse_and_buy: customers who mostly look: products, their account, and one visit in five ends with an order that is paid."""

from chaos.load.operations import READ_ACCOUNT
from chaos.load.shops import CLOSED, PAID, SHOP
from chaos.load.world import Shop
from chaos.observations.identity import READ_PRODUCT
from chaos.observations.orders import PLACE_ORDER
from chaos.subject import RunningShop
from harness.experiment import Minimum, ServiceLevel
from harness.history import Ending
from harness.load.profile import LoadProfile

browse_and_buy: LoadProfile[RunningShop] = LoadProfile(
    name="browse_and_buy",
    about="100 users look at products and at their account for 20 s, twice a second; one visit in five buys and pays.",
    system=SHOP,
    world=Shop(stock=1000, products=20),
    locustfile=CLOSED,
    user="Browsers",
    users=100,
    seconds=20.0,
    warm_up_s=2.0,
    guarantees=PAID,
    minimums=(
        Minimum(operation=READ_PRODUCT, count=500, endings=frozenset({Ending.OK})),
        Minimum(operation=PLACE_ORDER, count=50, endings=frozenset({Ending.OK})),
    ),
    levels=(
        ServiceLevel(operation=READ_PRODUCT, unserved=0.01, p99_s=5.0),
        ServiceLevel(operation=READ_ACCOUNT, unserved=0.01, p99_s=5.0),
    ),
)
