"""Every consumer's declaration against the providers; the released one, too, because its consumer runs while a deploy rolls."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness.contracts.consumers.declaration import DOCUMENT, Consumer, from_document
from harness.contracts.consumers.judge_message import Ways, judge_message
from harness.contracts.consumers.judge_rest import judge_operation
from harness.contracts.consumers.judge_rpc import judge_call, judge_fields
from harness.contracts.consumers.providers_proto import read_image
from harness.contracts.consumers.providers_rest import Rest
from harness.contracts.consumers.rules import Judged
from harness.contracts.consumers.traffic import derived
from harness.contracts.documents import Documents
from harness.contracts.finding import Finding
from harness.contracts.proto.promises import Options

DOCUMENTS = (DOCUMENT, "proto.binpb", "openapi.json", "amqp.json")


@dataclass(frozen=True)
class ConsumersChecker:
    """See ContractChecker. `options` name where an image says what an RPC answers."""

    options: Options
    name: str = "consumers"
    about: str = "Changes of a provider that break a consumer, with the consumer and the place where it is used."
    released: tuple[str, ...] = DOCUMENTS
    current: tuple[str, ...] = DOCUMENTS

    def check(self, released: Documents, current: Documents) -> Iterator[Finding]:
        """See ContractChecker. Raises DeclarationError, ValueError for documents that are none."""
        protos = [read_image(each.content("proto.binpb"), self.options) for each in (released, current)]
        rest = [Rest(each.json("openapi.json")) for each in (released, current)]
        ways = [Ways.of(each.json("amqp.json")) for each in (released, current)]
        for consumer in joined(from_document(released), from_document(current)):
            for use in consumer.uses:
                judged = Judged(consumer, use)
                if use.kind == "rpc":
                    yield from judge_call(judged, *protos)
                elif use.kind == "rest":
                    yield from judge_operation(judged, *rest)
                else:
                    yield from judge_message(judged, protos[1], *ways)
                    yield from judge_fields(judged, *protos)


def joined(released: Iterable[Consumer], current: Iterable[Consumer]) -> tuple[Consumer, ...]:
    """The consumers of both, each with what it uses in either; what it handles is what both handle."""
    found = {consumer.name: consumer for consumer in current}
    for consumer in released:
        now = found.get(consumer.name)
        found[consumer.name] = derived(now, consumer.uses, exact=False) if now else consumer
    return tuple(found[name] for name in sorted(found))
