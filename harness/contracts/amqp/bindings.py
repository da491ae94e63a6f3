"""Bindings: a queue gets what its consumers were written for, no less and nothing else."""

import json
from collections.abc import Iterator

from harness.contracts.amqp.registry import RULES, comparison
from harness.contracts.amqp.routing import covers
from harness.contracts.amqp.topology import Binding, Topology
from harness.contracts.finding import Finding, Level

REMOVED = RULES.declare("binding-removed", Level.ERR, "A binding is gone: its consumers no longer get those messages.")
ARGUMENTS = RULES.declare("binding-arguments-changed", Level.ERR, "A binding has other arguments: it matches other messages.")
WIDENED = RULES.declare(
    "binding-added-to-existing-queue",
    Level.WARN,
    "A queue gets more messages: consumers of the last release may not know them.",
)
ADDED = RULES.declare("binding-added", Level.INFO, "A new queue or exchange is bound.")


@comparison
def bindings(old: Topology, new: Topology) -> Iterator[Finding]:
    """What has become of every binding. One that a wider one of the same queue covers is not missed."""
    types = {exchange.name: exchange.type for exchange in new.exchanges}
    before, after = {each.key for each in old.bindings}, {each.key for each in new.bindings}
    added = [each for each in new.bindings if each.key not in before]
    for was in old.bindings:
        if was.key in after or any(_wider(now, was, types.get(now.source, "")) for now in new.bindings):
            continue
        if turned := next((now for now in added if now.key[:4] == was.key[:4]), None):
            added.remove(turned)
            detail = f"{json.dumps(dict(was.arguments))} became {json.dumps(dict(turned.arguments))}"
            yield RULES.found(ARGUMENTS, _where(was), detail)
        else:
            yield RULES.found(REMOVED, _where(was))
    known = {("queue", queue.name) for queue in old.queues} | {("exchange", exchange.name) for exchange in old.exchanges}
    for now in added:
        rule = WIDENED if (now.destination_kind, now.destination) in known else ADDED
        yield RULES.found(rule, _where(now))


def _wider(now: Binding, was: Binding, exchange_type: str) -> bool:
    """Whether `now` carries everything that `was` carried."""
    same_ends = now.key[:3] == was.key[:3] and now.arguments == was.arguments
    return same_ends and covers(exchange_type, now.routing_key, was.routing_key)


def _where(binding: Binding) -> str:
    return f"binding {binding.source} {binding.routing_key or '(no key)'} -> {binding.destination_kind} {binding.destination}"
