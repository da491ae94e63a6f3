"""Categories: nodes of the catalogue's tree."""

from collections.abc import Iterable
from typing import Annotated, ClassVar, Self

from pydantic import Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema
from shop.product.v1 import product_pb2

from system.gateway.models.fields import NOT_BLANK, Answer, Change, Id, OptionalId, Request, example

BOOKS = {"id": "3d9a7e8c-0b4e-4a0c-9c55-64a0c7b4b1a1", "name": "Books", "parent_id": None}
NOVELS = {"id": "b2f5a8f7-2d0e-4b35-8f0a-0f8f3e5f6c22", "name": "Novels", "parent_id": BOOKS["id"]}

Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100, pattern=NOT_BLANK),
    Field(description="Not blank, unique among its siblings."),
]
Parent = Annotated[Id | None, Field(description="The parent; null makes it a root.")]


class NewCategory(Request):
    """A node to add."""

    model_config = example({"name": "Novels", "parent_id": BOOKS["id"]})

    name: Name
    parent_id: Parent = None


class CategoryChange(Change):
    """What changes of a node."""

    model_config = example({"name": "Tales"})
    clearable: ClassVar[frozenset[str]] = frozenset({"parent_id"})

    name: Name | SkipJsonSchema[None] = None
    parent_id: Parent = None


class CategoryQuery(Request):
    """Whose children to list."""

    parent_id: Annotated[Id | SkipJsonSchema[None], Field(description="The parent; left out: the roots.")] = None


class Category(Answer):
    """A node."""

    model_config = example(NOVELS)

    id: str
    name: str
    parent_id: OptionalId

    @classmethod
    def of(cls, message: product_pb2.Category) -> Self:
        """Read from a message."""
        return cls(id=message.id, name=message.name, parent_id=message.parent_id or None)


class CategoryView(Category):
    """A node with its neighbours."""

    model_config = example({**NOVELS, "parent": BOOKS, "children": []})

    parent: Category | None
    children: list[Category]

    @classmethod
    def seen(cls, response: product_pb2.GetCategoryResponse) -> Self:
        """Read from a message."""
        node = response.category
        return cls(
            id=node.id,
            name=node.name,
            parent_id=node.parent_id or None,
            parent=Category.of(response.parent) if response.HasField("parent") else None,
            children=[Category.of(child) for child in response.children],
        )


class Categories(Answer):
    """Nodes with one parent, by name."""

    model_config = example({"items": [NOVELS], "total": 1})

    items: list[Category]
    total: int

    @classmethod
    def of(cls, messages: Iterable[product_pb2.Category]) -> Self:
        """Read from messages."""
        items = [Category.of(message) for message in messages]
        return cls(items=items, total=len(items))
