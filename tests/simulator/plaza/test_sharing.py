"""Posts and stories: picked, written on, shared, and stored exactly once."""

from collections.abc import Callable

import pytest

from drover.simulator.handset import MediaFile
from drover.simulator.plaza import catalog
from drover.simulator.plaza.library import BUILT_IN
from tests.simulator.plaza.person import Person

At = Callable[[str], Person]
BACK = 4
SEA = MediaFile("/storage/emulated/0/DCIM/Camera/sea.jpg", "5e" * 32, 30)
FILM = MediaFile("/storage/emulated/0/Movies/film.MP4", "f1" * 32, 20)
NOTE = MediaFile("/storage/emulated/0/Download/scan.jpg", "aa" * 32, 40)


def shared(person: Person) -> Person:
    return person.tap("share").wait(3)


def names(person: Person) -> list[str]:
    view = person.handset.view(person.now)
    return [each.description for each in view.elements if each.name.startswith("picture_")]


def test_the_picker_lists_what_the_storage_holds_newest_first_and_then_its_own(at: At) -> None:
    person = at("plaza.feed")
    person.handset.media([SEA, NOTE, FILM])
    person.tap("composer").wait()
    assert names(person)[:3] == ["sea.jpg", "film.MP4", BUILT_IN[0].name]
    assert person.text("count") == f"{2 + len(BUILT_IN)} items"


def test_the_picker_loads_late_behind_a_spinner(at: At) -> None:
    person = at("plaza.feed").tap("composer").wait(0.42)
    assert person.page == "plaza.post_picker.loading"
    assert names(person) == []
    assert person.wait(1.5).page == "plaza.post_picker"


def test_a_picture_that_comes_while_the_picker_is_open_is_listed_at_the_next_visit(at: At) -> None:
    person = at("plaza.post_picker")
    person.handset.media([SEA])
    assert "sea.jpg" not in names(person)
    assert "sea.jpg" in names(person.press(BACK).wait().tap("new_post").wait())


def test_a_picker_with_many_pictures_scrolls_runs_on_and_comes_to_rest(at: At) -> None:
    person = at("plaza.feed")
    person.handset.media([MediaFile(f"/sdcard/DCIM/{n}.jpg", f"{n:064x}", 100 - n) for n in range(40)])
    person.tap("composer").wait().swipe(1900, 900, 0.3)
    held = names(person.wait(0.3))
    rest = names(person.wait(3))
    assert held != rest
    assert rest == names(person.wait(1))
    assert "0.jpg" not in rest


def test_a_post_with_a_caption_is_stored_and_stands_on_top_of_the_feed(at: At) -> None:
    person = at("plaza.caption").tap("caption").type("First light").press(BACK)
    shared(person)
    assert person.page == "plaza.feed"
    assert person.text("post_1") == "First light"
    assert person.account()["posts"] == [
        {"sha256": BUILT_IN[0].sha256, "picture": BUILT_IN[0].name, "at": "2026-01-01T09:51+00:00"}
        | {"caption": "First light"}
    ]


def test_a_post_without_a_caption_is_stored_with_its_pictures_digest(at: At) -> None:
    person = at("plaza.feed")
    person.handset.media([SEA])
    shared(person.tap("composer").wait().tap("picture_1").wait())
    stored = person.account()["posts"]
    assert [(each["sha256"], each["picture"], each["caption"]) for each in stored] == [(SEA.sha256, "sea.jpg", "")]


def test_the_upload_shows_a_spinner_takes_its_time_and_takes_no_second_tap(at: At) -> None:
    person = at("plaza.caption").tap("share").wait(0.5)
    assert person.page == "plaza.caption.loading"
    assert person.account()["counts"]["posts"] == 0
    person.tap("share").press(BACK).wait(3).tap_at(922, 158).wait(3)
    assert person.account()["counts"]["posts"] == 1


@pytest.mark.parametrize("seed", range(1, 7))
def test_an_upload_takes_between_0_8_and_2_seconds(seed: int) -> None:
    person = Person(catalog.settled("plaza.caption", seed=seed)).tap("share")
    assert person.wait(0.79).account()["counts"]["posts"] == 0
    assert person.wait(1.23).account()["counts"]["posts"] == 1


def test_a_crash_during_the_upload_leaves_no_post(at: At) -> None:
    person = at("plaza.caption").tap("share").wait(0.4)
    person.handset.crash(person.now)
    assert person.wait().account()["counts"]["posts"] == 0


def test_a_notice_tells_that_the_post_was_shared_and_goes_away(at: At) -> None:
    person = at("plaza.caption").tap("share")
    feed = Person(catalog.settled("plaza.feed"))
    while person.page.startswith("plaza.caption"):
        person.wait(0.05)
    early, late = person.wait(0.5).frame(), person.wait(5).frame()
    assert (early[1998:2130, 36:1044] != late[1998:2130, 36:1044]).any()
    assert (late[2170:] == feed.frame()[2170:]).all()


def test_a_tap_on_a_post_opens_it_and_back_leads_to_the_feed(at: At) -> None:
    person = at("plaza.post")
    assert person.text("author") == "Mara Lindqvist"
    assert person.tap("like").text("like") == "1"
    assert person.press(BACK).wait().page == "plaza.feed"


def test_back_leads_from_the_caption_to_the_picker_and_to_the_feed(at: At) -> None:
    person = at("plaza.caption")
    assert [person.press(BACK).wait().page for _ in range(2)] == ["plaza.post_picker", "plaza.feed"]
    assert person.account()["counts"]["posts"] == 0


def test_a_long_caption_is_cut_at_its_limit_and_keeps_its_lines(at: At) -> None:
    person = at("plaza.caption").tap("caption").type("one\ntwo " + "x" * 400)
    shared(person.press(BACK))
    caption = person.account()["posts"][0]["caption"]
    assert caption.startswith("one\ntwo ")
    assert len(caption) == 300


def test_a_story_is_stored_with_and_without_words(at: At) -> None:
    person = shared(at("plaza.story_editor").tap("story_text").type("Good morning").press(BACK))
    shared(person.tap("new_story").wait().tap("picture_2").wait())
    assert [each["text"] for each in person.account()["stories"]] == ["Good morning", ""]
    assert person.account()["counts"] == {"saves": 0, "posts": 0, "stories": 2, "highlights": 0, "sent": 0}


def test_what_is_shared_belongs_to_the_account_that_shared_it(at: At) -> None:
    person = shared(at("plaza.caption"))
    assert person.account()["counts"]["posts"] == 1
    person.tap("tab_profile").wait().tap("later").wait().tap("accounts").wait().tap("add_account").wait()
    person.tap("username").type("ada").tap("password").type("x").tap("log_in").wait(8)
    assert person.account("ada")["posts"] == []
    assert person.account()["counts"]["posts"] == 1
