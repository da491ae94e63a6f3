"""Accounts begin here: registration, login, refresh, logout."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response
from shop.user.v1 import user_pb2

from system.gateway.answers import answer
from system.gateway.auth import Auth
from system.gateway.models.users import Credentials, Logout, Refresh, Registration, Session, Tokens, User
from system.gateway.parts import Address, Shop
from system.gateway.problems import documented

router = APIRouter(tags=["auth"])
SECRET = {"cache-control": "no-store"}


@router.post("/auth/register", status_code=201, response_model=User, responses=documented(409, 429))
async def register(body: Registration, address: Address, shop: Shop) -> object:
    """Make an account with the role USER. 409 when the e-mail address is taken. A number of them per minute and client only."""
    await shop.throttle.admit_registration(address)
    users = shop.clients.users
    made = await shop.clients.call(
        users.Register, user_pb2.RegisterRequest(email=body.email, password=body.password, name=body.name)
    )
    return User.of(made.user)


async def throttled(body: Credentials, address: Address, shop: Shop) -> Credentials:
    """The credentials, unless they were tried too often. Raises TooManyRequests."""
    await shop.throttle.admit_login(address, body.email)
    return body


@router.post("/auth/login", response_model=Session, responses=documented(401, 429))
async def login(body: Annotated[Credentials, Depends(throttled)], shop: Shop) -> object:
    """Trade credentials for a pair of tokens. A few attempts per minute only."""
    users = shop.clients.users
    opened = await shop.clients.call(users.Login, user_pb2.LoginRequest(email=body.email, password=body.password))
    return answer(Session.opened(opened), 200, SECRET)


@router.post("/auth/refresh", response_model=Tokens, responses=documented(401))
async def refresh(body: Refresh, shop: Shop) -> object:
    """Trade a refresh token for the next pair. It works once: a replay ends the session, with its access tokens.

    Who did not get the answer may ask again within a few seconds, before the new pair was used, and is given the same pair.
    """
    users = shop.clients.users
    issued = await shop.clients.call(users.RefreshTokens, user_pb2.RefreshTokensRequest(refresh_token=body.refresh_token))
    return answer(Tokens.of(issued.tokens), 200, SECRET)


@router.post("/auth/logout", status_code=204)
async def logout(identity: Auth, shop: Shop, body: Logout | None = None) -> Response:
    """End this session, or all of the account: none of their tokens, access or refresh, is accepted afterwards."""
    of_all = body is not None and body.all_sessions
    request = user_pb2.LogoutRequest(user_id=identity.id, session_id="" if of_all else identity.session)
    await shop.clients.call(shop.clients.users.Logout, request)
    return Response(status_code=204)
