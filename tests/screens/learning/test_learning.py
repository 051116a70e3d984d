"""A folder of pictures becomes a registry, whatever is wrong with some of them."""

import os
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.devices.frame import Frame
from drover.screens.documents import NAME
from drover.screens.domain import App, Registry, ScreenKind
from drover.screens.files import load_registry
from drover.screens.learning.keeping import apps_to_write, keep, refuse_unwritable
from drover.screens.learning.lesson import Lesson
from drover.screens.learning.material import BadMaterial, gather
from drover.screens.learning.sheet import sheet_of
from drover.screens.learning.teaching import learn
from drover.screens.matching import Matcher
from drover.screens.pictures import crop_of
from drover.screens.report.sheet import Standing
from drover.screens.writing import RegistryNotWritten
from tests.screens.drawing import (
    BODY,
    TITLE,
    covered_with,
    draw,
    frame_of,
    interrupt,
    key,
    over,
    registry,
    screen,
    variant,
)
from tests.screens.gallery import with_dialog

EMPTY = Registry({}, {})


def save(folder: Path, name: str, frame: Frame) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), cv2.cvtColor(frame.pixels, cv2.COLOR_RGBA2BGR))


def taught(folder: Path, kept: Registry = EMPTY) -> Lesson:
    return learn(gather(folder, app="shop"), kept)


def keys(lesson: Lesson) -> list[str]:
    return [each.screen.key for each in lesson.learned]


def looks_of(lesson: Lesson) -> dict[str, tuple[str, ...]]:
    return {look.variant.name: look.files for each in lesson.learned for look in each.looks}


def test_screens_are_named_by_what_stands_before_the_underscores(tmp_path: Path) -> None:
    save(tmp_path, "Feed__1.png", draw("Feed", "one"))
    save(tmp_path, "Feed__2.jpg", draw("Feed", "another"))
    save(tmp_path, "my-Cart.png", draw("Cart"))
    save(tmp_path, "popup_rate__1.png", draw("Rate it"))
    save(tmp_path, "global/update.png", draw("Update"))
    save(tmp_path, "notes/list.png", draw("Notes"))
    material = gather(tmp_path, app="shop", interrupts=["my_cart"])
    kinds = {subject.key: subject.kind for subject in material.subjects}
    state, covers = ScreenKind.STATE, ScreenKind.INTERRUPT
    assert kinds == {
        "global.update": covers,
        "notes.list": state,
        "shop.feed": state,
        "shop.my_cart": covers,
        "shop.popup_rate": covers,
    }
    assert [len(subject.files) for subject in material.subjects] == [1, 1, 2, 1, 1]
    assert set(material.apps) == {"shop", "notes"}
    assert {subject.app for subject in material.subjects} == {None, "shop", "notes"}


def test_without_a_name_the_app_is_called_like_the_folder(tmp_path: Path) -> None:
    save(tmp_path / "My Shop", "feed.png", draw("Feed"))
    assert [subject.key for subject in gather(tmp_path / "My Shop").subjects] == ["my_shop.feed"]


def test_what_gives_no_key_is_refused_and_the_rest_goes_on(tmp_path: Path) -> None:
    for name in ("feed.png", "__1.png", "app.png", "My Feed.png", "my_feed.png", "keyboards/x.png", "shop/feed.png"):
        save(tmp_path, name, draw("Feed"))
    (tmp_path / "notes" / "old").mkdir(parents=True)
    material = gather(tmp_path, app="shop")
    assert [subject.key for subject in material.subjects] == ["shop.feed"]
    reasons = " | ".join(f"{each.file} {each.reason}" for each in material.refused)
    for part in ("__1.png gives no key", "app.png gives no key", "My Feed and my_feed would both be shop.my_feed"):
        assert part in reasons
    for part in ("keyboards is no name", "shop.feed has pictures in another folder", "notes/old is a folder in"):
        assert part in reasons
    assert all(each.hint for each in material.refused)


