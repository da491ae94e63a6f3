"""What is done to the shop's members, one fault per file, through the capabilities of their stack alone.

A fault proves its effect by looking: a killed process is gone and its ports refuse connections.
"""

from chaos.faults.kill import Kill, kill, kill_one_of
from chaos.faults.restart import Restart, restart, restart_one_of

__all__ = ["Kill", "Restart", "kill", "kill_one_of", "restart", "restart_one_of"]
