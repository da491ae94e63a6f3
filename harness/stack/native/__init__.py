"""Servers as private processes: the programs found on this machine, with ports and data of their own.

One file per kind of server, registered where it is defined; `provider` starts them, `install` gets missing ones.
"""
