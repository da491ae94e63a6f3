"""The control API over HTTP: Toxiproxy's routes, /proxies/{proxy}/effects, and a seed in the body of /reset."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus

from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from harness.proxy import toxics  # noqa: F401 - registers them
from harness.proxy.bodies import ToxicRequest, proxy_change, proxy_request, proxy_requests, seed_of, toxic_change
from harness.proxy.errors import ProxyError
from harness.proxy.metrics import exposition
from harness.proxy.proxies import Proxies
from harness.proxy.replies import effects_body, proxy_body, refusal, reply, toxic_body

VERSION = "2.12.0+gauntlet"  # the one that this API is compatible with
MAX_BODY_BYTES = 1024 * 1024

Handler = Callable[[Request], Awaitable[Response]]


class ControlApi:
    """One method per route. Errors are raised; `application` turns them into replies."""

    def __init__(self, proxies: Proxies) -> None:
        self._proxies = proxies

    def application(self) -> Starlette:
        """The ASGI application."""
        proxy, toxic_list, toxic = "/proxies/{proxy}", "/proxies/{proxy}/toxics", "/proxies/{proxy}/toxics/{toxic}"
        routes = [
            _route("GET", "/proxies", self.list_proxies),
            _route("POST", "/proxies", self.create_proxy),
            _route("POST", "/populate", self.populate),
            _route("GET", proxy, self.show_proxy),
            _route("POST PATCH", proxy, self.update_proxy),
            _route("DELETE", proxy, self.delete_proxy),
            _route("GET", f"{proxy}/effects", self.show_effects),
            _route("GET", toxic_list, self.list_toxics),
            _route("POST", toxic_list, self.add_toxic),
            _route("GET", toxic, self.show_toxic),
            _route("POST PATCH", toxic, self.update_toxic),
            _route("DELETE", toxic, self.remove_toxic),
            _route("POST", "/reset", self.reset),
            _route("GET", "/version", self.show_version),
            _route("GET", "/metrics", self.show_metrics),
        ]
        application = Starlette(routes=routes, max_body_size=MAX_BODY_BYTES)
        application.router.redirect_slashes = False
        return application

    async def list_proxies(self, _: Request) -> Response:
        """GET /proxies."""
        return reply({proxy.name: proxy_body(proxy) for proxy in self._proxies})

    async def create_proxy(self, request: Request) -> Response:
        """POST /proxies."""
        return reply(proxy_body(await self._proxies.create(proxy_request(await request.body()))), HTTPStatus.CREATED)

    async def populate(self, request: Request) -> Response:
        """POST /populate."""
        proxies = await self._proxies.populate(proxy_requests(await request.body()))
        return reply({"proxies": [proxy_body(proxy) for proxy in proxies]}, HTTPStatus.CREATED)

    async def show_proxy(self, request: Request) -> Response:
        """GET /proxies/{proxy}."""
        return reply(proxy_body(self._proxies.get(request.path_params["proxy"])))

    async def update_proxy(self, request: Request) -> Response:
        """PATCH /proxies/{proxy}."""
        body = await request.body()
        name = self._proxies.get(request.path_params["proxy"]).name
        return reply(proxy_body(await self._proxies.update(name, proxy_change(body))))

    async def delete_proxy(self, request: Request) -> Response:
        """DELETE /proxies/{proxy}."""
        self._proxies.delete(request.path_params["proxy"])
        return _nothing()

    async def show_effects(self, request: Request) -> Response:
        """GET /proxies/{proxy}/effects."""
        return reply(effects_body(self._proxies.get(request.path_params["proxy"])))

    async def list_toxics(self, request: Request) -> Response:
        """GET /proxies/{proxy}/toxics."""
        return reply([toxic_body(toxic) for toxic in self._proxies.get(request.path_params["proxy"]).toxics])

    async def add_toxic(self, request: Request) -> Response:
        """POST /proxies/{proxy}/toxics."""
        body = await request.body()
        proxy = self._proxies.get(request.path_params["proxy"])
        wanted = ToxicRequest(body)
        proxy.require_unused(wanted.name)
        return reply(toxic_body(proxy.add(wanted.name, wanted.stream, wanted.toxicity, wanted.toxic)))

    async def show_toxic(self, request: Request) -> Response:
        """GET /proxies/{proxy}/toxics/{toxic}."""
        return reply(toxic_body(self._proxies.get(request.path_params["proxy"]).toxic(request.path_params["toxic"])))

    async def update_toxic(self, request: Request) -> Response:
        """PATCH /proxies/{proxy}/toxics/{toxic}."""
        body = await request.body()
        proxy = self._proxies.get(request.path_params["proxy"])
        there = proxy.toxic(request.path_params["toxic"])
        toxic, toxicity = toxic_change(body, there.toxic, there.toxicity)
        return reply(toxic_body(proxy.update(there.name, toxicity, toxic)))

    async def remove_toxic(self, request: Request) -> Response:
        """DELETE /proxies/{proxy}/toxics/{toxic}."""
        self._proxies.get(request.path_params["proxy"]).remove(request.path_params["toxic"])
        return _nothing()

    async def reset(self, request: Request) -> Response:
        """POST /reset."""
        await self._proxies.reset(seed_of(await request.body()))
        return _nothing()

    async def show_version(self, _: Request) -> Response:
        """GET /version."""
        return Response(f'{{"version": "{VERSION}"}}', media_type="application/json")

    async def show_metrics(self, _: Request) -> Response:
        """GET /metrics."""
        return Response(exposition(self._proxies), media_type=CONTENT_TYPE_PLAIN_0_0_4)


def _route(methods: str, path: str, handler: Handler) -> Route:
    """A route that answers these methods and no other (not even HEAD), and no browser: any web page could call it."""

    async def endpoint(request: Request) -> Response:
        if request.headers.get("user-agent", "").startswith("Mozilla/"):
            return PlainTextResponse("User agent not allowed\n", HTTPStatus.FORBIDDEN)
        try:
            return await handler(request)
        except ProxyError as error:
            return refusal(error)

    route = Route(path, endpoint, methods=methods.split())
    route.methods = set(methods.split())
    return route


def _nothing() -> Response:
    return Response(status_code=HTTPStatus.NO_CONTENT)
