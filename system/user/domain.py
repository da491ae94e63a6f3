"""What an account is and what its owner may put in it. Pure rules: the same input always gets the same answer."""

import unicodedata
import uuid
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final

from system.common.email_address import LONGEST, is_email

PASSWORD_LENGTHS: Final = range(8, 129)
NAME_LIMIT: Final = 100


class RuleBroken(ValueError):
    """Input that no account may hold; the message tells its author what to change. `field` names the input."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class Role(Enum):
    """What an account may do."""

    USER = "USER"
    ADMIN = "ADMIN"


@dataclass(frozen=True)
class User:
    """An account as others may see it. `version` starts at 1 and is raised by every change."""

    id: str
    email: str
    name: str
    role: Role
    version: int
    created_at: datetime


@dataclass(frozen=True)
class Account:
    """A user with the credential, which never leaves the service."""

    user: User
    password_hash: str


@dataclass(frozen=True)
class Bearer:
    """Who an access token speaks for, as of the version it carries; `family` is its session ("" in old ones)."""

    user_id: str
    email: str
    role: Role
    version: int
    family: str = ""


@dataclass(frozen=True)
class RefreshToken:
    """One link of a chain of refresh tokens; all that descend from one login share its `family`."""

    id: str
    family: str
    user_id: str
    version: int
    expires_at: datetime


@dataclass(frozen=True)
class TokenPair:
    """What a client holds after it logged in."""

    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_expires_at: datetime


@dataclass(frozen=True)
class Registration:
    """A new account that meets the rules. Make it with `of`."""

    email: str
    password: str
    name: str

    @classmethod
    def of(cls, email: str, password: str, name: str) -> "Registration":
        """Check and normalise the input. Raises RuleBroken."""
        return cls(valid_email(email), valid_password(password), valid_name(name))


@dataclass(frozen=True)
class ProfileChange:
    """What an owner changes; None leaves a field as it is. Make it with `of`."""

    name: str | None = None
    email: str | None = None
    password: str | None = None

    @classmethod
    def of(cls, name: str | None, email: str | None, password: str | None) -> "ProfileChange":
        """Check and normalise the input. Raises RuleBroken, also when there is nothing to change."""
        if name is None and email is None and password is None:
            raise RuleBroken("name", "nothing to change: give a name, an e-mail address or a password")
        return cls(
            name=None if name is None else valid_name(name),
            email=None if email is None else valid_email(email),
            password=None if password is None else valid_password(password),
        )

    @property
    def needs_password(self) -> bool:
        """Whether the password in force must be shown: whoever holds only a token must not take the account over."""
        return self.email is not None or self.password is not None


def normal_email(email: str) -> str:
    """The form in which addresses are kept and compared."""
    return email.strip().lower()


def valid_email(email: str) -> str:
    """The address in its normal form. Raises RuleBroken unless a mail can be written to it."""
    normal = normal_email(email)
    if len(normal) > LONGEST:
        raise RuleBroken("email", f"an e-mail address has at most {LONGEST} characters")
    if not (email.isascii() and is_email(normal)):  # some letters turn ASCII when lowered
        raise RuleBroken("email", "this is not an e-mail address")
    return normal


def normal_password(password: str) -> str:
    """The form in which passwords are hashed: what looks the same is the same, from any keyboard (RFC 8265, OpaqueString)."""
    spaced = "".join(" " if unicodedata.category(character) == "Zs" else character for character in password)
    return unicodedata.normalize("NFC", spaced)


def valid_password(password: str) -> str:
    """The password in its normal form. Raises RuleBroken unless it has 8 to 128 characters then."""
    normal = normal_password(password)
    if len(normal) not in PASSWORD_LENGTHS:
        raise RuleBroken("password", f"a password has {PASSWORD_LENGTHS[0]} to {PASSWORD_LENGTHS[-1]} characters")
    return normal


def valid_name(name: str) -> str:
    """The name without white space around it. Raises RuleBroken unless 1 to 100 characters are left, none a control."""
    stripped = name.strip()
    if not 1 <= len(stripped) <= NAME_LIMIT:
        raise RuleBroken("name", f"a name has 1 to {NAME_LIMIT} characters")
    if any(unicodedata.category(character) == "Cc" for character in stripped):
        raise RuleBroken("name", "a name has no control characters")
    return stripped


def valid_id(user_id: str) -> str:
    """The id in canonical form. Raises RuleBroken unless it is a UUID."""
    try:
        canonical = str(uuid.UUID(user_id))
    except ValueError:
        canonical = None
    if canonical is None or canonical != user_id.lower():
        raise RuleBroken("user_id", "this is not the id of a user: it is no UUID")
    return canonical