def test_a_folder_without_pictures_is_refused(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("none")
    with pytest.raises(BadMaterial, match="holds no pictures"):
        gather(tmp_path)
    with pytest.raises(BadMaterial, match="cannot be read"):
        gather(tmp_path / "gone")


def test_an_interrupt_that_is_not_there_is_refused_with_the_nearest(tmp_path: Path) -> None:
    save(tmp_path, "rating.png", draw("Rate"))
    with pytest.raises(BadMaterial, match="ratting has no picture") as caught:
        gather(tmp_path, app="shop", interrupts=["ratting"])
    assert "rating" in caught.value.hint


FILE_NAMES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=40)


@given(name=FILE_NAMES.filter(lambda name: not name.startswith(".")))
def test_any_file_name_gives_a_key_or_is_refused(name: str) -> None:
    with TemporaryDirectory() as folder:
        (Path(folder) / f"{name}.png").touch()
        material = gather(Path(folder), app="shop")
    keys = [subject.key.removeprefix("shop.") for subject in material.subjects]
    assert len(keys) + len(material.refused) == 1
    assert all(NAME.match(key) for key in keys)


def test_captures_that_differ_in_parts_are_one_variant_and_themes_are_others(tmp_path: Path) -> None:
    for number, words in enumerate(("one", "second", "33 more")):
        save(tmp_path, f"feed__{number}.png", draw("Feed", words))
    save(tmp_path, "feed__dark_1.png", draw("Feed", "four", dark=True))
    save(tmp_path, "feed__dark_2.png", draw("Feed", "and five", dark=True))
    save(tmp_path, "cart.png", draw("Cart"))
    lesson = taught(tmp_path)
    assert lesson.complete
    feed = next(each for each in lesson.learned if each.screen.key == "shop.feed")
    assert [(look.variant.name, len(look.files)) for look in feed.looks] == [("variant1", 3), ("dark", 2)]


def test_a_look_is_called_by_the_words_that_all_its_captures_have(tmp_path: Path) -> None:
    for name, words in (("dark_black", "one"), ("dark_white_2", "second"), ("oled_dark", "33 more")):
        save(tmp_path, f"feed__{name}.png", draw("Feed", words, dark=True))
    for name, words in (("first", "one"), ("second", "two")):
        save(tmp_path, f"feed__{name}.png", draw("Feed", words))
    (feed,) = taught(tmp_path).learned
    assert [(look.variant.name, len(look.files)) for look in feed.looks] == [("dark", 3), ("variant2", 2)]


def asking(page: str, *, dark: bool = False) -> Frame:
    pixels = with_dialog(covered_with(page).pixels, "Rate this app")
    pixels[..., :3] = 255 - pixels[..., :3] if dark else pixels[..., :3]
    return frame_of(pixels)


def test_a_popup_over_different_screens_is_one_look_in_each_theme(tmp_path: Path) -> None:
    for page in ("news of the day", "12:45 +31"):
        save(tmp_path, f"popup_rate__{page[:2]}_1.png", asking(page))
        save(tmp_path, f"popup_rate__{page[:2]}_dark.png", asking(page, dark=True))
    save(tmp_path, "feed.png", draw("Feed"))
    lesson = taught(tmp_path)
    (popup,) = (each.screen for each in lesson.learned if each.screen.kind is ScreenKind.INTERRUPT)
    assert sorted(len(look.files) for each in lesson.learned for look in each.looks) == [1, 2, 2]
    matcher = Matcher(registry(popup))
    assert key(matcher.identify(asking("a page of its own"))) == "shop.popup_rate"
    assert key(matcher.identify(asking("a page of its own", dark=True))) == "shop.popup_rate"
    assert matcher.identify(covered_with("news of the day")).screen is None


def test_captures_of_another_width_belong_to_the_same_look_and_other_shapes_do_not(tmp_path: Path) -> None:
    feed = draw("Feed")
    save(tmp_path, "feed__1.png", feed)
    save(tmp_path, "feed__2.png", frame_of(cv2.resize(feed.pixels, (360, 800))))
    save(tmp_path, "feed__wide.png", frame_of(feed.pixels[:900]))
    save(tmp_path, "cart.png", draw("Cart"))
    lesson = taught(tmp_path)
    feed_screen = next(each.screen for each in lesson.learned if each.screen.key == "shop.feed")
    references = [feed_screen.reference_of(each) for each in feed_screen.variants]
    assert [(size.width, size.height) for size in references] == [(540, 1200), (540, 900)]


