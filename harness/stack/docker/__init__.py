"""Servers as containers of a Docker engine on this machine, made by testcontainers.

One file per kind of server, registered where it is defined; `provider` starts them, `images` chooses what they are made of,
`engine` is what the stack and its guard ask of the engine. Our own services stay processes of this machine.
"""
