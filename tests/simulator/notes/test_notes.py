"""The second app: notes are written, changed and deleted, and outlive the app's process."""

from typing import Any, cast

from drover.simulator.plaza import catalog
from tests.simulator.plaza.person import Person, new_handset

BACK, ENTER, DEL = 4, 66, 67
PACKAGE = "com.drover.notes"


def at(page: str) -> Person:
    return Person(catalog.settled(page))


def stored(person: Person) -> dict[str, Any]:
    apps = cast("dict[str, Any]", person.handset.state()["apps"])
    return apps[PACKAGE]


def titles(person: Person) -> list[str]:
    return [note["title"] for note in stored(person)["notes"]]


def test_the_launchers_icon_opens_an_empty_list() -> None:
    person = Person(new_handset()).tap("icon_notes").wait()
    assert person.page == "notes.list"
    assert person.text("nothing") == "Nothing written yet"
    assert person.handset.front(person.now) == (PACKAGE, f"{PACKAGE}.MainActivity")


def test_a_written_note_comes_first_in_the_list_and_is_stored() -> None:
    person = at("notes.new").tap("title").type("Trains").press(ENTER).type("09:14").press(ENTER).type("10:40")
    person.tap("save").wait()
    assert (person.page, person.text("note_1_title"), person.text("note_1_text")) == ("notes.list", "Trains", "09:14")
    assert stored(person)["notes"][0] == {"title": "Trains", "text": "09:14\n10:40"}
    assert stored(person)["saved"] == 1


def test_a_note_that_is_changed_moves_to_the_top() -> None:
    person = at("notes.list").tap("note_2").wait().tap("title").wait(1).type("!").tap("save").wait()
    assert titles(person) == ["Groceries!", "Ideas for Sunday"]


def test_an_empty_note_is_not_saved() -> None:
    person = at("notes.new").tap("title").type("  ").tap("save").wait()
    assert (person.page, person.text("error")) == ("notes.new", "Write something first")
    assert stored(person)["notes"] == []


def test_deleting_asks_first() -> None:
    person = at("notes.delete").tap("keep").wait()
    assert (person.page, stored(person)["deleted"]) == ("notes.edit", 0)
    person.tap("delete").wait().tap("confirm").wait()
    assert (person.page, titles(person), stored(person)["deleted"]) == ("notes.list", ["Groceries"], 1)


def test_back_closes_the_question_then_the_note_unsaved_then_the_app() -> None:
    person = at("notes.edit").tap("text").wait(1).type("lost").press(BACK).wait(1).tap("delete").wait()
    pages = [person.page, *(person.press(BACK).wait().page for _ in range(3))]
    assert pages == ["notes.delete", "notes.edit", "notes.list", "launcher"]
    assert stored(person)["notes"][0]["text"] == "Soup, records, nothing else"


def test_closing_the_paper_saves_nothing() -> None:
    person = at("notes.new").tap("title").type("draft").tap("close").wait()
    assert (person.page, stored(person)["notes"]) == ("notes.list", [])


def test_notes_outlive_the_process_and_a_draft_does_not() -> None:
    person = at("notes.edit").tap("title").type(" draft")
    person.handset.stop(PACKAGE, person.now)
    assert person.wait().page == "launcher"
    assert person.handset.start(PACKAGE, person.now)
    assert (person.wait().page, titles(person)) == ("notes.list", ["Ideas for Sunday", "Groceries"])


def test_two_apps_keep_their_pages_and_their_stores_apart() -> None:
    person = at("notes.edit")
    person.handset.start("com.drover.plaza", person.now)
    assert person.wait().page == "plaza.onboarding_welcome"
    person.handset.start(PACKAGE, person.now)
    assert person.wait().page == "notes.edit"
    assert set(cast("dict[str, Any]", person.handset.state()["apps"])) >= {PACKAGE}


def test_a_long_list_scrolls_and_its_rows_stay_below_the_heading() -> None:
    person = at("notes.list")
    for number in range(14):
        person.tap("new_note").wait().tap("title").type(f"Note {number}").tap("save").wait()
    person.swipe(1800, 700).wait()
    names = [element.name for element in person.handset.view(person.now).elements]
    assert "note_1" not in names
    assert person.text("note_16_title") == "Groceries"
    assert min(e.box.y1 for e in person.handset.view(person.now).elements if e.name.startswith("note_")) >= 340


def test_notes_has_no_accounts_and_no_challenge() -> None:
    person = at("notes.list")
    assert not person.handset.use_account(1, person.now)
    assert not person.handset.pass_challenge(person.now)


def test_what_is_misdirected_lands_in_the_other_field() -> None:
    person = at("notes.new").tap("title")
    person.handset.misdirect(on=True)
    person.type("x")
    assert (person.text("title"), person.text("text")) == ("", "x")