def test_screens_that_show_the_same_are_left_out_with_the_others_name(tmp_path: Path) -> None:
    save(tmp_path, "feed.png", draw("Feed"))
    save(tmp_path, "home.png", draw("Feed"))
    save(tmp_path, "cart.png", draw("Cart"))
    lesson = taught(tmp_path)
    assert keys(lesson) == ["shop.cart"]
    assert [(each.key, each.others) for each in lesson.left_out] == [
        ("shop.feed", ("shop.home",)),
        ("shop.home", ("shop.feed",)),
    ]
    assert "the pictures are identical" in lesson.left_out[0].reason
    assert not lesson.complete
    sheet = sheet_of(lesson, "frames")
    assert not sheet.good
    assert [card.standing for card in sheet.ordered] == [Standing.FAILED, Standing.FAILED, Standing.PASSED]


def test_captures_of_different_screens_under_one_name_are_told(tmp_path: Path) -> None:
    save(tmp_path, "feed__1.png", draw("Feed", "one"))
    pixels = np.full((1200, 540, 4), 250, np.uint8)
    for row in range(100, 1100, 90):
        cv2.putText(pixels, "something else", (60, row), cv2.FONT_HERSHEY_COMPLEX, 1.6, (9, 9, 9, 255), 3)
    save(tmp_path, "feed__2.png", frame_of(pixels))
    lesson = taught(tmp_path)
    assert len(looks_of(lesson)) == 2
    assert [note for note in lesson.notes if "are they one screen?" in note]


def test_pictures_that_cannot_be_used_are_refused_and_the_rest_is_learned(tmp_path: Path) -> None:
    save(tmp_path, "feed__1.png", draw("Feed"))
    save(tmp_path, "tiny.png", frame_of(np.zeros((60, 40, 4), np.uint8)))
    save(tmp_path, "flat.png", frame_of(np.full((1200, 540, 4), 200, np.uint8)))
    (tmp_path / "feed__2.png").write_bytes((tmp_path / "feed__1.png").read_bytes()[:300])
    (tmp_path / "huge.png").touch()
    os.truncate(tmp_path / "huge.png", 100 * 1024 * 1024)
    lesson = taught(tmp_path)
    assert keys(lesson) == ["shop.feed"]
    assert sorted(each.file.rpartition("/")[2] for each in lesson.refused) == ["feed__2.png", "huge.png", "tiny.png"]
    assert [(each.key, "enough texture" in each.reason) for each in lesson.left_out] == [("shop.flat", True)]


def test_a_screen_that_the_registry_has_is_a_rival(tmp_path: Path) -> None:
    save(tmp_path, "news.png", draw("Feed"))
    lesson = taught(tmp_path, registry(screen("shop.feed", variant(draw("Feed")))))
    assert [(each.key, each.others) for each in lesson.left_out] == [("shop.news", ("shop.feed",))]


def test_a_screen_of_the_registry_that_claims_the_pictures_keeps_them_out(tmp_path: Path) -> None:
    save(tmp_path, "news.png", draw("News"))
    loose = interrupt("shop.popup", variant(over(draw("News"), draw("x", "other"), BODY), TITLE))
    lesson = taught(tmp_path, registry(loose))
    assert [(each.key, each.others) for each in lesson.left_out] == [("shop.news", ("shop.popup",))]
    assert "would be taken for shop.popup" in lesson.left_out[0].reason


def test_what_was_learned_is_written_and_recognises_its_pictures(tmp_path: Path) -> None:
    frames, out = tmp_path / "frames", tmp_path / "registry"
    feed, dark, cart = draw("Feed"), draw("Feed", dark=True), draw("Cart")
    for name, frame in (("feed__light.png", feed), ("feed__dark.png", dark), ("cart.png", cart)):
        save(frames, name, frame)
    lesson = taught(frames)
    keep(lesson, out, apps_to_write({"shop": None}, {}, {"shop": "com.shop"}))
    loaded = load_registry(out)
    assert loaded.refusals == ()
    assert loaded.registry.apps["shop"].package == "com.shop"
    matcher = Matcher(loaded.registry)
    assert [key(matcher.identify(frame)) for frame in (feed, dark, cart)] == ["shop.feed", "shop.feed", "shop.cart"]


