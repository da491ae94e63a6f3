"""Run dependent steps: each in its own thread, as soon as its dependencies are done (ordered by graphlib)."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter


@dataclass(frozen=True)
class Step:
    """`run` is called once all `needs` (names of steps) have been done."""

    name: str
    run: Callable[[], None]
    needs: tuple[str, ...] = ()


def run_steps(steps: Sequence[Step], cancelled: threading.Event) -> None:
    """Run all steps; of those that can run, the ones listed first are started first.

    When one fails, `cancelled` is set (waits inside the others must observe it), no more are started, and after those
    that run have ended the first failure is raised. The same happens when this thread is interrupted. Raises ValueError,
    before anything runs, when a step needs one that is not listed or steps wait for each other.
    """
    order = _order(steps)
    by_name = {step.name: step for step in steps}
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(max_workers=max(1, len(steps)), thread_name_prefix="stack") as pool:
        try:
            while order.is_active():
                running |= {pool.submit(by_name[name].run): name for name in order.get_ready()}
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    name = running.pop(future)
                    future.result()
                    order.done(name)
        except BaseException:
            cancelled.set()
            raise


def _order(steps: Sequence[Step]) -> "TopologicalSorter[str]":
    order: TopologicalSorter[str] = TopologicalSorter({step.name: () for step in steps})  # ready ones keep this order
    names = {step.name for step in steps}
    for step in steps:
        if missing := sorted(set(step.needs) - names):
            raise ValueError(f"{step.name} needs {', '.join(missing)}, and there is no such step")
        order.add(step.name, *step.needs)
    try:
        order.prepare()
    except CycleError as error:
        raise ValueError(f"steps wait for each other: {' <- '.join(error.args[1])}") from error
    return order
