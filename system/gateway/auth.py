"""Who is asking, declared on the route: `Auth` for anybody with a valid token, `Roles(Role.ADMIN)` for some.

The gateway judges nothing itself and remembers nothing: every request asks user.VerifyToken, so that a token is refused from
the moment the account changes.
"""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from shop.user.v1.user_pb2 import VerifyTokenRequest

from system.common.errors import PermissionDenied, Unauthenticated, Unavailable
from system.gateway.models.users import Role
from system.gateway.parts import Shop

TOKEN_MAX = 4096
bearer = HTTPBearer(
    auto_error=False, bearerFormat="JWT", scheme_name="bearer", description="The `access_token` of POST /auth/login."
)


@dataclass(frozen=True)
class Identity:
    """Whom a valid token speaks for."""

    id: str
    email: str
    role: Role
    session: str = ""
    """Of the token; "" for one that was issued by release 0.2."""


async def authenticate(shop: Shop, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> Identity:
    """Whom the request's token speaks for. Raises Unauthenticated, PermissionDenied, or Unavailable when nobody can tell."""
    if credentials is None:
        raise Unauthenticated("send Authorization: Bearer <access token>", reason="TOKEN_REQUIRED")
    token = credentials.credentials
    if not (token.isascii() and 0 < len(token) <= TOKEN_MAX):
        raise Unauthenticated("this is not an access token")
    clients = shop.clients
    known = await clients.call(clients.users.VerifyToken, VerifyTokenRequest(access_token=token))
    try:
        return Identity(known.user_id, known.email, Role.of(known.role), known.session_id)
    except Unavailable:
        raise PermissionDenied("this account has a role that is not known here") from None


Auth = Annotated[Identity, Depends(authenticate)]
"""A parameter of this type admits anybody with a valid token."""


class Roles:
    """A dependency that admits these roles alone: `Depends(Roles(Role.ADMIN))`."""

    def __init__(self, *admitted: Role) -> None:
        self._admitted = frozenset(admitted)

    async def __call__(self, identity: Auth) -> Identity:
        """The caller. Raises PermissionDenied."""
        if identity.role not in self._admitted:
            raise PermissionDenied(f"this takes the role {' or '.join(sorted(self._admitted))}")
        return identity
