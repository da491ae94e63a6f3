"""Runs tasks, so many at a time. One that fails, or Ctrl-C, ends all of them: none is left running when the call returns."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed

Task = Callable[[], None]


def at_once(tasks: Iterable[Task], jobs: int, interrupt: Callable[[], None]) -> None:
    """Run all tasks in their order, `jobs` at a time.

    Raises what the first that fails raises, or KeyboardInterrupt: then no further one is begun, `interrupt` makes an end of
    those that are at work, and they are waited for.
    """
    with ThreadPoolExecutor(jobs) as threads:
        try:
            for done in as_completed([threads.submit(task) for task in tasks]):
                done.result()
        except BaseException:
            threads.shutdown(wait=False, cancel_futures=True)
            interrupt()
            raise
