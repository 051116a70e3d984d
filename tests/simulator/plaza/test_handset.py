"""What the handset does when it is used: keys, apps, popups, faults."""

from collections.abc import Callable

import numpy as np
import pytest

from drover.simulator.plaza import catalog
from tests.simulator.plaza.person import Person, new_handset

At = Callable[[str], Person]
HOME, BACK = 3, 4


def test_a_first_start_goes_through_onboarding_and_login_to_the_feed() -> None:
    person = Person(new_handset())
    pages = [person.page]
    for name in ("icon_plaza", "next", "next", "get_started"):
        person.tap(name).wait()
        pages.append(person.page)
    person.tap("username").type("ada").tap("password").type("secret").tap("log_in")
    pages.append(person.page)
    person.wait(1.05)
    assert pages == [
        "launcher",
        "plaza.onboarding_welcome",
        "plaza.onboarding_discover",
        "plaza.onboarding_notify",
        "plaza.login",
        "plaza.login.loading",
    ]
    assert person.page in {"plaza.feed.loading", "plaza.feed"}
    assert person.stored()["onboarded"] is True
    assert person.stored()["username"] == "ada"


def test_an_empty_password_shows_an_error_and_logs_nobody_in(at: At) -> None:
    person = at("plaza.login")
    person.tap("username").type("ada").tap("log_in").wait()
    assert person.page == "plaza.login"
    assert person.text("error") == "Enter your username and password"
    assert person.stored()["logged_in"] is False


def test_a_login_survives_the_end_of_the_app_and_onboarding_does_not_come_back(at: At) -> None:
    person = at("plaza.feed")
    person.handset.stop("com.drover.plaza", person.now)
    assert person.wait().page == "launcher"
    assert person.handset.start("com.drover.plaza/.MainActivity", person.now)
    assert person.page == "plaza.feed.loading"
    assert person.wait(3).page.removeprefix("popup.") in {"plaza.feed", "permission"}


def test_a_crash_shows_the_launcher_and_loses_what_was_not_saved(at: At) -> None:
    person = at("plaza.edit_profile")
    person.tap("name").type(" the Second")
    person.handset.crash(person.now)
    assert person.wait().page == "launcher"
    assert person.stored()["name"] == "Mara Lindqvist"


def test_home_leaves_the_app_where_it_was(at: At) -> None:
    person = at("plaza.edit_profile")
    person.press(HOME).wait()
    assert person.page == "launcher"
    person.tap("icon_plaza").wait()
    assert person.page == "plaza.edit_profile"


def test_what_is_being_saved_is_saved_behind_the_launcher_without_a_flicker(at: At) -> None:
    person = at("plaza.edit_profile").tap("bio").type("Poet").tap("save").wait(0.01).press(HOME).wait(0.29)
    launcher = person.handset.scene(person.now)
    for _ in range(30):
        assert person.wait(0.02).handset.scene(person.now) == launcher
    assert person.stored()["bio"] == "Poet"


def test_back_leads_out_of_the_app_step_by_step(at: At) -> None:
    person = at("plaza.gender")
    pages = [person.press(BACK).wait().page for _ in range(4)]
    assert pages[:2] == ["plaza.edit_profile", "plaza.profile"]
    assert pages[2] == "plaza.feed"
    assert pages[3] == "launcher"


def test_an_app_that_is_not_installed_does_not_start() -> None:
    handset = new_handset()
    assert not handset.start("com.example.other", 0.0)
    assert handset.page(1.0) == "launcher"
    assert handset.packages() == ["com.drover.launcher", "com.drover.notes", "com.drover.plaza"]


@pytest.mark.parametrize(
    ("page", "package"),
    [
        ("launcher", "com.drover.launcher"),
        ("plaza.login", "com.drover.plaza"),
        ("popup.update", "com.drover.plaza"),
        ("popup.rating", "com.drover.plaza"),
        ("popup.system_update", "android"),
        ("popup.permission", "com.android.permissioncontroller"),
        ("popup.unknown", "com.vendor.offers"),
    ],
)
def test_the_focused_window_tells_its_package(at: At, page: str, package: str) -> None:
    front = at(page).handset.front(0.0)
    assert front[0] == package
    assert front[1].startswith(package)


@pytest.mark.parametrize(
    ("name", "answer"),
    [("update", "later"), ("rating", "not_now"), ("permission", "deny"), ("unknown", "ok"), ("system_update", "later")],
)
def test_a_popup_swallows_touches_beside_it_until_it_is_answered(name: str, answer: str) -> None:
    person = Person(catalog.settled(f"popup.{name}"))
    person.tap_at(900, 2250).tap_at(540, 400).wait()
    assert person.page == f"popup.{name}"
    person.tap(answer).wait()
    assert person.page == "plaza.feed"
    assert name in list(person.handset.state()["popups_dismissed"] or [])  # type: ignore[arg-type]  # JSON list


