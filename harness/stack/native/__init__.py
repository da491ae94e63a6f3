"""Servers as private processes: programs found on this machine, each with its own ports and data.

One file per kind of server, registered where it is defined; `provider` starts them, `install` gets missing ones.
"""
