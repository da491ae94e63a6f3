"""The deadline of the request being served, carried along to every call made for it.

A caller that has given up must not keep three services busy: the server interceptor enters the caller's deadline here, and
every outgoing call takes the nearer of it and its own timeout.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


@contextmanager
def within(timeout_s: float | None) -> Iterator[None]:
    """Serve a request that must be answered in `timeout_s` seconds; None leaves the surrounding deadline in force."""
    if timeout_s is None:
        yield
        return
    ours = time.monotonic() + timeout_s
    outer = _deadline.get()
    token = _deadline.set(ours if outer is None else min(outer, ours))
    try:
        yield
    finally:
        _deadline.reset(token)


@contextmanager
def none() -> Iterator[None]:
    """Work on without a deadline, whatever surrounds the block: for what goes on when its caller has been answered."""
    token = _deadline.set(None)
    try:
        yield
    finally:
        _deadline.reset(token)


def remaining(default_s: float) -> float:
    """Seconds left for an outgoing call: the nearer of `default_s` and the request's deadline; 0 when it has passed."""
    deadline = _deadline.get()
    return default_s if deadline is None else max(0.0, min(default_s, deadline - time.monotonic()))