def test_answers_to_popups_are_stored(at: At) -> None:
    person = at("plaza.feed")
    for name, answer in (("update", "update"), ("permission", "allow"), ("rating", "rate")):
        assert person.handset.popup(name, person.now)
        person.wait(1).tap(answer).wait(1)
    stored = person.stored()
    assert [stored[name] for name in ("update", "permission", "rating")] == ["update", "allowed", "rate"]


def test_an_unknown_popup_name_shows_nothing(at: At) -> None:
    person = at("plaza.feed")
    assert not person.handset.popup("lottery", person.now)
    assert person.page == "plaza.feed"


def test_update_dims_the_page_and_unknown_does_not(at: At) -> None:
    corner = {
        page: at(page).frame()[240:380, 20:160, :3].mean() for page in ("plaza.feed", "popup.update", "popup.unknown")
    }
    assert corner["popup.unknown"] == corner["plaza.feed"]
    assert corner["popup.update"] == pytest.approx(corner["plaza.feed"] / 2, rel=0.05)


def test_the_unknown_popup_covers_the_centre(at: At) -> None:
    assert at("popup.unknown").handset.view(0.0).window.holds(540, 1200)


def seen_popups(seed: int) -> frozenset[str]:
    person = Person(new_handset(seed))
    for step in ("icon_plaza", "next", "next", "get_started"):
        person.tap(step).wait(2)
    person.tap("username").type("ada").tap("password").type("x").tap("log_in").wait(6)
    seen = {person.page}
    person.press(*([BACK] if person.page.startswith("popup") else [])).wait(2).tap("tab_profile").wait(6)
    return frozenset(page for page in seen | {person.page} if page.startswith("popup."))


def test_popups_come_by_themselves_on_some_phones_and_not_on_others() -> None:
    outcomes = [seen_popups(seed) for seed in range(24)]
    permission = sum("popup.permission" in outcome for outcome in outcomes)
    update = sum("popup.update" in outcome for outcome in outcomes)
    assert 5 <= permission <= 19
    assert 3 <= update <= 16


def test_the_same_seed_makes_the_same_phone() -> None:
    def played(seed: int) -> list[object]:
        person = Person(new_handset(seed))
        scenes: list[object] = []
        person.tap("icon_plaza")
        for name in ("next", "next", "get_started"):
            scenes += [person.handset.scene(person.now + 0.1), person.handset.scene(person.wait(2).now)]
            person.tap(name)
        return scenes

    assert played(5) == played(5)
    assert played(5) != played(6)


def test_a_reset_handset_is_new_again(at: At) -> None:
    person = at("plaza.edit_profile")
    person.handset.dim(0.5)
    person.handset.reset()
    assert person.page == "launcher"
    assert person.stored() == Person(new_handset()).stored()
    assert person.handset.state()["popups_shown"] == []


def test_touches_during_a_transition_are_lost(at: At) -> None:
    person = at("plaza.onboarding_welcome")
    person.tap("next").wait(0.05).tap("next").wait()
    assert person.page == "plaza.onboarding_discover"


def test_a_transition_moves_the_picture_within_its_time(at: At) -> None:
    person = at("plaza.onboarding_welcome")
    before = person.frame()
    person.tap("next")
    middle = person.wait(0.1).frame()
    after = person.wait(0.3).frame()
    assert not np.array_equal(before, middle)
    assert not np.array_equal(middle, after)
    assert np.array_equal(after, person.wait(5).frame())


def test_the_clock_runs(at: At) -> None:
    person = at("plaza.feed")
    early = person.frame()
    late = person.wait(61).frame()
    assert not np.array_equal(early[:84], late[:84])
    assert np.array_equal(early[84:], late[84:])


def test_dimming_darkens_everything_and_is_taken_away_again(at: At) -> None:
    person = at("plaza.login")
    bright = person.frame().astype(int)
    person.handset.dim(0.4)
    assert np.abs(person.frame()[..., :3] - bright[..., :3] * 0.6).max() <= 1
    person.handset.dim(0)
    assert np.array_equal(person.frame(), bright)


def test_a_cover_hides_exactly_its_rectangle(at: At) -> None:
    person = at("plaza.login")
    bright = person.frame()
    person.handset.cover((100, 200, 400, 700))
    covered = person.frame()
    assert len(np.unique(covered[200:700, 100:400].reshape(-1, 4), axis=0)) == 1
    outside = np.ones(bright.shape[:2], bool)
    outside[200:700, 100:400] = False
    assert np.array_equal(bright[outside], covered[outside])
