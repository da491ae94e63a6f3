"""The lanes of the shop on a report: one for each product's lock, one for each order's sagas."""

from chaos.observations.locks import LOCK_GRANTS
from chaos.observations.orders import SAGA_STEPS
from harness.experiment.presentation import LaneSpec, Shade, Tone

LOCK_HOLDERS = LaneSpec(
    name="locks",
    title="Lock holders",
    about=(
        "Who held the lock on which product, from its grant to the last command of the holder. Whether a fault"
        " excuses an overlap is decided by lock_exclusive_and_fenced."
    ),
    subject=LOCK_GRANTS,
    lane="resource",
    by="holder",
    label=("token", "ending", "votes"),
    begin="begin_ns",
    end="sure_ns",
    exclusive=True,
)
SAGAS = LaneSpec(
    name="sagas",
    title="Sagas",
    about="The saga steps of each order, each from the end of the one before to its own end.",
    subject=SAGA_STEPS,
    lane="subject",
    by="executor",
    label=("kind", "step", "direction", "outcome"),
    begin="created_ns",
    end="at_ns",
    chain="saga_id",
    shades=(
        Shade(said="undone", tone=Tone.WARN, when={"direction": "undo"}),
        Shade(said="done", tone=Tone.GOOD, when={"outcome": "done"}),
        Shade(said="refused", tone=Tone.WEAK),
    ),
)


LANES = (LOCK_HOLDERS, SAGAS)
