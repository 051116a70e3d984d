"""Stories that play, and highlights made of them."""

from collections.abc import Callable

import numpy as np

from drover.simulator.plaza.features.stories import STORY_S
from tests.simulator.plaza.person import Person

At = Callable[[str], Person]
BACK, LEFT = 4, 21


def told(person: Person, words: str) -> Person:
    """Share a story from the feed."""
    person.tap("new_story").wait().tap("picture_1").wait()
    return person.tap("story_text").type(words).press(BACK).tap("share").wait(3)


def test_a_story_plays_and_closes_by_itself(at: At) -> None:
    person = at("plaza.feed").tap("story_of_2")
    early = person.wait(1).frame()
    assert not np.array_equal(early[96:120], person.wait(2).frame()[96:120])
    assert person.page == "plaza.story"
    assert person.wait(STORY_S).page in {"plaza.feed", "plaza.feed.loading"}


def test_stories_follow_one_another_before_they_close(at: At) -> None:
    person = at("plaza.feed").tap("story_of_1").wait(1)
    assert person.text("story_words") == ""
    assert person.wait(STORY_S).text("story_words") == "Nobody here but us"
    assert person.wait(STORY_S + 3).page == "plaza.feed"


def test_taps_on_the_halves_show_the_next_and_the_one_before(at: At) -> None:
    person = at("plaza.feed").tap("story_of_1").wait(1).tap("next").wait(0.1)
    assert person.text("story_words") == "Nobody here but us"
    assert person.tap("previous").wait(0.1).text("story_words") == ""
    person.tap("next").wait(0.1).tap("next").wait(3)
    assert person.page == "plaza.feed"


def test_a_paused_story_stays_and_goes_on_where_it_was(at: At) -> None:
    person = at("plaza.feed").tap("story_of_2").wait(3).tap("pause")
    assert person.wait(60).page == "plaza.story"
    person.tap("pause")
    assert person.wait(STORY_S - 3.5).page == "plaza.story"
    assert person.wait(3.5).page == "plaza.feed"


def test_a_story_that_was_closed_does_not_lead_back_a_second_time(at: At) -> None:
    person = at("plaza.feed").tap("story_of_2").wait(1).tap("close").wait(1).tap("tab_profile")
    assert person.wait(STORY_S * 2).page.removeprefix("popup.") in {"plaza.profile", "update"}


def test_ones_own_story_shows_its_words_and_leads_to_a_highlight(at: At) -> None:
    person = told(at("plaza.feed"), "Good morning").tap("your_story").wait(2)
    assert person.page == "plaza.own_story"
    assert person.text("story_words") == "Good morning"
    assert person.tap("highlight").wait().page == "plaza.highlight_name"


def test_without_a_story_there_is_none_to_highlight(at: At) -> None:
    assert at("plaza.highlight_none").text("heading") == "No stories yet"


def test_a_first_highlight_is_named_and_stored(at: At) -> None:
    person = at("plaza.highlight_name").tap("highlight_name").type("Winter").press(BACK).tap("save").wait(2)
    assert person.page == "plaza.profile"
    assert person.text("highlight_1") == "Winter"
    assert person.account()["highlights"] == [{"name": "Winter", "stories": [0]}]


def test_a_highlight_without_a_name_is_refused(at: At) -> None:
    person = at("plaza.highlight_name").tap("save").wait()
    assert person.text("error") == "Enter a name"
    assert person.account()["highlights"] == []


def test_a_story_is_added_to_an_older_highlight_once(at: At) -> None:
    person = at("plaza.highlight_choose").tap("highlight_1").wait(0.1)
    assert person.page == "plaza.highlight_choose.loading"
    assert person.wait(3).page == "plaza.profile"
    assert person.account()["highlights"] == [{"name": "Winter", "stories": [0, 0]}]


def test_a_further_highlight_stands_before_the_first_one(at: At) -> None:
    person = at("plaza.highlight_choose").tap("new_highlight").wait()
    person.tap("highlight_name").type("Friends").press(BACK).tap("save").wait(3)
    assert [each["name"] for each in person.account()["highlights"]] == ["Winter", "Friends"]
    assert (person.text("highlight_1"), person.text("highlight_2")) == ("Friends", "Winter")


def test_a_highlight_plays_its_stories(at: At) -> None:
    person = at("plaza.highlight_name").tap("highlight_name").type("Winter").press(BACK).tap("save").wait(2)
    assert person.tap("highlight_1").wait(1).page == "plaza.own_story"
    assert person.wait(STORY_S + 2).page == "plaza.profile"


def test_words_that_fill_many_lines_can_be_written_on_a_story(at: At) -> None:
    words = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    person = at("plaza.story_editor").tap("story_text").type(words).wait(0.3)
    early = person.frame()
    person.press(*[LEFT] * 60)
    assert not np.array_equal(early[900:1260], person.frame()[900:1260])
    assert person.press(BACK).tap("share").wait(3).account()["stories"][0]["text"] == words


def test_many_stories_scroll_where_one_is_chosen(at: At) -> None:
    person = at("plaza.feed")
    for number in range(13):
        told(person, f"day {number}")
    person.tap("tab_profile").wait().tap("later").wait().tap("new_highlight").wait()
    assert person.handset.view(person.now).element("story_13") is None
    person.swipe(2000, 600).wait().tap("story_13").wait()
    assert person.page == "plaza.highlight_name"
    person.tap("highlight_name").type("Last").press(BACK).tap("save").wait(2)
    assert person.account()["highlights"] == [{"name": "Last", "stories": [12]}]
