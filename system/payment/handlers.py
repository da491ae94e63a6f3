"""Capturing and refunding: at most once, whatever crashes or is lost on the way.

What is about to be done is written down before the provider is asked, and the provider is asked outside of any transaction,
under an idempotency key made of order and payment. So after a crash between the provider's answer and our commit, asking
again gets the same answer, and the money is taken once. A process that was paused in the middle of a capture cannot undo a
refund: by then the provider refuses the capture, and the answer is stored only if no refund was asked.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, TypeVar

from system.common.database import Transaction
from system.common.errors import Conflict, InvalidArgument, NotFound, PaymentDeclined, ShopError, Unavailable
from system.common.telemetry import log
from system.payment.domain import (
    ALREADY_CAPTURED,
    PAYMENT_ALREADY_USED,
    PAYMENT_NOT_FOUND,
    Admission,
    GiveBack,
    Payment,
    Refusal,
    RemotePayment,
    RemoteStatus,
    Settled,
    Status,
    Verdict,
    Wanted,
    admit,
    can_exist,
    invalid_amount,
    invalid_order,
    invalid_payment,
    objection,
    refund_step,
)
from system.payment.store import PaymentStore

T = TypeVar("T")

LOOKS = 3
"""How often the provider's payment is looked at again when it moved between the look and the act."""


