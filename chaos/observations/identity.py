"""Identity: who logged in, changed an account, showed a token and tried what is not theirs, and the accounts at rest.

A session is one pair of tokens. Its name is chosen by the client that asks for it, so that tokens themselves need not
be on record.
"""

from dataclasses import dataclass

LOG_IN = "log_in"
REFRESH_TOKENS = "refresh_tokens"
USE_TOKEN = "use_token"  # noqa: S105 - the name of an operation
CHANGE_ACCOUNT = "change_account"
CHANGE_ROLE = "change_role"
READ_PRODUCT = "read_product"
READ_CATEGORY = "read_category"
LIST_ORDERS = "list_orders"
TRESPASS = "trespass"
"""Names of the operations that visitors and admins do."""

AT_THE_SHOP = (
    LOG_IN,
    REFRESH_TOKENS,
    USE_TOKEN,
    CHANGE_ACCOUNT,
    CHANGE_ROLE,
    READ_PRODUCT,
    READ_CATEGORY,
    LIST_ORDERS,
    TRESPASS,
)
"""All of them are answered by the shop."""

USERS = "user.users"
"""Subject of the observation of accounts at rest."""

ADMIN = "ADMIN"


@dataclass(frozen=True, slots=True)
class LogIn:
    """Input of LOG_IN: the session it is to open, and the instance that is asked."""

    user_id: str
    session: str
    at: str


@dataclass(frozen=True, slots=True)
class Refresh:
    """Input of REFRESH_TOKENS: the session whose refresh token is shown, and the one it is traded for."""

    user_id: str
    session: str
    next: str
    at: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Input of USE_TOKEN and CHANGE_ACCOUNT: the session whose access token is shown. `what` is asked or changed."""

    user_id: str
    session: str
    at: str
    what: str


@dataclass(frozen=True, slots=True)
class RoleChange:
    """Input of CHANGE_ROLE: an admin gives `user_id` a role."""

    user_id: str
    role: str


@dataclass(frozen=True, slots=True)
class AccessAttempt:
    """Input of TRESPASS: `user_id` tries something with `target`, which is the `owner`'s; both "" for the shop's own things.

    `private` are words that only the owner may read.
    """

    user_id: str
    what: str
    request: str
    owner: str = ""
    target: str = ""
    private: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account as the user service stored it."""

    id: str
    role: str
    version: int
