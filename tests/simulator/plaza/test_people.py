"""Search, other people's profiles, messages, and one's own figures."""

from collections.abc import Callable

import pytest

from drover.simulator.plaza import catalog
from drover.simulator.plaza.people import HUMANS, found, human
from tests.simulator.plaza.person import Person

At = Callable[[str], Person]
BACK, ENTER = 4, 66


def test_results_come_late_as_one_types(at: At) -> None:
    person = at("plaza.search").tap("query").type("to")
    pages = [person.page]
    pages.append(person.wait(1).page)
    person.type("zz")
    pages += [person.page, person.wait(1).page]
    assert pages == ["plaza.search.loading", "plaza.search_results", "plaza.search.loading", "plaza.search_empty"]


def test_a_cleared_query_shows_the_first_page_again(at: At) -> None:
    person = at("plaza.search_results").tap("clear").wait()
    assert (person.page, person.text("query")) == ("plaza.search", "")


def test_the_enter_key_leaves_the_field_and_keeps_the_results(at: At) -> None:
    person = at("plaza.search").tap("query").type("elena").wait(1).press(ENTER).wait()
    assert person.text("result_1") == "Elena Petrova"
    assert person.handset.state()["keyboard"] != {}
    assert person.tap("result_1").wait().page == "plaza.person"


@pytest.mark.parametrize("query", ["Elena", "elena.p", "@elena", "petrova elena"])
def test_people_are_found_by_parts_of_name_and_username(query: str) -> None:
    assert [each.name for each in found(query)] == ["Elena Petrova"]


def test_everybody_is_known_by_username() -> None:
    assert [human(each.username) for each in HUMANS] == list(HUMANS)


def test_one_person_is_followed_and_left_again(at: At) -> None:
    person = at("plaza.person")
    before = int(person.text("count_followers"))
    person.tap("follow")
    assert (person.text("follow"), int(person.text("count_followers"))) == ("Following", before + 1)
    assert person.account()["following"] == ["tomas.okafor"]
    assert person.tap("follow").account()["following"] == []


def test_somebody_without_messages_can_be_written_to(at: At) -> None:
    person = at("plaza.search").tap("query").type("oskar").wait(1).press(BACK).tap("result_1").wait()
    person.tap("message").wait().tap("message").type("Hello Oskar").tap("send").wait()
    assert person.account()["messages"] == {"oskar.nowak": [{"text": "Hello Oskar", "mine": True}]}
    person.press(BACK).wait().press(BACK).wait().press(BACK).wait()
    assert person.tap("tab_home").wait().tap("messages").wait().text("conversation_1") == "Oskar Nowak"


def test_a_message_is_sent_once_however_often_send_is_tapped(at: At) -> None:
    person = at("plaza.conversation").tap("message").type("Yes, I am").wait(0.4)
    person.tap("send").tap("send").tap("send").wait()
    assert person.account()["counts"]["sent"] == 1
    assert person.text("message") == ""
    assert person.text("status") == "Sent"


def test_a_message_is_on_its_way_before_it_is_sent(at: At) -> None:
    person = at("plaza.conversation").tap("message").type("Yes").wait(0.4).tap("send")
    assert person.text("status") == "Sending\u2026"


def test_an_empty_message_is_not_sent(at: At) -> None:
    person = at("plaza.conversation").tap("message").type("   ").wait(0.4).tap("send").wait()
    assert person.account()["counts"]["sent"] == 0


def test_the_line_to_write_in_stands_above_the_keyboard_and_goes_down_with_it(at: At) -> None:
    def middle(person: Person) -> int:
        element = person.handset.view(person.now).element("message")
        assert element is not None
        return element.box.middle[1]

    person = at("plaza.conversation")
    low = middle(person)
    high = middle(person.tap("message").wait())
    assert high < 1560 < low
    assert middle(person.press(BACK).wait()) == low


def test_an_incoming_message_appears_late_and_once(at: At) -> None:
    person = at("plaza.messages").tap("conversation_1").wait(1.2)
    view = person.handset.view(person.now)
    assert [each.text for each in view.elements if each.name.startswith("message_")] == ["Are you coming on Saturday?"]
    assert person.wait(4).text("message_2") == "We start at nine, by the fountain."
    person.press(BACK).wait().tap("conversation_1").wait(8)
    assert person.account()["messages"] == {
        "tomas.okafor": [{"text": "We start at nine, by the fountain.", "mine": False}]
    }
    assert person.account()["counts"]["sent"] == 0


def test_an_incoming_message_arrives_though_the_conversation_was_left(at: At) -> None:
    person = at("plaza.messages").tap("conversation_2").wait(0.9).press(BACK).wait(8)
    assert list(person.account()["messages"]) == ["elena.petrova"]


def test_figures_count_up_and_come_to_rest(at: At) -> None:
    person = at("plaza.profile").tap("numbers").wait(0.95)
    early = int(person.text("followers"))
    final = int(person.wait(3).text("followers"))
    assert early < final
    assert int(person.wait(9).text("followers")) == final


def test_figures_have_grown_at_the_next_look_and_agree_with_the_profile(at: At) -> None:
    person = at("plaza.numbers")
    first = {name: int(person.text(name)) for name in ("followers", "likes", "posts")}
    person.press(BACK).wait()
    assert int(person.text("count_followers")) == first["followers"]
    person.tap("numbers").wait()
    assert int(person.text("followers")) == first["followers"] + int(person.text("more_followers"))
    assert int(person.text("likes")) == first["likes"] + int(person.text("more_likes"))
    assert int(person.text("posts")) == first["posts"]


def test_ones_own_posts_count() -> None:
    person = Person(catalog.settled("plaza.caption")).tap("share").wait(3).tap("tab_profile").wait().tap("later").wait()
    shown = int(person.text("count_posts"))
    assert shown == int(Person(catalog.settled("plaza.profile")).text("count_posts")) + 1


def test_figures_are_alike_on_phones_of_one_seed() -> None:
    one, other = (Person(catalog.settled("plaza.numbers", seed=3)) for _ in range(2))
    assert [one.text(name) for name in ("followers", "likes", "posts")] == [
        other.text(name) for name in ("followers", "likes", "posts")
    ]


def test_a_long_conversation_shows_its_latest_messages(at: At) -> None:
    person = at("plaza.conversation")
    for number in range(20):
        person.tap("message").type(f"message number {number} with some words more").tap("send").wait(1)
    shown = [each.text for each in person.handset.view(person.now).elements if each.name.startswith("message_")]
    assert shown[-1].startswith("message number 19")
    assert len(shown) < 15
    assert person.account()["counts"]["sent"] == 20
