"""The errors of a stack; every message says what to do next."""


class StackError(Exception):
    """Base class of all errors of a stack."""


class TopologyError(StackError):
    """services.toml cannot be built; the message names file and key."""


class ServerMissing(StackError):
    """A server program is neither installed nor can it be installed here; says what to install."""


class PortTaken(StackError):
    """Another process listens on a port that was asked for."""


class StartFailed(StackError):
    """A member of the stack did not become ready; carries the end of its log."""


class NoSuchMember(StackError):
    """No instance or server of that name in this stack."""


class CapabilityMissing(StackError):
    """This member cannot do what was asked (for example be restarted through an attached stack)."""


class LeftOvers(StackError):
    """Processes or containers were left after the stop; they have been killed."""


class StackBusy(StackError):
    """Another stack is using this run folder."""


class NotAttachable(StackError):
    """There is no running stack in this folder."""


class EngineError(StackError):
    """The container engine does not answer, is not on this machine, or refused something."""


class NoSuchContainer(EngineError):
    """The container engine has no such container, or no such image."""
