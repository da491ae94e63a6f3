"""The shop as the experiment engine sees it: how it starts, that it is well, when it is at rest, and what it holds then.

It is looked at from outside only: REST, SQL, AMQP and the provider's ledger; nothing of its code is imported.
"""

from chaos.subject.running import RunningShop
from chaos.subject.system import ShopSystem

__all__ = ["RunningShop", "ShopSystem"]
