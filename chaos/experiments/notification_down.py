"""notification_down: mails are first not sent, then refused, then delivered without an answer."""

from chaos.experiments.promises import CHEAP_PASSWORDS, OF_A_SALE
from chaos.faults.mail_script import CODES, OF_EACH, mail_refused, mail_taken_in_silence
from chaos.observations.events import CAPTURE, MAIL_DELIVERED, MAIL_QUEUED, MAIL_SCRIPT_HIT
from chaos.observations.orders import COMPLETE_ORDER
from chaos.subject import RunningShop, ShopSystem
from chaos.workloads.buyer import Habits
from chaos.workloads.open_shop import OpenShop
from harness.experiment import AllOf, EventsSeen, EventsSince, Experiment, FaultPlan, Healed, Injected, Minimum, Sighting
from harness.faults.kill import kill
from harness.history import Ending

notification_down: Experiment[RunningShop] = Experiment(
    name="notification_down",
    about=(
        "Both instances of notification are killed until 20 mails are queued. Once they are back the mail server refuses every"
        " mail, with each code that there is for it, then it delivers some and closes without an answer. Every paid order gets"
        " exactly one confirmation."
    ),
    system=ShopSystem(
        instances={"notification": 2},
        environment={"user": CHEAP_PASSWORDS},
        watchers=("captures", "mails", "outbox", "mail_script"),
    ),
    workload=OpenShop(until=Healed("taken_in_silence"), habits=Habits(retries=0.9, attempts=30, pays=0.8)),
    faults=(
        *(
            FaultPlan(
                name=f"notification_{number}_killed",
                fault=kill(f"notification-{number}"),
                inject=EventsSeen(MAIL_DELIVERED, 3),
                heal=EventsSince(f"notification_{number}_killed", MAIL_QUEUED, 20),
            )
            for number in (1, 2)
        ),
        FaultPlan(
            name="mails_refused",
            fault=mail_refused(),
            inject=AllOf((Injected("notification_1_killed"), Injected("notification_2_killed"), EventsSeen(CAPTURE, 20))),
            heal=AllOf(
                (
                    Healed("notification_1_killed"),
                    Healed("notification_2_killed"),
                    EventsSeen(MAIL_SCRIPT_HIT, len(CODES) * OF_EACH),
                )
            ),
        ),
        FaultPlan(
            name="taken_in_silence",
            fault=mail_taken_in_silence(5),
            inject=Healed("mails_refused"),
            heal=EventsSince("taken_in_silence", MAIL_SCRIPT_HIT, 5),
        ),
    ),
    guarantees=OF_A_SALE,
    minimums=(Minimum(operation=COMPLETE_ORDER, count=40, endings=frozenset({Ending.OK})),),
    sightings=(Sighting(event=MAIL_QUEUED, count=20), Sighting(event=MAIL_DELIVERED, count=40)),
)
