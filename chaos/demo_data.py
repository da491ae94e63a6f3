"""gauntlet demo-data: creates users, a catalogue and stock, to try the API in Swagger.

Idempotent: what exists already, by e-mail address or name, is left unchanged and shown.
"""

import asyncio
import json
from dataclasses import asdict, dataclass
from typing import Annotated, NoReturn

import httpx
import typer
from rich.console import Console
from rich.table import Table

from chaos.client import Categories, Category, Money, Product, Products, RefusedError, Session, Shop, Stock, User
from harness.cli.console import out, print_error
from harness.cli.options import AsJson, Name, stack_folder
from harness.exit_codes import ExitCode
from harness.stack.attach import attach
from harness.stack.errors import StackError

FIRST_ADMIN = "admin@shop.example"
wide = Console(width=200, highlight=False)
"""Stdout of a fixed width, so that passwords and ids are never wrapped."""


@dataclass(frozen=True)
class Person:
    """An account to create."""

    email: str
    password: str
    name: str
    role: str = "USER"


@dataclass(frozen=True)
class Article:
    """A product to create; `price` is in cents of a euro."""

    name: str
    category: str
    price: int
    stock: int
    description: str


PEOPLE = (
    Person("ada@shop.example", "analytical-engine", "Ada Lovelace"),
    Person("grace@shop.example", "first-compiler", "Grace Hopper"),
    Person("edsger@shop.example", "shortest-path", "Edsger Dijkstra"),
    Person("barbara@shop.example", "substitution", "Barbara Liskov", role="ADMIN"),
)
TREE = {"Home": ("Lamps", "Chairs"), "Office": ("Paper", "Pens")}
"""Root categories and their children."""
ARTICLES = (
    Article("Desk lamp", "Lamps", 3999, 100, "Warm light, long arm."),
    Article("Floor lamp", "Lamps", 8950, 25, "Stands where you sit."),
    Article("Office chair", "Chairs", 24900, 12, "Turns, rolls and forgives."),
    Article("Stool", "Chairs", 4500, 40, "Three legs, never wobbles."),
    Article("Notebook", "Paper", 799, 500, "192 pages, dotted."),
    Article("Fountain pen", "Pens", 2999, 60, "Writes before you think."),
    Article("Last piece", "Pens", 9900, 1, "There is exactly one: order it twice."),
)


@dataclass(frozen=True)
class Shelf:
    """A product and its stock in the shop."""

    id: str
    name: str
    category: str
    price: Money
    available: int


@dataclass(frozen=True)
class Login:
    """An account of the shop."""

    email: str
    password: str
    role: str
    id: str


@dataclass(frozen=True)
class Demo:
    """What is in the shop now."""

    logins: tuple[Login, ...]
    shelves: tuple[Shelf, ...]


def command(
    name: Name = "default",
    url: Annotated[str | None, typer.Option(help="A gateway that gauntlet did not start.")] = None,
    admin_email: Annotated[str, typer.Option(help="With --url: who may write the catalogue.")] = FIRST_ADMIN,
    admin_password: Annotated[str | None, typer.Option(help="With --url: that admin's password.")] = None,
    as_json: AsJson = False,
) -> None:
    """Create users, an admin, a catalogue and stock in a running shop; print the logins. Idempotent."""
    if url is None:
        try:
            stack = attach(stack_folder(name))
        except StackError as error:
            _fail(f"{error}; start one with `gauntlet up`, or name a gateway with --url")
        url, admin_password = stack.base_url, stack.secret("admin")
    elif admin_password is None:
        raise typer.BadParameter("--url needs --admin-password")
    try:
        demo = asyncio.run(_fill_at(url, admin_email, admin_password))
    except RefusedError as error:
        _fail(f"the shop at {url} refused: {error}")
    except httpx.HTTPError as error:
        _fail(f"the shop at {url} cannot be reached: {type(error).__name__}: {error}")
    if as_json:
        out.print(json.dumps(asdict(demo)), markup=False)
    else:
        _show(demo, url)


async def fill(http: httpx.AsyncClient, admin_email: str, admin_password: str) -> Demo:
    """Create what is missing, through the gateway of `http`. Raises RefusedError, httpx.HTTPError."""
    visitor = Shop(http)
    session = (await visitor.login(admin_email, admin_password)).read(Session)
    admin = visitor.as_user(session)
    first = Login(admin_email, admin_password, session.user.role, session.user.id)
    others = [Login(each.email, each.password, each.role, await _account(visitor, admin, each)) for each in PEOPLE]
    categories = await _tree(admin)
    shelves = [await _shelf(admin, article, categories[article.category]) for article in ARTICLES]
    return Demo((first, *others), tuple(shelves))


async def _fill_at(url: str, admin_email: str, admin_password: str) -> Demo:
    async with httpx.AsyncClient(base_url=url, timeout=20, trust_env=False) as http:
        return await fill(http, admin_email, admin_password)


async def _account(visitor: Shop, admin: Shop, person: Person) -> str:
    """The id of a person's account, with the person's role."""
    registered = await visitor.register(person.email, person.password, person.name)
    if registered.status == 409:
        user = (await visitor.login(person.email, person.password)).read(Session).user
    else:
        user = registered.read(User)
    if user.role != person.role:
        (await admin.change_role(user.id, person.role)).read(User)
    return user.id


async def _tree(admin: Shop) -> dict[str, str]:
    """Ids of all categories by name."""
    ids: dict[str, str] = {}
    for root, children in TREE.items():
        ids[root] = await _category(admin, root, None)
        for child in children:
            ids[child] = await _category(admin, child, ids[root])
    return ids


async def _category(admin: Shop, name: str, parent_id: str | None) -> str:
    for found in (await admin.categories(parent_id)).read(Categories).items:
        if found.name == name:
            return found.id
    return (await admin.create_category(name, parent_id)).read(Category).id


async def _shelf(admin: Shop, article: Article, category_id: str) -> Shelf:
    found = (await admin.products(name=article.name, category_id=category_id)).read(Products).items
    product = next((each for each in found if each.name == article.name), None)
    if product is None:
        picture = {"url": f"https://img.shop.example/{article.name.lower().replace(' ', '-')}.jpg", "alt": article.name}
        made = await admin.create_product(
            article.name,
            Money(article.price),
            description=article.description,
            category_id=category_id,
            images=[picture],
        )
        product = made.read(Product)
        stock = (await admin.set_stock(product.id, article.stock)).read(Stock)
    else:
        stock = (await admin.stock(product.id)).read(Stock)
    return Shelf(product.id, product.name, article.category, product.price, stock.available)


def _show(demo: Demo, url: str) -> None:
    logins = Table("e-mail", "password", "role", "id", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for login in demo.logins:
        logins.add_row(login.email, login.password, login.role, login.id)
    wide.print(logins)
    shelves = Table("product", "category", "price", "in stock", "id", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for shelf in demo.shelves:
        price = f"{shelf.price.minor_units / 100:.2f} {shelf.price.currency}"
        shelves.add_row(shelf.name, shelf.category, price, str(shelf.available), shelf.id)
    out.print()
    wide.print(shelves)
    out.print(f"\nTry them at {url}/api-docs: log in with POST /auth/login, then Authorize.", markup=False)


def _fail(text: str) -> NoReturn:
    print_error(text)
    raise typer.Exit(ExitCode.TROUBLE)
