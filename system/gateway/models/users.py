"""Accounts and tokens."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self, TypedDict

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema
from shop.user.v1 import user_pb2

from system.common.enums import member_of
from system.gateway.models.fields import LINE_OF_TEXT, NOT_BLANK, Answer, Change, Email, Password, Request, example, moment

ADA = {
    "id": "7f1c1c0e-53a4-4a57-8d43-1a8f0a4a2b11",
    "email": "ada@shop.example",
    "name": "Ada Lovelace",
    "role": "USER",
    "created_at": "2026-11-22T12:00:00.000000Z",
}
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI3ZjFjIn0.c2lnbmF0dXJl"
TOKENS = {
    "access_token": JWT,
    "refresh_token": JWT,
    "token_type": "bearer",
    "expires_at": "2026-11-22T12:15:00Z",
    "refresh_expires_at": "2026-11-29T12:00:00Z",
}

Name = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=NOT_BLANK), Field(description="Display name, not blank.")
]


class Role(StrEnum):
    """What an account may do."""

    USER = "USER"
    ADMIN = "ADMIN"

    @classmethod
    def of(cls, value: "user_pb2.Role.ValueType") -> Self:
        """Read from a message. Raises Unavailable for a role this gateway does not know."""
        return member_of(cls, user_pb2.Role, value, "ROLE_")

    @property
    def message(self) -> "user_pb2.Role.ValueType":
        """As the services speak of it."""
        return user_pb2.Role.Value(f"ROLE_{self.value}")


class Registration(Request):
    """A new account."""

    model_config = example({"email": "ada@shop.example", "password": "correct horse battery", "name": "Ada Lovelace"})

    email: Email
    password: Password
    name: Name


class Credentials(Request):
    """Who logs in. Looser than a registration: what could never be an account is a 401 like any other wrong answer."""

    model_config = example({"email": "ada@shop.example", "password": "correct horse battery"})

    email: Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=LINE_OF_TEXT)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=LINE_OF_TEXT)]


class Refresh(Request):
    """A refresh token to trade for the next pair; each works once."""

    model_config = example({"refresh_token": JWT})

    refresh_token: Annotated[str, StringConstraints(min_length=1, max_length=4096, pattern=r"^[\x21-\x7e]+$")]


class Logout(Request):
    """Which sessions end: the one of the token that is shown, or every one of the account."""

    model_config = example({"all_sessions": True})

    all_sessions: bool = False


class ProfileChange(Change):
    """What changes of one's own account. A new address or password needs `current_password`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "Ada King"}],
            "anyOf": [{"required": ["name"]}, {"required": ["email"]}, {"required": ["password"]}],
            "dependentRequired": {"email": ["current_password"], "password": ["current_password"]},
        }
    )

    name: Name | SkipJsonSchema[None] = None
    email: Email | SkipJsonSchema[None] = None
    password: Password | SkipJsonSchema[None] = None
    current_password: Password | SkipJsonSchema[None] = None


class RoleChange(Request):
    """The role an account gets."""

    model_config = example({"role": "ADMIN"})

    role: Literal["USER", "ADMIN"]


class User(Answer):
    """An account as its owner and admins see it."""

    model_config = example(ADA)

    id: str
    email: str
    name: str
    role: Role
    created_at: datetime

    @classmethod
    def of(cls, message: user_pb2.User) -> Self:
        """Read from a message."""
        return cls(
            id=message.id,
            email=message.email,
            name=message.name,
            role=Role.of(message.role),
            created_at=moment(message.created_at),
        )


class Tokens(Answer):
    """A pair of tokens: the access token goes into `Authorization: Bearer …`."""

    model_config = example(TOKENS)

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 - a kind of token, not a token
    expires_at: Annotated[datetime, Field(description="When the access token ends.")]
    refresh_expires_at: datetime

    @classmethod
    def of(cls, message: user_pb2.TokenPair) -> Self:
        """Read from a message."""
        return cls(**_token_fields(message))


class Session(Tokens):
    """A pair of tokens and whom they speak for."""

    model_config = example({**TOKENS, "user": ADA})

    user: User

    @classmethod
    def opened(cls, response: user_pb2.LoginResponse) -> Self:
        """Read from a message."""
        return cls(**_token_fields(response.tokens), user=User.of(response.user))


class _TokenFields(TypedDict):
    access_token: str
    refresh_token: str
    expires_at: datetime
    refresh_expires_at: datetime


def _token_fields(message: user_pb2.TokenPair) -> _TokenFields:
    return {
        "access_token": message.access_token,
        "refresh_token": message.refresh_token,
        "expires_at": moment(message.access_expires_at),
        "refresh_expires_at": moment(message.refresh_expires_at),
    }
