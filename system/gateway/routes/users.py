"""Accounts: one's own, and the role an admin gives."""

from fastapi import APIRouter, Depends
from shop.user.v1 import user_pb2

from system.gateway.answers import answer
from system.gateway.auth import Auth, Roles
from system.gateway.conditions import ETAG, IfMatch, tagged
from system.gateway.models.fields import Id
from system.gateway.models.users import ProfileChange, Role, RoleChange, User
from system.gateway.parts import Address, Shop
from system.gateway.problems import documented

router = APIRouter(tags=["users"])


@router.get("/users/me", response_model=User, responses={200: {"headers": ETAG}})
async def read_own(identity: Auth, shop: Shop) -> object:
    """One's own account."""
    users = shop.clients.users
    found = await shop.clients.call(users.GetUser, user_pb2.GetUserRequest(user_id=identity.id))
    return answer(User.of(found.user), 200, tagged(found.user.version))


@router.patch("/users/me", response_model=User, responses={200: {"headers": ETAG}, **documented(403, 409, 412, 429)})
async def change_own(body: ProfileChange, identity: Auth, address: Address, if_match: IfMatch, shop: Shop) -> object:
    """Change one's own name, address or password. Every token issued before is dead afterwards: log in again.

    What is so already changes nothing, and ends nothing.
    """
    if body.email is not None or body.password is not None:
        await shop.throttle.admit_change(address, identity.id)
    request = user_pb2.UpdateProfileRequest(user_id=identity.id, if_match=if_match, **body.model_dump(exclude_none=True))
    changed = await shop.clients.call(shop.clients.users.UpdateProfile, request)
    return answer(User.of(changed.user), 200, tagged(changed.user.version))


@router.patch(
    "/users/{user_id}/role",
    response_model=User,
    responses={200: {"headers": ETAG}, **documented(403, 404, 409, 412)},
    dependencies=[Depends(Roles(Role.ADMIN))],
)
async def change_role(user_id: Id, body: RoleChange, if_match: IfMatch, shop: Shop) -> object:
    """Give an account a role. Admins only. Every token of that account issued before is dead afterwards.

    A role that it has already changes nothing. 409 `LAST_ADMIN` for the last admin, who stays one.
    """
    request = user_pb2.ChangeRoleRequest(user_id=user_id, role=Role(body.role).message, if_match=if_match)
    changed = await shop.clients.call(shop.clients.users.ChangeRole, request)
    return answer(User.of(changed.user), 200, tagged(changed.user.version))
