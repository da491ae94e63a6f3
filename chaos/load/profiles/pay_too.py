"""pay_too: place, pay, complete; every order that is paid is mailed about."""

from chaos.load.shops import CLOSED, PAID, SHOP
from chaos.load.world import Shop
from chaos.observations.orders import COMPLETE_ORDER
from chaos.subject import RunningShop
from harness.experiment import Exercised, Minimum, ServiceLevel
from harness.history import Ending
from harness.load.profile import LoadProfile

pay_too: LoadProfile[RunningShop] = LoadProfile(
    name="pay_too",
    about="50 users place an order, have it authorised, complete it and go on, for 15 s; each paid order is mailed about.",
    system=SHOP,
    world=Shop(stock=10_000),
    locustfile=CLOSED,
    user="Payers",
    users=50,
    seconds=15.0,
    warm_up_s=2.0,
    guarantees=PAID,
    exercised=(Exercised(guarantee="charged_at_most_once", counted="captures", at_least=100),),
    minimums=(Minimum(operation=COMPLETE_ORDER, count=100, endings=frozenset({Ending.OK})),),
    levels=(ServiceLevel(operation=COMPLETE_ORDER, unserved=0.02),),
)