class Transactions(Protocol):
    """The part of a Database that the handlers need."""

    async def run(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in a transaction."""


class Provider(Protocol):
    """The payment provider; see clients.ProviderClient."""

    async def get(self, payment_id: str) -> RemotePayment | None:
        """Look at a payment."""

    async def capture(self, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        """Take the money."""

    async def refund(self, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        """Give it back."""

    async def void(self, payment_id: str, order_id: str) -> RemotePayment | Refusal:
        """Never take it."""


class Payments:
    """The use cases of the payment service."""

    def __init__(self, database: Transactions, store: PaymentStore, provider: Provider) -> None:
        self._database = database
        self._store = store
        self._provider = provider
        self._give_back: Mapping[GiveBack, Callable[[str, str], Awaitable[RemotePayment | Refusal]]] = {
            GiveBack.REFUND: provider.refund,
            GiveBack.VOID: provider.void,
        }

    async def capture(self, wanted: Wanted) -> Payment:
        """Take the money for an order; asked again, the same answer.

        Raises PaymentDeclined for a definite no, Conflict when the order is paid otherwise or the amount changed,
        Unavailable or DeadlineExceeded while the outcome is unknown: ask again.
        """
        _check(invalid_order(wanted.order_id), invalid_payment(wanted.provider_payment_id), invalid_amount(wanted.amount))
        if not can_exist(wanted.provider_payment_id):
            return _answer(Admission(Verdict.DECLINED, reason=PAYMENT_NOT_FOUND))
        admission = await self._database.run(lambda tx: self._begin(tx, wanted))
        if admission.verdict is not Verdict.ASK or admission.payment is None:
            return _answer(admission)
        payment, answer = admission.payment, await self._take(wanted)
        status, reason = (Status.DECLINED, answer) if answer else (Status.CAPTURED, "")
        if answer:
            log.info("payment declined", order_id=wanted.order_id, payment_id=payment.id, reason=answer)
        return _answer(await self._database.run(lambda tx: self._settle(tx, payment, wanted, status, reason)))

    async def _begin(self, tx: Transaction, wanted: Wanted) -> Admission:
        if await self._store.captured_elsewhere(tx, wanted.order_id, wanted.provider_payment_id):
            return Admission(Verdict.DECLINED, reason=PAYMENT_ALREADY_USED)
        await self._store.add(tx, wanted.order_id, wanted.provider_payment_id, wanted.amount)
        return admit(await self._store.lock_order(tx, wanted.order_id), wanted)

    async def _take(self, wanted: Wanted) -> str:
        """Ask the provider for the money: nothing when it is ours, else the reason of its definite no.

        A payment captured under a key that is not ours counts as taken when all of the right amount was captured for the
        right order; where it was another amount, what was captured is given back before the payment is declined.
        """
        for _ in range(LOOKS):
            remote = await self._provider.get(wanted.provider_payment_id)
            if reason := objection(remote, wanted):
                if remote is not None and refund_step(remote, wanted.order_id) is GiveBack.REFUND:
                    await self._provider.refund(wanted.provider_payment_id, wanted.order_id)
                return reason
            if remote is not None and remote.status is RemoteStatus.CAPTURED:
                return ""
            answer = await self._provider.capture(wanted.provider_payment_id, wanted.order_id)
            if isinstance(answer, Refusal) and answer.code != ALREADY_CAPTURED:
                return answer.code.upper()
            if isinstance(answer, RemotePayment) and answer.status is RemoteStatus.CAPTURED and not objection(answer, wanted):
                return ""
        raise Unavailable("the provider's payment does not stand still", retry_after_s=1)

    async def _settle(self, tx: Transaction, payment: Payment, wanted: Wanted, status: Status, reason: str) -> Admission:
        await self._store.settle(tx, payment.id, status, reason)
        return admit(await self._store.lock_order(tx, payment.order_id), wanted)

    async def refund(self, order_id: str, provider_payment_id: str) -> Payment:
        """Give back what was captured, or make sure that it never will be; asked again, the same answer.

        The answer is REFUNDED, or DECLINED where there was nothing of this order's to give back. Raises Unavailable or
        DeadlineExceeded while the outcome is unknown: ask again.
        """
        _check(invalid_order(order_id), invalid_payment(provider_payment_id))
        if not can_exist(provider_payment_id):
            raise InvalidArgument("there can be no payment of that id")
        payment = await self._database.run(lambda tx: self._begin_refund(tx, order_id, provider_payment_id))
        if payment.status in (Status.DECLINED, Status.REFUNDED):
            return payment
        end = await self._return(payment)
        return await self._database.run(lambda tx: self._close(tx, payment, end))

    async def _begin_refund(self, tx: Transaction, order_id: str, provider_payment_id: str) -> Payment:
        await self._store.add(tx, order_id, provider_payment_id, None)
        of_order = await self._store.lock_order(tx, order_id)
        payment = next(p for p in of_order if p.provider_payment_id == provider_payment_id)
        await self._store.ask_refund(tx, payment.id)
        return payment

    async def _return(self, payment: Payment) -> Settled:
        for _ in range(LOOKS):
            remote = await self._provider.get(payment.provider_payment_id)
            step = refund_step(remote, payment.order_id)
            if isinstance(step, Settled):
                return step
            answer = await self._give_back[step](payment.provider_payment_id, payment.order_id)
            if isinstance(answer, RemotePayment):
                return Settled(Status.REFUNDED)
        raise Unavailable("the provider's payment does not stand still", retry_after_s=1)

    async def _close(self, tx: Transaction, payment: Payment, end: Settled) -> Payment:
        await self._store.close(tx, payment.id, end.status, end.reason)
        return await self._store.get(tx, payment.id)

    async def newest(self, order_id: str) -> Payment:
        """The newest payment of an order. Raises NotFound."""
        _check(invalid_order(order_id))
        payment = await self._database.run(lambda tx: self._store.newest(tx, order_id))
        if payment is None:
            raise NotFound("the order has no payment", metadata={"order_id": order_id})
        return payment


_REFUSALS: Mapping[Verdict, tuple[type[ShopError], str]] = {
    Verdict.DECLINED: (PaymentDeclined, "the payment was declined"),
    Verdict.CONFLICT: (Conflict, "the payment does not fit what happened to this order before"),
    Verdict.LATER: (Unavailable, "another payment of this order is being settled"),
}


def _answer(admission: Admission) -> Payment:
    """The payment, when the money is ours. Raises what the verdict stands for otherwise."""
    if admission.verdict is Verdict.CAPTURED and admission.payment is not None:
        return admission.payment
    error, message = _REFUSALS.get(admission.verdict, (Unavailable, "the payment is still being settled"))
    raise error(
        f"{message}: {admission.reason}" if admission.reason else message,
        reason=admission.reason or None,
        retry_after_s=1 if error is Unavailable else None,
    )


def _check(*faults: str) -> None:
    for fault in filter(None, faults):
        raise InvalidArgument(fault)
