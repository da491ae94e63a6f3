"""What the control API refuses, with the status and the words of Toxiproxy: clients match on both.

A refused request has changed nothing, except that /populate and /reset handle proxies in sequence: changes before the refusal
stay, and a proxy that /populate was replacing is gone.
"""

from http import HTTPStatus


class ProxyError(Exception):
    """A refusal of the control API; `str(error)` is its message."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR


class BadRequestBody(ProxyError):
    """The body is not JSON, or not of the form that is asked for."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, why: str) -> None:
        super().__init__(f"bad request body: {why}")


class MissingField(ProxyError):
    """A field without which there is no proxy."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self, field: str) -> None:
        super().__init__(f"missing required field: {field}")


class InvalidStream(ProxyError):
    """A direction that is neither of the two."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self) -> None:
        super().__init__("stream was invalid, can be either upstream or downstream")


class InvalidToxicType(ProxyError):
    """No toxic is registered under that type."""

    status = HTTPStatus.BAD_REQUEST

    def __init__(self) -> None:
        super().__init__("invalid toxic type")


class ProxyNotFound(ProxyError):
    """There is no proxy of that name."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("proxy not found")


class ToxicNotFound(ProxyError):
    """The proxy has no toxic of that name."""

    status = HTTPStatus.NOT_FOUND

    def __init__(self) -> None:
        super().__init__("toxic not found")


class ProxyAlreadyExists(ProxyError):
    """The name is taken."""

    status = HTTPStatus.CONFLICT

    def __init__(self) -> None:
        super().__init__("proxy already exists")


class ToxicAlreadyExists(ProxyError):
    """The name is taken, in either stream."""

    status = HTTPStatus.CONFLICT

    def __init__(self) -> None:
        super().__init__("toxic already exists")


class ListenFailed(ProxyError):
    """The address cannot be listened on; the message is what Go's net package says."""
