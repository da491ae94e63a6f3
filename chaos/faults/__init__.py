"""What is done to the shop's members, one fault per file, through the capabilities of their stack alone.

A fault proves its effect by looking: a killed process is gone and its ports refuse connections, a partition lost bytes.
"""

from chaos.faults.cache_flush import flush
from chaos.faults.cut import cut, cut_one_of
from chaos.faults.forget import forget
from chaos.faults.kill import Kill, kill, kill_one_of
from chaos.faults.kill_waiting import KillWaiting, kill_waiting
from chaos.faults.partition import partition
from chaos.faults.pause import pause, pause_one_of
from chaos.faults.provider_failing import provider_failing
from chaos.faults.provider_late import provider_late
from chaos.faults.provider_slow import provider_slow
from chaos.faults.restart import Restart, restart, restart_one_of
from chaos.faults.slow_start import SlowStart, slow_start, slow_start_one_of
from chaos.faults.toxic import toxic

__all__ = [
    "Kill",
    "KillWaiting",
    "Restart",
    "SlowStart",
    "cut",
    "cut_one_of",
    "flush",
    "forget",
    "kill",
    "kill_one_of",
    "kill_waiting",
    "partition",
    "pause",
    "pause_one_of",
    "provider_failing",
    "provider_late",
    "provider_slow",
    "restart",
    "restart_one_of",
    "slow_start",
    "slow_start_one_of",
    "toxic",
]
