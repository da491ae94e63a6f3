"""What a system hands in to be tried across its users: people, how things are made, and who may do what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from harness.fuzz.across_users.requests import Sender, Transcript


class Audience(StrEnum):
    """Who may do an operation; `OWNER`: whoever is logged in, to what is his."""

    ANYBODY = "anybody"
    OWNER = "owner"
    STAFF = "staff"


class NotMade(Exception):
    """A thing or a person could not be made; says what was answered."""


@dataclass(frozen=True, kw_only=True)
class Person:
    """Somebody with an account. `private` are texts that nobody else may read.

    `outdated` are tokens that were valid and are no longer, by what made them so; `refresh_token` is valid, for refreshing.
    """

    name: str
    id: str
    token: str
    refresh_token: str
    private: tuple[str, ...]
    outdated: Mapping[str, str]
    transcript: Transcript = field(compare=False)


@dataclass(frozen=True)
class Kind:
    """A kind of thing. `owned`: it belongs to somebody, and its id alone must not open it to another.

    `hidden`: to all but its owner it is as though it did not exist, so the refusal is the one for an id that never was.
    """

    name: str
    owned: bool = False
    hidden: bool = False


class World(Protocol):
    """The people and things of a system."""

    @property
    def sender(self) -> Sender:
        """Sends its requests."""

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """The kind of thing by the name of the parameter or property that names one, e.g. order_id."""

    @property
    def fresh(self) -> frozenset[str]:
        """Headers (in lower case) of which every request needs a value of its own, such as an idempotency key."""

    @property
    def outcome_properties(self) -> frozenset[str]:
        """Properties that say what became of a request, also of one that was refused: for them to change is no effect."""

    @property
    def signing_key(self) -> str:
        """What its tokens are signed with (HMAC); "" when it is not known."""

    def audience(self, operation: str) -> Audience:
        """Who may do an operation ("GET /orders/{order_id}"). One that nobody thought of is for staff."""

    async def document(self) -> Mapping[str, object]:
        """The OpenAPI document."""

    async def person(self, name: str, *, staff: bool) -> Person:
        """Somebody new, logged in. Raises NotMade."""

    async def valid(self, person: Person) -> bool:
        """Whether the token is good and the account as it was when it was made."""

    async def make(self, kind: str, owner: Person, beside: Mapping[str, str], transcript: Transcript, variable: str) -> str:
        """A new thing of a kind; its id. `beside` are those made for the same purpose already, by kind. Raises NotMade.

        Its requests are added to the transcript; `variable` is the name for its id there.
        """

    async def fill(self, operation: str, body: Any, person: Person) -> Any:
        """The example body of an operation with what is this person's, such as credentials; mostly as it is. Raises NotMade."""
