from pathlib import Path

import pytest

from ci.images.recipes import BASES, FOLDER, IMAGES, Base, Image, Recipe, environment, plan

ROOT = Path(__file__).resolve().parents[4]


@pytest.fixture
def image(tmp_path: Path) -> Image:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "Dockerfile").write_text("FROM x")
    return Image("toy", base="sid", setting="TOY_IMAGE", official="toy:1", about="a toy", root=tmp_path)


def test_a_recipe_changes_with_whatever_goes_into_the_image(image: Image) -> None:
    known = {"sid": "abc"}
    first = image.recipe(known, {})
    assert first == image.recipe(known, {})
    assert first != image.recipe({"sid": "another base"}, {})
    assert first != image.recipe(known, {"pip.conf": b"[global]"})
    (image.folder / "Dockerfile").write_text("FROM y")
    second = image.recipe(known, {})
    assert second != first
    (image.folder / "Dockerfile").chmod(0o755)
    third = image.recipe(known, {})
    assert third != second
    (image.folder / "Dockerfile").rename(image.folder / "Dockerfile2")
    assert image.recipe(known, {}) != third


def test_a_base_changes_with_its_suite_and_packages() -> None:
    recipes = {Base("sid", ()).recipe(), Base("bookworm", ()).recipe(), Base("sid", ("ca-certificates",)).recipe()}
    assert len(recipes) == 3


def test_every_image_has_a_dockerfile_and_a_base_that_is_built_before_it() -> None:
    built = {base.suite for base in BASES}
    for image in IMAGES:
        assert (image.folder / "Dockerfile").is_file()
        assert image.folder.parent == FOLDER
        assert image.base in built
        built.add(image.name)


def test_a_plan_holds_what_was_asked_for_after_what_it_is_based_on() -> None:
    assert [part.tag for part in plan(["python-builder"])] == [
        "gauntlet/debian:bookworm",
        "gauntlet/python:local",
        "gauntlet/python-builder:local",
    ]
    assert [part.tag for part in plan(["redis"])] == ["gauntlet/debian:sid", "gauntlet/redis:local"]
    assert plan([]) == [*BASES, *IMAGES]


def test_an_image_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        plan(["nonsense"])


def test_what_is_no_equivalent_says_so_wherever_it_can_be_read() -> None:
    (image,) = (image for image in IMAGES if image.name == "toxiproxy")
    assert "A STAND-IN" in image.about
    assert "STAND-IN" in (image.folder / "Dockerfile").read_text().splitlines()[0]
    assert f'LABEL gauntlet.stand-in-for="{image.official}"' in (image.folder / "Dockerfile").read_text()


def test_what_stands_in_for_an_official_image_is_what_the_deployment_uses_otherwise() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    for image in IMAGES:
        if image.official and image.setting:
            assert f"${{{image.setting}:-{image.official}}}" in compose


def test_the_environment_names_every_image_once() -> None:
    lines = environment()
    assert "MYSQL_IMAGE=gauntlet/mysql:local" in lines
    assert all(name for name, _, _ in (line.partition("=") for line in lines))
    names = [line.partition("=")[0] for line in lines]
    assert len(names) == len(set(names))


def test_a_label_carries_the_recipe() -> None:
    assert Recipe("abc").label == "gauntlet.recipe=abc"
