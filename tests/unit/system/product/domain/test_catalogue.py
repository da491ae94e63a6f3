import pytest
from hypothesis import given
from hypothesis import strategies as st

from system.product.domain.catalogue import (
    MAX_IMAGES,
    MAX_PAGE,
    MAX_PAGE_SIZE,
    Image,
    Parents,
    Search,
    closes_circle,
    depth_under,
    images,
    path,
)
from system.product.domain.values import InvalidValueError

# a ─ b ─ c      and a root x
#  └─ d
TREE: Parents = {"a": None, "b": "a", "c": "b", "d": "a", "x": None}


def test_a_path_leads_from_a_node_to_its_root() -> None:
    assert path(TREE, "c") == ("c", "b", "a")
    assert path(TREE, "x") == ("x",)
    assert path(TREE, None) == ()


@pytest.mark.parametrize(("node", "parent"), [("a", "a"), ("a", "c"), ("b", "c")])
def test_a_node_cannot_hang_under_itself_or_a_descendant(node: str, parent: str) -> None:
    assert closes_circle(TREE, node, parent)


@pytest.mark.parametrize(("node", "parent"), [("a", None), ("a", "x"), ("c", "d"), ("c", "a"), ("d", "c")])
def test_it_can_hang_anywhere_else(node: str, parent: str | None) -> None:
    assert not closes_circle(TREE, node, parent)


@pytest.mark.parametrize(
    ("node", "parent", "depth"),
    [(None, None, 1), (None, "c", 4), ("x", "c", 4), ("b", "d", 4), ("a", "x", 4), ("a", None, 3), ("c", None, 1)],
)
def test_the_depth_counts_what_hangs_above_and_below(node: str | None, parent: str | None, depth: int) -> None:
    assert depth_under(TREE, parent, node) == depth


@given(st.lists(st.tuples(st.integers(0, 7), st.none() | st.integers(0, 7)), max_size=40))
def test_moves_that_close_no_circle_keep_every_node_below_a_root(moves: list[tuple[int, int | None]]) -> None:
    tree: dict[str, str | None] = {str(node): None for node in range(8)}
    for node, parent in moves:
        target = None if parent is None else str(parent)
        if not closes_circle(tree, str(node), target):
            tree[str(node)] = target
    assert all(tree[path(tree, node)[-1]] is None for node in tree)


@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/a.png", "javascript:alert(1)", "https://x.example/a b", "https://" + "x" * 2000]
)
def test_an_image_has_a_web_address(url: str) -> None:
    with pytest.raises(InvalidValueError, match=r"image\.url"):
        Image(url, "")


def test_an_image_says_what_it_shows_in_200_characters() -> None:
    assert Image("https://x.example/a.png", "x" * 200).alt
    with pytest.raises(InvalidValueError, match=r"image\.alt"):
        Image("https://x.example/a.png", "x" * 201)


def test_a_product_has_at_most_ten_images() -> None:
    picture = Image("https://x.example/a.png", "a")
    assert images([picture] * MAX_IMAGES) == (picture,) * MAX_IMAGES
    with pytest.raises(InvalidValueError, match="number of images"):
        images([picture] * (MAX_IMAGES + 1))


@pytest.mark.parametrize(
    ("page", "page_size", "name", "category"),
    [
        (0, 10, "", None),
        (-1, 10, "", None),
        (MAX_PAGE + 1, 10, "", None),
        (1, 0, "", None),
        (1, MAX_PAGE_SIZE + 1, "", None),
        (1, 10, "x" * 201, None),
        (1, 10, "", "no-uuid"),
    ],
)
def test_a_search_keeps_its_bounds(page: int, page_size: int, name: str, category: str | None) -> None:
    assert Search(MAX_PAGE, MAX_PAGE_SIZE, "x" * 200, None)
    with pytest.raises(InvalidValueError):
        Search(page, page_size, name, category)
