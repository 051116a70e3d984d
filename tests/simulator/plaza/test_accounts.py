"""Accounts and slots: who is logged in where, and what stops an account at the door."""

from collections.abc import Callable, Iterable

import pytest

from drover.simulator.plaza import catalog
from tests.simulator.plaza.person import Person

At = Callable[[str], Person]
BACK = 4
CALM = 3


@pytest.fixture
def at() -> At:
    """Return a person whose phone shows a page, settled, and on which no popup comes by itself."""
    return lambda page: Person(catalog.settled(page, seed=CALM))


def add(person: Person, usernames: Iterable[str]) -> Person:
    """Log further accounts in, from the feed back to the feed."""
    for username in usernames:
        person.tap("tab_profile").wait().tap("accounts").wait(1).tap("add_account").wait(1)
        person.tap("username").type(username).tap("password").type("x").tap("log_in").wait()
    return person


def log_in(person: Person, username: str) -> Person:
    return person.tap("username").type(username).tap("password").type("x").tap("log_in").wait()


def at_slot(person: Person, number: int) -> Person:
    """Change the slot from the feed; a new one begins with onboarding."""
    person.tap("tab_profile").wait().tap("settings").wait(1).tap("slots").wait(2)
    while person.handset.view(person.now).element(f"slot_{number}") is None:
        person.swipe(1900, 900, 0.3).wait(3)
    return person.tap(f"slot_{number}").wait(3)


def slots(person: Person) -> dict[str, dict[str, object]]:
    told = person.stored()["slots"]
    assert isinstance(told, dict)
    return told


def test_the_switcher_lists_the_logins_and_marks_the_active_one(at: At) -> None:
    person = add(at("plaza.feed"), ["ben", "cleo"]).tap("tab_profile").wait().tap("accounts").wait(1)
    assert [person.text(f"account_{place}") for place in (1, 2, 3)] == ["mara.lindqvist", "ben", "cleo"]
    checked = [element.name for element in person.handset.view(person.now).elements if element.checked]
    assert checked == ["account_3"]


def test_switching_shows_the_other_account_and_keeps_each_ones_profile(at: At) -> None:
    person = add(at("plaza.feed"), ["ben"]).tap("tab_profile").wait().tap("edit_profile").wait(1)
    person.tap("bio").type("Baker").tap("save").wait(4)
    person.tap("accounts").wait(1).tap("account_1").wait()
    assert person.page == "plaza.feed"
    person.tap("tab_profile").wait()
    assert (person.text("username"), person.text("bio")) == ("@mara.lindqvist", "")
    assert slots(person)["1"]["active"] == "mara.lindqvist"
    accounts = slots(person)["1"]["accounts"]
    assert isinstance(accounts, dict)
    assert (accounts["ben"]["bio"], accounts["ben"]["saved"], accounts["mara.lindqvist"]["saves"]) == (
        "Baker",
        ["Baker"],
        0,
    )


def test_a_tap_on_the_active_account_only_closes_the_switcher(at: At) -> None:
    person = at("plaza.account_switcher").tap("account_1").wait(1)
    assert person.page == "plaza.profile"


def test_a_fifth_account_is_refused(at: At) -> None:
    person = add(at("plaza.feed"), ["ben", "cleo", "dora"]).tap("tab_profile").wait().tap("accounts").wait(1)
    person.tap("add_account").wait(1)
    assert person.page == "plaza.profile"


def test_adding_an_account_can_be_given_up(at: At) -> None:
    person = at("plaza.account_switcher").tap("add_account").wait(1)
    assert person.page == "plaza.login"
    assert person.tap("close").wait(1).page == "plaza.profile"
    assert person.stored()["username"] == "mara.lindqvist"


def test_logging_out_leads_to_the_next_account_and_from_the_last_one_to_the_login(at: At) -> None:
    person = add(at("plaza.feed"), ["ben"]).tap("tab_profile").wait().tap("accounts").wait(1).tap("log_out").wait()
    assert (person.page, person.stored()["username"]) == ("plaza.feed", "mara.lindqvist")
    person.tap("tab_profile").wait().tap("settings").wait(1).tap("log_out").wait(1)
    assert person.page == "plaza.log_out"
    assert person.tap("cancel").wait(1).page == "plaza.settings"
    person.tap("log_out").wait(1).tap("confirm").wait()
    assert person.page == "plaza.login"
    assert person.stored()["logged_in"] is False
    assert person.press(BACK).wait().page == "launcher"


