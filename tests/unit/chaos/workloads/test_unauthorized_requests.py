"""Nothing that needs an owner or an admin is left untried."""

import string

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from chaos.workloads.unauthorized_requests import UNAUTHORIZED_REQUESTS, Belongings, Of, UnauthorizedRequest
from system.gateway.auth import Roles, authenticate
from system.gateway.routes import ROUTERS

OWN = frozenset({("GET", "/users/me"), ("POST", "/auth/logout"), ("POST", "/orders"), ("GET", "/orders")})
"""Routes that name nobody's thing: they answer to whoever asks, with what is theirs."""
VICTIM = Belongings(user="victim", order="their-order", payment="their-payment", private=("secret",))
THIEF = Belongings(user="thief", order="own-order", payment="own-payment")
THINGS = {**VICTIM.as_victims(), **THIEF.as_own(), "product": "the-product", "category": "the-category"}


def shape(path: str) -> str:
    """A path with its placeholders made alike."""
    return "".join(text + ("{}" if name is not None else "") for text, name, _, _ in string.Formatter().parse(path))


def guarded() -> set[tuple[str, str]]:
    """Every route of the gateway that asks who is asking."""
    found = set()
    for route in (route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)):
        asked = [dependency.call for dependency in _all(route)]
        if any(call is authenticate or isinstance(call, Roles) for call in asked):
            found |= {(method, shape(route.path)) for method in route.methods or ()}
    return found


def _all(route: APIRoute) -> list[Dependant]:
    todo: list[Dependant] = [route.dependant]
    found: list[Dependant] = []
    while todo:
        found.append(todo.pop())
        todo += found[-1].dependencies
    return found


def test_every_guarded_route_is_tried() -> None:
    tried = {(each.method, shape(each.path)) for each in UNAUTHORIZED_REQUESTS}
    assert len(guarded()) >= 15
    assert guarded() - OWN <= tried


@pytest.mark.parametrize("unauthorized", UNAUTHORIZED_REQUESTS, ids=lambda each: each.what)
def test_each_can_be_filled_and_leaves_no_placeholder(unauthorized: UnauthorizedRequest) -> None:
    method, path, body = unauthorized.filled(THINGS)
    assert method == unauthorized.method
    assert "{" not in path + str(body).replace("{'", "").replace(": {", "")


def test_each_says_what_it_is_once() -> None:
    assert len({each.what for each in UNAUTHORIZED_REQUESTS}) == len(UNAUTHORIZED_REQUESTS)


def test_what_is_of_another_names_the_others_thing() -> None:
    for unauthorized in UNAUTHORIZED_REQUESTS:
        _, path, body = unauthorized.filled(THINGS)
        if unauthorized.of in (Of.ORDER, Of.PAYMENT, Of.USER):
            assert THINGS[unauthorized.of] in f"{path} {body}"
