"""Faults that know the shop: its sagas, queues, payment provider and mailbox. Those of any system are in `harness.faults`.

Importing this package registers all of them.
"""

from chaos.faults import kill_waiting, killed_holding, mail_script, poison, provider_script, redelivery

__all__ = ["kill_waiting", "killed_holding", "mail_script", "poison", "provider_script", "redelivery"]