def test_an_account_that_logs_in_again_has_what_it_had(at: At) -> None:
    person = at("plaza.edit_profile").tap("bio").type("Poet").tap("save").wait(4)
    person.tap("accounts").wait(1).tap("log_out").wait()
    assert log_in(person, "mara.lindqvist").stored()["bio"] == "Poet"


def test_the_wrong_account_becomes_active_as_a_fault(at: At) -> None:
    person = add(at("plaza.feed"), ["ben"])
    assert person.handset.use_account(1, person.now)
    assert person.wait().page == "plaza.feed"
    assert person.stored()["username"] == "mara.lindqvist"
    assert not person.handset.use_account(3, person.now)


def test_a_slot_begins_anew_and_leaves_the_other_as_it_was(at: At) -> None:
    person = at_slot(at("plaza.feed"), 7)
    assert person.page == "plaza.onboarding_welcome"
    for step in ("next", "next", "get_started"):
        person.tap(step).wait(1)
    log_in(person, "ben")
    assert (person.stored()["slot"], person.stored()["username"]) == (7, "ben")
    assert sorted(slots(person)) == ["1", "7"]
    assert slots(person)["1"]["active"] == "mara.lindqvist"
    at_slot(person, 1)
    assert (person.page, person.stored()["username"]) == ("plaza.feed", "mara.lindqvist")


def test_the_last_slot_is_reached_by_scrolling(at: At) -> None:
    person = at_slot(at("plaza.feed"), 30)
    assert person.stored()["slot"] == 30


def test_the_slot_in_use_is_left_alone_by_a_tap_on_it(at: At) -> None:
    person = at("plaza.slots").tap("slot_1").wait(1)
    assert person.page == "plaza.settings"


def test_slots_are_reached_from_the_login_too(at: At) -> None:
    person = at("plaza.login").tap("slots").wait(2)
    assert person.page == "plaza.slots"
    assert person.tap("slot_2").page == "plaza.slots.loading"
    assert person.wait(2).page == "plaza.onboarding_welcome"


def test_no_code_typed_on_the_phone_passes_the_challenge(at: At) -> None:
    person = at("plaza.challenge").tap("confirm").wait(2)
    assert person.text("error") == "Enter the code"
    person.tap("code").type("123456").press(66).wait(0.01)
    assert person.page == "plaza.challenge.loading"
    assert person.wait(2).text("error") == "That code is not right"
    assert person.page == "plaza.challenge"


def test_the_challenge_stays_until_the_owner_has_answered_it(at: At) -> None:
    person = at("plaza.challenge")
    person.handset.stop("com.drover.plaza", person.now)
    person.wait(1).tap("icon_plaza").wait()
    assert person.page == "plaza.challenge"
    assert person.handset.pass_challenge(person.now)
    assert person.wait().page == "plaza.feed"
    assert not person.handset.pass_challenge(person.now)


@pytest.mark.parametrize(("page", "standing"), [("plaza.challenge", "challenged"), ("plaza.suspended", "suspended")])
def test_an_account_that_is_stopped_can_only_log_out(at: At, page: str, standing: str) -> None:
    person = at(page)
    assert person.stored()["standing"] == standing
    assert person.tap("log_out").wait().page == "plaza.login"
    log_in(person, {"challenged": "challenge.me", "suspended": "banned.one"}[standing])
    assert person.page == page
    assert person.press(BACK).wait().page == "launcher"


def test_notifications_are_switched_and_kept(at: At) -> None:
    person = at("plaza.settings").tap("notifications").wait(1)
    assert person.stored()["notifications"] is False
    assert "notifications" not in [each.name for each in person.handset.view(person.now).elements if each.checked]


def test_every_saving_of_the_profile_is_counted_with_its_text(at: At) -> None:
    person = at("plaza.edit_profile").tap("bio").type("Poet").tap("save").wait(4)
    person.tap("edit_profile").wait(1).tap("save").wait(4)
    assert person.stored()["saved"] == ["Poet", "Poet"]
    assert person.stored()["counts"] == {"saves": 2, "posts": 0, "stories": 0, "highlights": 0, "sent": 0}
