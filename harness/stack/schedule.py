"""Run steps that need each other: each in a thread of its own, as soon as what it needs is done."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass


@dataclass(frozen=True)
class Step:
    """`run` is called once all `needs` (names of steps) have been done."""

    name: str
    run: Callable[[], None]
    needs: tuple[str, ...] = ()


def run_steps(steps: Sequence[Step], cancelled: threading.Event) -> None:
    """Run all steps; steps listed first are started first, and a step needs only steps listed before it.

    When one fails, `cancelled` is set (waits inside the others should look at it), no more are started, and after those
    that run have ended the first failure is raised. The same happens when this thread is interrupted.
    """
    _check_order(steps)
    left = list(steps)
    done: set[str] = set()
    running: dict[Future[None], str] = {}
    with ThreadPoolExecutor(max_workers=max(1, len(steps)), thread_name_prefix="stack") as pool:
        try:
            while left or running:
                ready = [step for step in left if done.issuperset(step.needs)]
                left = [step for step in left if step not in ready]
                running |= {pool.submit(step.run): step.name for step in ready}
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    done.add(running.pop(future))
                    future.result()
        except BaseException:
            cancelled.set()
            raise


def _check_order(steps: Sequence[Step]) -> None:
    """Raises ValueError for a step that would wait for ever."""
    seen: set[str] = set()
    for step in steps:
        if not seen.issuperset(step.needs):
            raise ValueError(f"{step.name} needs {', '.join(sorted(set(step.needs) - seen))}, not listed before it")
        seen.add(step.name)
