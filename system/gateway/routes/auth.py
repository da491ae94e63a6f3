"""Accounts begin here: registration, login, refresh."""

from typing import Annotated

from fastapi import APIRouter, Depends
from shop.user.v1 import user_pb2

from system.gateway.answers import answer
from system.gateway.models.users import Credentials, Refresh, Registration, Session, Tokens, User
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
    """Trade a refresh token for the next pair. It works once: a replay ends every session that came from it."""
    users = shop.clients.users
    issued = await shop.clients.call(users.RefreshTokens, user_pb2.RefreshTokensRequest(refresh_token=body.refresh_token))
    return answer(Tokens.of(issued.tokens), 200, SECRET)
