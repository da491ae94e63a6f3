"""Rules about promises: what a new version may not take back, each in the direction that hurts.

A caller is hurt by a stricter request, a looser response, a status that it does not know, an RPC that may no longer be
repeated, and a call that takes longer than it waits.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from harness.contracts.finding import Finding, Level
from harness.contracts.proto.promises import Promises, RpcPromise

CONTRACT = "proto"
_REPEATABLE = {"IDEMPOTENCY_UNKNOWN": 0, "IDEMPOTENT": 1, "NO_SIDE_EFFECTS": 2}
_LEAST, _MOST = ("min", "min_length"), ("max", "max_length", "max_items")


def unstated(now: Promises) -> Iterator[Finding]:
    """RPCs that do not say whether they may be repeated, or how long they take."""
    for name, promise in now.rpcs.items():
        if not promise.stated:
            message = "It states no idempotency_level (IDEMPOTENCY_UNKNOWN: may not be sent again)."
            yield Finding(CONTRACT, "rpc-idempotency-unstated", name, Level.ERR, message)
        if not promise.deadline_ms:
            message = "It states no deadline_ms: nobody knows how long to wait."
            yield Finding(CONTRACT, "rpc-deadline-unstated", name, Level.ERR, message)


def changed(before: Promises, now: Promises) -> Iterator[Finding]:
    """What has become of the promises of RPCs and fields that are still there."""
    for name in sorted(before.rpcs.keys() & now.rpcs.keys()):
        yield from _rpc(name, before.rpcs[name], now.rpcs[name])
    if not before.limits:
        return  # a release from before there were limits; to state them takes nothing back
    for name in sorted(before.limits.keys() | now.limits.keys()):
        yield from _field(name, before, now)


def _rpc(name: str, before: RpcPromise, now: RpcPromise) -> Iterator[Finding]:
    was, is_ = _REPEATABLE[before.idempotency], _REPEATABLE[now.idempotency]
    told = f"{before.idempotency} became {now.idempotency}"
    if is_ < was:
        yield Finding(
            CONTRACT, "rpc-idempotency-withdrawn", name, Level.ERR, f"{told}: callers repeat it when an answer is lost."
        )
    elif is_ > was:
        yield Finding(CONTRACT, "rpc-idempotency-promised", name, Level.INFO, f"{told}: it may be repeated more freely.")
    if before.deadline_ms and now.deadline_ms > before.deadline_ms:
        message = f"It may take {now.deadline_ms} ms instead of {before.deadline_ms}: callers give up before."
        yield Finding(CONTRACT, "rpc-deadline-lengthened", name, Level.ERR, message)
    elif now.deadline_ms and now.deadline_ms < before.deadline_ms:
        message = f"It ends after {now.deadline_ms} ms instead of {before.deadline_ms}."
        yield Finding(CONTRACT, "rpc-deadline-shortened", name, Level.INFO, message)
    if before.answers:  # else nothing was promised
        for status in sorted({*now.answers} - {*before.answers}):
            message = f"It may answer {status} now, which its callers do not expect."
            yield Finding(CONTRACT, "rpc-status-added", f"{name} {status}", Level.ERR, message)
        for status in sorted({*before.answers} - {*now.answers}):
            message = f"It does not answer {status} any more."
            yield Finding(CONTRACT, "rpc-status-removed", f"{name} {status}", Level.INFO, message)


def _field(name: str, before: Promises, now: Promises) -> Iterator[Finding]:
    message = name.rpartition(".")[0]
    old, new = before.limits.get(name, {}), now.limits.get(name, {})
    tighter, looser = sorted(_tighter(old, new)), sorted(_tighter(new, old))
    for limits, words, request, response in (
        (tighter, "stricter", Level.ERR, Level.INFO),
        (looser, "looser", Level.INFO, Level.ERR),
    ):
        for limit in limits:
            told = f"{limit} {old.get(limit, 'unset')} became {new.get(limit, 'unset')}"
            if message in now.requests:
                yield Finding(CONTRACT, f"request-limit-{words}", f"{name} {limit}", request, f"{told}, in what callers send.")
            if message in now.responses:
                yield Finding(CONTRACT, f"response-limit-{words}", f"{name} {limit}", response, f"{told}, in what callers get.")


def _tighter(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    """The limits by which `new` admits less than `old`."""
    for limit in _LEAST:
        if limit in new and new[limit] > old.get(limit, float("-inf") if limit == "min" else 0):
            yield limit
    for limit in _MOST:
        if limit in new and new[limit] < old.get(limit, float("inf")):
            yield limit
    if new.get("required") and not old.get("required"):
        yield "required"
    if new.get("format") and new.get("format") != old.get("format"):
        yield "format"
