"""What can go wrong with a stack, as types; every message says what to do next."""


class StackError(Exception):
    """Base of everything a stack raises on purpose."""


class TopologyError(StackError):
    """services.toml says something that cannot be built; names the file and the key."""


class ServerMissing(StackError):
    """A server program is neither installed nor can it be installed here; says what to install."""


class PortTaken(StackError):
    """Somebody else listens on a port that was asked for."""


class StartFailed(StackError):
    """A member of the stack did not become ready; carries the end of its log."""


class NoSuchMember(StackError):
    """No instance or server of that name in this stack."""


class CapabilityMissing(StackError):
    """This member cannot do what was asked (for example be restarted through an attached stack)."""


class LeftOvers(StackError):
    """Processes were still there after everything had been stopped; they have been killed."""


class StackBusy(StackError):
    """Another stack is using this run folder."""


class NotAttachable(StackError):
    """There is no running stack in this folder."""


class EngineError(StackError):
    """The container engine does not answer, is not on this machine, or refused something."""


class NoSuchContainer(EngineError):
    """The container engine has no such container, or no such image."""
