"""`drover screens find`, `unknown`, `propose` and `approve` as a user runs them."""

from datetime import UTC, datetime
from pathlib import Path

import cv2
import pytest

from drover.screens.unknown.domain import Sighting
from drover.screens.unknown.queue import UnknownQueue
from drover.screens.writing import save_app, save_screen
from tests.cli.desk import Desk
from tests.screens.drawing import BODY, TITLE, draw, registry, screen, variant

FEED, BASKET = draw("Feed", "news of today"), draw("Basket", "two things in it", "Pay now")


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A desk with a registry of one screen, and a screen in the queue that it does not have."""
    known = registry(screen("shop.feed", variant(FEED, TITLE, BODY)))
    for app in known.apps.values():
        save_app(desk.folder / "registry", app)
    for each in known.screens.values():
        save_screen(desk.folder / "registry", each)
    seen = Sighting("phone3", datetime(2026, 5, 1, 12, tzinfo=UTC), "shop", "run1", 4, "Open the basket", "no region")
    UnknownQueue(desk.folder / "queue").add(BASKET, seen)
    save(desk.folder / "basket.png", 0)
    return desk.with_variables(DROVER_UNKNOWN_DIR=str(desk.folder / "queue"))


def save(path: Path, left: int) -> None:
    assert cv2.imwrite(str(path), cv2.cvtColor(BASKET.pixels[:, left:], cv2.COLOR_RGBA2BGR))


def test_an_unknown_screen_is_listed_approved_and_gone_from_the_queue(shop: Desk) -> None:
    (listed,) = shop.run("screens", "unknown", "--json").last_line["unknown"]
    assert (listed["app"], listed["count"], listed["sightings"][0]["step"]) == ("shop", 1, 4)
    assert shop.run("screens", "unknown").out.startswith(f"{listed['id']}  1x  2026-05-01 12:00  shop  1 picture")
    approved = shop.run("screens", "approve", listed["id"], "--key", "shop.basket", "--registry", "registry", "--json")
    assert approved.last_line == {
        "key": "shop.basket",
        "name": "Basket",
        "kind": "state",
        "variant": "light",
        "recognised": [],
    }
    assert shop.run("screens", "unknown", "--json").last_line["unknown"] == []


def test_what_identifies_a_screen_in_a_file_is_proposed(shop: Desk) -> None:
    proposed = shop.run(
        "screens", "propose", "basket.png", "--registry", "registry", "--app", "shop", "--json"
    ).last_line
    assert (proposed["key"], proposed["kind"], proposed["unique"]) == ("shop.basket", "state", True)


def test_a_dropped_screen_is_gone_and_an_unknown_id_is_told(shop: Desk) -> None:
    (listed,) = shop.run("screens", "unknown", "--json").last_line["unknown"]
    assert shop.run("screens", "unknown", "drop", listed["id"]).code == 0
    told = shop.run("screens", "propose", listed["id"], "--registry", "registry")
    assert (told.code, f"{listed['id']} is not in the queue" in told.err) == (9, True)


def test_a_refused_approval_keeps_registry_and_queue(shop: Desk) -> None:
    (listed,) = shop.run("screens", "unknown", "--json").last_line["unknown"]
    told = shop.run("screens", "approve", listed["id"], "--key", "shop.feed", "--registry", "registry")
    assert (told.code, "shop.feed is in the registry already" in told.err) == (6, True)
    assert len(shop.run("screens", "unknown", "--json").last_line["unknown"]) == 1


def test_a_bad_key_is_told_before_the_pictures_are_looked_at(shop: Desk) -> None:
    told = shop.run("screens", "approve", "gone.png", "--key", "basket", "--registry", "registry")
    assert (told.code, "--key basket: is no key" in told.err) == (2, True)


def test_a_text_and_a_picture_are_found_and_what_is_not_there_is_told(shop: Desk) -> None:
    cut = BASKET.pixels[BODY.y1 : BODY.y2, BODY.x1 : BODY.x2]
    assert cv2.imwrite(str(shop.folder / "cut.png"), cv2.cvtColor(cut, cv2.COLOR_RGBA2BGR))
    found = shop.run("screens", "find", "basket.png", "--crop", "cut.png", "--json").last_line
    assert found["found"][0]["rect"] == [BODY.x1, BODY.y1, BODY.x2, BODY.y2]
    assert "'Basket'" in shop.run("screens", "find", "basket.png", "--text", "Basket").out
    missing = shop.run("screens", "find", "basket.png", "--text", "Bucket", "--json")
    assert (missing.code, missing.last_line["found"]) == (9, [])


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("broken.png", "--text", "x"), 2, "is not a PNG or JPEG"),
        (("large.png", "--text", "x"), 2, "is larger than"),
        (("basket.png", "--text", "x", "--pattern", "y"), 2, "is said 2 times"),
        (("basket.png", "--pattern", "("), 2, "a ( without its )"),
        (("basket.png", "--crop", "flat.png"), 2, "of one colour"),
    ],
)
def test_what_cannot_be_looked_for_is_told_in_a_sentence(
    desk: Desk, words: tuple[str, ...], code: int, told: str
) -> None:
    save(desk.folder / "basket.png", 0)
    (desk.folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    with (desk.folder / "large.png").open("wb") as large:
        large.truncate(100 * 1024 * 1024)
    assert cv2.imwrite(str(desk.folder / "flat.png"), draw("x").pixels[200:260, 200:260, :3])
    outcome = desk.run("screens", "find", *words)
    assert (outcome.code, told in outcome.err, "Traceback" in outcome.err) == (code, True, False)


def test_a_queue_that_cannot_be_read_is_told(desk: Desk) -> None:
    desk.write("file", "")
    told = desk.with_variables(DROVER_UNKNOWN_DIR=str(desk.folder / "file")).run("screens", "unknown")
    assert (told.code, "the queue of unknown screens cannot be used" in told.err) == (3, True)
