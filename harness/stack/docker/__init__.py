"""Servers as containers of a Docker engine on this machine, made by testcontainers.

One file per kind of server, registered where it is defined; `provider` starts them, `images` chooses what they are made of,
`engine` is the client that the stack and its guard use. Services remain processes of this machine.
"""
