"""`drover screens learn` as a user runs it."""

from pathlib import Path

import cv2
import pytest

from tests.cli.desk import Desk
from tests.screens.drawing import draw


def save(path: Path, title: str, body: str = "a few words") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.cvtColor(draw(title, body).pixels, cv2.COLOR_RGBA2BGR))


def test_a_folder_of_pictures_becomes_a_registry_that_identifies_them(desk: Desk) -> None:
    for name, title in (("feed__1", "Feed"), ("cart__1", "Cart"), ("popup_rate__1", "Rate us")):
        save(desk.folder / "frames" / f"{name}.png", title)
    words = ("screens", "learn", "frames", "--app", "shop", "--package", "com.shop", "--out", "registry")
    told = desk.run(*words, "--json", "--report", "page.html")
    assert told.code == 0, told.err
    result = told.last_line
    assert [screen["screen"] for screen in result["screens"]] == ["shop.cart", "shop.feed", "shop.popup_rate"]
    assert [screen["kind"] for screen in result["screens"]] == ["state", "state", "interrupt"]
    regions = result["screens"][0]["variants"][0]["regions"]
    assert regions[0].keys() == {"name", "kind", "rect", "absent", "anchor", "closest"}
    assert (result["left_out"], result["refused"], result["unknown_packages"]) == ([], [], [])
    assert "shop.cart" in (desk.folder / "page.html").read_text()
    asked = desk.run("screens", "identify", "--registry", "registry", "frames/feed__1.png")
    assert asked.last_line["screen"] == "shop.feed"


def test_what_cannot_be_told_apart_is_said_and_the_rest_is_written(desk: Desk) -> None:
    for name, title in (("feed", "Feed"), ("twin", "Feed"), ("cart", "Cart")):
        save(desk.folder / "frames" / "shop" / f"{name}.png", title)
    (desk.folder / "frames" / "shop" / "cut.png").write_bytes(b"\x89PNG")
    told = desk.run("screens", "learn", "frames", "--out", "registry")
    assert told.code == 1
    assert "left out: shop.feed (variant1): cannot be told from shop/twin.png of shop.twin" in told.err
    assert "not used: shop/cut.png" in told.err
    assert "the package of shop is not known" in told.err
    assert (desk.folder / "registry" / "shop" / "cart.json").is_file()
    assert not (desk.folder / "registry" / "shop" / "feed.json").exists()


def test_a_place_that_is_no_folder_is_refused_in_a_sentence(desk: Desk) -> None:
    save(desk.folder / "frames" / "feed.png", "Feed")
    desk.write("file", "")
    told = desk.run("screens", "learn", "frames", "--out", "file")
    assert (told.code, "is not a folder" in told.err, "Traceback" in told.err) == (1, True, False)


def test_an_interrupt_without_a_picture_is_refused_before_anything_is_written(desk: Desk) -> None:
    save(desk.folder / "frames" / "feed.png", "Feed")
    told = desk.run("screens", "learn", "frames", "--out", "registry", "--interrupts", "rating")
    assert (told.code, "interrupt rating has no picture" in told.err) == (2, True)
    assert not (desk.folder / "registry").exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--out", "registry", "--package", "shop"), "--package shop is no name of a package"),
        (("--out", "registry", "--app", "keyboards"), "--app keyboards is no name"),
        (("--out", "frames/registry"), "lie in one folder"),
        (("--out", "."), "lie in one folder"),
    ],
)
def test_options_that_cannot_be_are_refused_before_anything_is_learned(
    desk: Desk, words: tuple[str, ...], told: str
) -> None:
    save(desk.folder / "frames" / "feed.png", "Feed")
    outcome = desk.run("screens", "learn", "frames", *words)
    assert (outcome.code, told in outcome.err) == (2, True)
    assert not (desk.folder / "registry").exists()
