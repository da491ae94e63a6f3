"""shop.user.v1.UserService over the use cases: protobuf to domain and back, nothing else."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp
from shop.user.v1 import user_pb2
from shop.user.v1.user_pb2_grpc import UserServiceServicer

from system.common.errors import InvalidArgument
from system.common.rpc_server import Context
from system.user.domain import Role, TokenPair, User
from system.user.handlers import Accounts
from system.user.sessions import Sessions

ROLES: Final[Mapping[int, Role]] = {user_pb2.ROLE_USER: Role.USER, user_pb2.ROLE_ADMIN: Role.ADMIN}
ON_THE_WIRE: Final = {Role.USER: user_pb2.ROLE_USER, Role.ADMIN: user_pb2.ROLE_ADMIN}


class UserRpc(UserServiceServicer):
    """The servicer."""

    def __init__(self, accounts: Accounts, sessions: Sessions) -> None:
        self._accounts = accounts
        self._sessions = sessions

    async def Register(self, request: user_pb2.RegisterRequest, context: Context) -> user_pb2.RegisterResponse:
        """Make an account."""
        user = await self._accounts.register(request.email, request.password, request.name)
        return user_pb2.RegisterResponse(user=_user(user))

    async def Login(self, request: user_pb2.LoginRequest, context: Context) -> user_pb2.LoginResponse:
        """Tokens for a password."""
        tokens, user = await self._sessions.login(request.email, request.password)
        return user_pb2.LoginResponse(tokens=_pair(tokens), user=_user(user))

    async def RefreshTokens(self, request: user_pb2.RefreshTokensRequest, context: Context) -> user_pb2.RefreshTokensResponse:
        """New tokens for old."""
        return user_pb2.RefreshTokensResponse(tokens=_pair(await self._sessions.refresh(request.refresh_token)))

    async def VerifyToken(self, request: user_pb2.VerifyTokenRequest, context: Context) -> user_pb2.VerifyTokenResponse:
        """Who a token speaks for."""
        bearer = await self._sessions.verify(request.access_token)
        return user_pb2.VerifyTokenResponse(
            user_id=bearer.user_id,
            email=bearer.email,
            role=ON_THE_WIRE[bearer.role],
            version=bearer.version,
            session_id=bearer.family,
        )

    async def Logout(self, request: user_pb2.LogoutRequest, context: Context) -> user_pb2.LogoutResponse:
        """End one session, or all of them."""
        if request.session_id:
            await self._sessions.end(request.user_id, request.session_id)
        else:
            await self._accounts.end_all_sessions(request.user_id)
        return user_pb2.LogoutResponse()

    async def GetUser(self, request: user_pb2.GetUserRequest, context: Context) -> user_pb2.GetUserResponse:
        """Read an account."""
        return user_pb2.GetUserResponse(user=_user(await self._accounts.get(request.user_id)))

    async def UpdateProfile(self, request: user_pb2.UpdateProfileRequest, context: Context) -> user_pb2.UpdateProfileResponse:
        """Change what is set."""
        user = await self._accounts.update_profile(
            request.user_id,
            name=request.name if request.HasField("name") else None,
            email=request.email if request.HasField("email") else None,
            password=request.password if request.HasField("password") else None,
            current_password=request.current_password if request.HasField("current_password") else None,
            if_match=request.if_match,
        )
        return user_pb2.UpdateProfileResponse(user=_user(user))

    async def ChangeRole(self, request: user_pb2.ChangeRoleRequest, context: Context) -> user_pb2.ChangeRoleResponse:
        """Give an account a role."""
        role = ROLES.get(request.role)
        if role is None:
            raise InvalidArgument("role must be USER or ADMIN", metadata={"field": "role"})
        return user_pb2.ChangeRoleResponse(
            user=_user(await self._accounts.change_role(request.user_id, role, request.if_match))
        )


def _user(user: User) -> user_pb2.User:
    return user_pb2.User(
        id=user.id,
        email=user.email,
        name=user.name,
        role=ON_THE_WIRE[user.role],
        version=user.version,
        created_at=_timestamp(user.created_at),
    )


def _pair(pair: TokenPair) -> user_pb2.TokenPair:
    return user_pb2.TokenPair(
        access_token=pair.access_token,
        refresh_token=pair.refresh_token,
        access_expires_at=_timestamp(pair.access_expires_at),
        refresh_expires_at=_timestamp(pair.refresh_expires_at),
    )


def _timestamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