def test_learning_anew_replaces_a_screen_and_keeps_the_others(tmp_path: Path) -> None:
    frames, out = tmp_path / "frames", tmp_path / "registry"
    save(frames, "feed.png", draw("Feed"))
    save(frames, "cart.png", draw("Cart"))
    keep(taught(frames), out, apps_to_write({"shop": None}, {}, {}))
    (frames / "cart.png").unlink()
    save(frames, "feed.png", draw("Latest news"))
    lesson = taught(frames, load_registry(out).registry)
    assert [(each.replaced, each.gone) for each in lesson.learned] == [(True, ())]
    keep(lesson, out, {})
    matcher = Matcher(load_registry(out).registry)
    assert key(matcher.identify(draw("Latest news"))) == "shop.feed"
    assert key(matcher.identify(draw("Cart"))) == "shop.cart"
    assert matcher.identify(draw("Feed")).screen is None


def test_a_screen_that_is_learned_anew_keeps_the_actions_that_still_fit(tmp_path: Path) -> None:
    old = screen("shop.feed", variant(draw("Feed")), variant(draw("Feed", dark=True), name="dark"))
    blank = replace(old.variants[0].actions[0], name="anywhere", crop=None)
    title = replace(old.variants[0].actions[0], name="on_title", rect=TITLE, crop=crop_of(draw("Feed"), TITLE))
    light = replace(old.variants[0], actions=(*old.variants[0].actions, blank, title))
    save(tmp_path, "feed__light.png", draw("Latest news"))
    known = registry(replace(old, variants=(light, old.variants[1]), entry=True))
    (feed,) = taught(tmp_path, known).learned
    assert feed.screen.entry
    assert [action.name for action in feed.screen.variants[0].actions] == ["go_on", "anywhere"]
    assert (feed.kept, feed.gone) == (("light/go_on", "light/anywhere"), ("light/on_title", "dark/go_on"))


def test_actions_of_a_look_of_another_size_are_gone(tmp_path: Path) -> None:
    save(tmp_path, "feed__light.png", frame_of(cv2.resize(draw("Feed").pixels, (720, 1600))))
    (feed,) = taught(tmp_path, registry(screen("shop.feed", variant(draw("Feed"))))).learned
    assert (feed.kept, feed.gone) == ((), ("light/go_on",))


def test_the_file_of_an_app_is_taken_over(tmp_path: Path) -> None:
    save(tmp_path, "notes/list.png", draw("Notes"))
    (tmp_path / "notes" / "app.json").write_text('{"name": "notes", "package": "com.notes", "by_keyboard": true}')
    material = gather(tmp_path)
    assert apps_to_write(material.apps, {}, {}) == {"notes": App("notes", "com.notes", by_keyboard=True)}


@pytest.mark.parametrize("text", ['{"name": "other", "package": "com.notes"}', "{", '{"name": "notes"}'])
def test_a_bad_file_of_an_app_is_refused(tmp_path: Path, text: str) -> None:
    save(tmp_path, "notes/list.png", draw("Notes"))
    (tmp_path / "notes" / "app.json").write_text(text)
    material = gather(tmp_path)
    assert [each.file for each in material.refused] == ["notes/app.json"]
    assert apps_to_write(material.apps, {}, {})["notes"].package == "unknown.notes"


def test_a_known_app_is_not_written_again() -> None:
    known = {"shop": App("shop", "com.shop")}
    assert apps_to_write({"shop": None}, known, {}) == {}
    assert apps_to_write({"shop": None, "1st": None}, known, {"shop": "com.new"}) == {
        "shop": App("shop", "com.new"),
        "1st": App("1st", "unknown.app_1st"),
    }


def test_a_place_that_cannot_be_written_to_is_refused_beforehand(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RegistryNotWritten, match="is not a folder"):
        refuse_unwritable(tmp_path / "file" / "registry")
    refuse_unwritable(tmp_path / "new" / "registry")
