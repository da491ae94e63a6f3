"""The shop as a subject of experiments: start, health check, test for rest, and observations at rest.

It is observed by REST, SQL, AMQP, metrics and the sandboxes only; nothing of its code is imported.
"""

from chaos.subject.running import RunningShop
from chaos.subject.system import ShopSystem, UpgradedShop

__all__ = ["RunningShop", "ShopSystem", "UpgradedShop"]
