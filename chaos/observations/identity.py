"""Identity: logins, changes of accounts, uses of tokens, unauthorized requests, and the accounts at rest.

A session is one pair of tokens. The client names it, so that tokens themselves are not recorded.
"""

from dataclasses import dataclass

LOG_IN = "log_in"
REFRESH_TOKENS = "refresh_tokens"
USE_TOKEN = "use_token"  # noqa: S105 - the name of an operation
CHANGE_ACCOUNT = "change_account"
LOG_OUT = "log_out"
CHANGE_ROLE = "change_role"
READ_PRODUCT = "read_product"
READ_CATEGORY = "read_category"
LIST_ORDERS = "list_orders"
TRESPASS = "trespass"
"""Names of the operations of visitors and admins."""

AT_THE_SHOP = (
    LOG_IN,
    REFRESH_TOKENS,
    USE_TOKEN,
    CHANGE_ACCOUNT,
    CHANGE_ROLE,
    LOG_OUT,
    READ_PRODUCT,
    READ_CATEGORY,
    LIST_ORDERS,
    TRESPASS,
)
"""All of them; the shop answers each."""

USERS = "user.users"
"""Subject of the observation of accounts at rest."""

LOGIN_RATE = "gateway.login_rate"
"""Subject of the observation of the setting: how often one may try to log in to an account."""

REFRESH_AGAIN = "user.refresh_again"
"""Subject of the observation of the setting: for how long a refresh may be repeated."""

ADMIN = "ADMIN"
RAISE_ROLE = "raise the role"
"""What an admin may ask of a gateway for oneself (`Shown.what`); it changes the account."""


@dataclass(frozen=True, slots=True)
class LoginRateRow:
    """At most `attempts` within `seconds` from one client's address to one account, as it was chosen for the run.

    At most `crowd` from all addresses to one account, and `slowed` of each address besides; at most `hashes` from one address
    to all accounts. 0: not limited, or not known.
    """

    attempts: int
    seconds: int
    crowd: int = 0
    slowed: int = 0
    hashes: int = 0


@dataclass(frozen=True, slots=True)
class RefreshAgainRow:
    """For so long a refresh is answered once more with the same result, as it was chosen for the run."""

    seconds: float


@dataclass(frozen=True, slots=True)
class LogIn:
    """Input of LOG_IN: the session it opens, and the instance that is called.

    `password` is the number of the password that is used, among those of the account, from 1 on; 0 if that is not recorded.
    `email` is the address that is given, in lower case; `source` where the client is ("": on this machine).
    """

    user_id: str
    session: str
    at: str
    password: int = 0
    email: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Refresh:
    """Input of REFRESH_TOKENS: the session whose refresh token is used, and the new one."""

    user_id: str
    session: str
    next: str
    at: str


@dataclass(frozen=True, slots=True)
class LogOut:
    """Input of LOG_OUT: the session that ends, whose access token is shown; `everywhere`: all others of its user, too."""

    user_id: str
    session: str
    at: str
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """Input of USE_TOKEN and CHANGE_ACCOUNT: the session whose access token is used; `what` is read or changed.

    `value` is the new name or e-mail address of a change of it. A change of the password has the numbers of the new one and of
    the one that is shown as `proof`, as in LogIn; one of the address has that of the proof.
    """

    user_id: str
    session: str
    at: str
    what: str
    value: str = ""
    password: int = 0
    proof: int = 0


@dataclass(frozen=True, slots=True)
class RoleChange:
    """Input of CHANGE_ROLE: an admin gives `user_id` a role."""

    user_id: str
    role: str


@dataclass(frozen=True, slots=True)
class AccessAttempt:
    """Input of TRESPASS: an unauthorized request of `user_id` on `target`, owned by `owner`; both "" for the shop's resources.

    `private` are texts that only the owner may read.
    """

    user_id: str
    what: str
    request: str
    owner: str = ""
    target: str = ""
    private: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrdersPage:
    """Input of LIST_ORDERS: at most `limit` of one's own orders from `cursor` ("": the newest) on.

    The pages that a client reads one after the other, from the first on, have the same `walk`; "" for a single page.
    """

    user_id: str
    walk: str = ""
    cursor: str = ""
    limit: int = 20


@dataclass(frozen=True, slots=True)
class UserRow:
    """An account as the user service stored it. Fields with a default are missing in runs of before."""

    id: str
    role: str
    version: int
    email: str = ""
    name: str = ""
