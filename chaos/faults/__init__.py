"""What is done to the shop's members, one fault per file, through the capabilities of their stack alone.

A fault proves its effect by looking: a killed process is gone and its ports refuse connections, a partition lost bytes.
"""

from chaos.faults.cut import cut, cut_one_of
from chaos.faults.kill import Kill, kill, kill_one_of
from chaos.faults.partition import partition
from chaos.faults.pause import pause, pause_one_of
from chaos.faults.restart import Restart, restart, restart_one_of
from chaos.faults.toxic import toxic

__all__ = [
    "Kill",
    "Restart",
    "cut",
    "cut_one_of",
    "kill",
    "kill_one_of",
    "partition",
    "pause",
    "pause_one_of",
    "restart",
    "restart_one_of",
    "toxic",
]
