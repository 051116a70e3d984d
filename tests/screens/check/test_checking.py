"""Everything that can be wrong with a registry is found, and nothing else."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from drover.devices.frame import Frame
from drover.devices.picture import preview
from drover.screens.check.checking import check_registry
from drover.screens.check.claims import Look
from drover.screens.check.frames import BadFrames, KeptFrame, expectation, frames_in
from drover.screens.check.outcome import CheckOutcome, Concern, Expectation, FrameChange, FrameCheck
from drover.screens.check.regression import regression
from drover.screens.domain import Identification, Registry, Screen
from drover.screens.files import LoadedRegistry, Refusal, load_registry
from drover.screens.learning.material import gather
from tests.screens.drawing import BODY, TITLE, draw, frame_of, interrupt, leading, registry, screen, variant

EXAMPLES = Path(__file__).parents[3] / "examples"
FEED, CART, POPUP = draw("Feed"), draw("Cart"), draw("Update", "please")
SHOP = registry(screen("shop.feed", variant(FEED)), screen("shop.cart", variant(CART)))


def loaded(*screens: Screen) -> LoadedRegistry:
    return LoadedRegistry(registry(*screens), ())


def kept(name: str, frame: Frame) -> KeptFrame:
    return KeptFrame(name, expectation(Path(name)), frame)


def concerns(outcome: CheckOutcome) -> list[tuple[Concern, tuple[str, ...]]]:
    return [(finding.concern, finding.screens) for finding in outcome.findings]


@pytest.mark.parametrize("example", ["plaza", "notes"])
def test_nothing_is_wrong_with_the_shipped_registries(example: str) -> None:
    outcome = check_registry(load_registry(EXAMPLES / example / "registry"))
    assert [str(finding) for finding in outcome.findings if finding.grave] == []
    assert outcome.findings == ()
    assert outcome.variants >= 2 * outcome.screens > 0


def test_a_good_registry_with_its_frames_is_good() -> None:
    frames = [kept("shop/feed__1.png", FEED), kept("shop.cart__x.png", CART), kept("unknown__1.png", POPUP)]
    outcome = check_registry(LoadedRegistry(SHOP, ()), frames=frames)
    assert outcome.good
    assert outcome.findings == ()
    assert outcome.document()["frames_right"] == 3


def test_a_refused_file_is_told_with_its_place_and_cure() -> None:
    refusal = Refusal("shop/cart.json", "variants[0].regions[1].rect", "lies outside", "correct it")
    [finding] = check_registry(LoadedRegistry(SHOP, (refusal,))).findings
    assert (finding.concern, finding.where, finding.hint) == (Concern.REFUSED, "shop/cart.json", "correct it")
    assert finding.reason == "variants[0].regions[1].rect: lies outside"
    assert finding.grave


def test_screens_that_claim_one_frame_are_grave() -> None:
    outcome = check_registry(loaded(screen("shop.feed", variant(FEED)), screen("shop.vague", variant(CART, BODY))))
    assert concerns(outcome) == [(Concern.OVERLAP, ("shop.feed", "shop.vague"))]
    assert not outcome.good
    [finding] = outcome.findings
    assert finding.where == "shop/feed.json"
    assert "overlaps shop/vague.json" in finding.reason


def test_a_screen_with_the_picture_of_another_is_grave() -> None:
    mixed = replace(variant(FEED, TITLE), picture=preview(CART, 1080, 80).jpeg)
    outcome = check_registry(loaded(screen("shop.feed", mixed), screen("shop.cart", variant(CART))))
    assert (Concern.NOT_ITSELF, ("shop.feed", "shop.cart")) in concerns(outcome)
    told = next(finding for finding in outcome.findings if finding.concern is Concern.NOT_ITSELF)
    assert "is taken for shop.cart: shop.feed: region 'title' looks different" in told.reason


def test_a_screen_with_a_picture_of_nothing_known_is_not_recognised_as_itself() -> None:
    mixed = replace(variant(FEED, TITLE), picture=preview(POPUP, 90, 80).jpeg)
    [finding] = check_registry(loaded(screen("shop.feed", mixed))).findings
    assert finding.concern is Concern.NOT_ITSELF
    assert "is not recognised as itself" in finding.reason


def test_a_state_that_no_action_leads_to_is_told_unless_it_is_an_entry() -> None:
    feed = leading(screen("shop.feed", variant(FEED)), "shop.cart")
    lonely = screen("shop.lonely", variant(draw("Lonely")))
    screens = (feed, screen("shop.cart", variant(CART)), lonely, interrupt("shop.update", variant(POPUP)))
    outcome = check_registry(loaded(*screens))
    assert concerns(outcome) == [(Concern.UNREACHABLE, ("shop.feed",)), (Concern.UNREACHABLE, ("shop.lonely",))]
    assert outcome.good
    entries = [replace(each, entry=True) for each in screens]
    assert concerns(check_registry(loaded(*entries))) == []


def test_screens_that_only_lead_to_each_other_are_not_reached_from_an_entry() -> None:
    home = replace(leading(screen("shop.home", variant(POPUP)), "shop.home"), entry=True)
    feed = leading(screen("shop.feed", variant(FEED)), "shop.cart")
    cart = leading(screen("shop.cart", variant(CART)), "shop.feed")
    told = [screens for _, screens in concerns(check_registry(loaded(home, feed, cart)))]
    assert told == [("shop.feed",), ("shop.cart",)]


def test_an_app_whose_actions_do_not_say_where_they_lead_is_not_asked() -> None:
    assert check_registry(LoadedRegistry(SHOP, ())).findings == ()


def test_an_action_that_leads_to_a_refused_screen_is_told_with_its_place() -> None:
    feed = replace(leading(screen("shop.feed", variant(FEED)), "shop.cart"), entry=True)
    [finding] = check_registry(loaded(feed)).findings
    assert (finding.concern, finding.screens) == (Concern.LEADS_TO_REFUSED, ("shop.feed", "shop.cart"))
    assert finding.reason.startswith("variants[0].actions[0].leads_to: go_on leads to shop.cart")


FRAMES = {
    "another screen": ("shop/feed__1.png", CART, Concern.WRONG_SCREEN, "must be shop.feed, but is shop.cart (light)"),
    "unknown": ("shop/feed__1.png", POPUP, Concern.WRONG_SCREEN, "must be shop.feed, but is unknown: "),
    "known, but must not": ("unknown__1.png", CART, Concern.WRONG_SCREEN, "must be unknown, but is shop.cart (light)"),
}


@pytest.mark.parametrize("case", FRAMES)
def test_a_frame_that_is_not_what_its_name_says_is_grave(case: str) -> None:
    name, frame, concern, reason = FRAMES[case]
    outcome = check_registry(LoadedRegistry(SHOP, ()), frames=[kept(name, frame)])
    [finding] = outcome.findings
    assert (finding.concern, finding.where) == (concern, name)
    assert reason in finding.reason
    assert not outcome.good


def test_a_frame_that_two_screens_claim_is_grave_whatever_its_name_says() -> None:
    both = (screen("shop.feed", variant(FEED)), screen("shop.vague", variant(FEED, BODY)))
    outcome = check_registry(loaded(*both), frames=[kept("anything.png", FEED)])
    assert (Concern.CONFLICT, ("shop.feed", "shop.vague")) in concerns(outcome)


def test_a_frame_named_for_a_screen_that_is_not_there_is_told_which_one_is() -> None:
    [finding] = check_registry(LoadedRegistry(SHOP, ()), frames=[kept("shop/fed__1.png", FEED)]).findings
    assert "must be shop.fed, but is shop.feed" in finding.reason
    assert "did you mean shop.feed" in finding.hint


EXPECTED: dict[str, Expectation | None] = {
    "plaza/feed__2.png": Expectation("plaza.feed"),
    "plaza/feed.png": Expectation("plaza.feed"),
    "plaza.feed__dark__2.png": Expectation("plaza.feed"),
    "plaza.feed.png": Expectation("plaza.feed"),
    "unknown__2.png": Expectation(None),
    "plaza/unknown__2.png": Expectation(None),
    "plaza/unknown.png": Expectation("plaza.unknown"),
    "wiki/de_DE Start-2__1.png": Expectation("wiki.de_de_start_2"),
    "wiki.Über uns__1.png": Expectation("wiki.ber_uns"),
    "wiki/_feed_.png": Expectation("wiki._feed_"),
    "shot_17.png": None,
    "a/b/feed__1.png": None,
}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_frames_name_says_what_it_must_be(name: str) -> None:
    assert expectation(Path(name)) == EXPECTED[name]


def test_screens_learned_of_a_folder_are_those_that_its_frames_must_be(tmp_path: Path) -> None:
    (tmp_path / "wiki").mkdir()
    for name in ("de_DE Start-2__1.png", "_feed___2.png", "About__dark.png", "about_2.png"):
        (tmp_path / "wiki" / name).write_bytes(b"")
    subjects = gather(tmp_path).subjects
    assert len(subjects) == 4
    assert [expectation(file.relative_to(tmp_path)) for subject in subjects for file in subject.files] == [
        Expectation(subject.key) for subject in subjects
    ]


def test_frames_in_folders_are_found_sorted_and_bad_ones_are_told(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "loop").symlink_to(tmp_path)
    (tmp_path / "shop" / "feed__1.jpg").write_bytes(preview(FEED, 540, 90).jpeg)
    (tmp_path / "shop" / "cart__1.PNG").write_bytes(b"not a picture")
    (tmp_path / "shop" / "circle.png").symlink_to("circle.png")
    (tmp_path / "notes.txt").write_text("no frame")
    outcome = check_registry(LoadedRegistry(SHOP, ()), frames=frames_in(tmp_path))
    assert [check.file for check in outcome.frames] == ["shop/feed__1.jpg"]
    assert [(f.concern, f.where) for f in outcome.findings] == [
        (Concern.BAD_FRAME, "shop/cart__1.PNG"),
        (Concern.BAD_FRAME, "shop/circle.png"),
    ]


def test_a_folder_without_frames_and_no_folder_are_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "gone"):
        with pytest.raises(BadFrames) as refused:
            list(frames_in(folder))
        assert str(folder) in refused.value.message
        assert refused.value.hint


def changes(
    before: Registry, after: Registry, *frames: KeptFrame
) -> Iterator[tuple[str, str | None, str | None, bool]]:
    for change in regression(before, after, frames).changes:
        yield change.file, change.before, change.after, change.harmful


def test_a_change_that_keeps_all_frames_has_none() -> None:
    found = regression(SHOP, SHOP, [kept("shop/feed__1.png", FEED), kept("unknown__1.png", POPUP)])
    assert (found.changes, found.new, found.gone, found.overlaps, found.unreachable) == ((), (), (), (), ())
    assert not found.harmful


def test_an_unknown_frame_that_becomes_known_does_no_harm() -> None:
    more = registry(*SHOP.screens.values(), screen("shop.update", variant(POPUP)))
    assert list(changes(SHOP, more, kept("x.png", POPUP))) == [("x.png", None, "shop.update", False)]
    found = regression(SHOP, more)
    assert (found.new, found.gone, found.harmful) == (("shop.update",), (), False)


def test_a_known_frame_that_is_lost_or_becomes_another_does_harm() -> None:
    renamed = registry(screen("shop.wall", variant(FEED)))
    found = list(changes(SHOP, renamed, kept("1.png", FEED), kept("2.png", CART), kept("shop/wall__1.png", FEED)))
    assert found == [
        ("1.png", "shop.feed", "shop.wall", True),
        ("2.png", "shop.cart", None, True),
        ("shop/wall__1.png", "shop.feed", "shop.wall", False),
    ]
    assert regression(SHOP, renamed).gone == ("shop.cart", "shop.feed")


def test_a_change_that_makes_two_screens_claim_one_frame_does_harm() -> None:
    worse = registry(*SHOP.screens.values(), screen("shop.vague", variant(FEED, BODY)))
    found = regression(SHOP, worse, [kept("1.png", FEED)])
    assert found.harmful
    assert [finding.screens for finding in found.overlaps] == [("shop.cart", "shop.vague"), ("shop.feed", "shop.vague")]
    [change] = found.changes
    assert change.conflict_after == ("shop.feed", "shop.vague")
    assert str(change) == "1.png: shop.feed -> shop.feed and shop.vague"
    assert regression(worse, worse).overlaps == ()
    assert not regression(worse, SHOP).harmful


def test_a_screen_that_became_unreachable_is_told() -> None:
    before = registry(
        replace(leading(screen("shop.feed", variant(FEED)), "shop.cart"), entry=True),
        screen("shop.cart", variant(CART)),
    )
    feed = leading(before.screens["shop.feed"], "shop.feed")
    after = registry(feed, screen("shop.cart", variant(CART)), leading(screen("shop.x", variant(POPUP)), "shop.feed"))
    assert [finding.screens for finding in regression(before, after).unreachable] == [("shop.cart",), ("shop.x",)]


def test_a_check_against_another_registry_says_what_the_change_does() -> None:
    renamed = registry(screen("shop.wall", variant(FEED)), screen("shop.cart", variant(CART)))
    frames = [kept("shop/wall__1.png", FEED), kept("shop/cart__1.png", CART)]
    outcome = check_registry(LoadedRegistry(renamed, ()), frames=frames, against=SHOP)
    assert outcome.good
    assert outcome.compared is not None
    [change] = outcome.compared.changes
    assert change == FrameChange("shop/wall__1.png", Expectation("shop.wall"), "shop.feed", "shop.wall", change.reason)
    document = outcome.document()["compared"]
    assert document == {
        "harmful": False,
        "changes": [
            {"file": "shop/wall__1.png", "before": "shop.feed", "after": "shop.wall", "conflict": [], "harmful": False}
        ],
        "new": ["shop.wall"],
        "gone": ["shop.feed"],
        "overlaps": [],
        "unreachable": [],
    }


def test_frames_are_read_one_at_a_time_and_shown_to_whoever_watches() -> None:
    class Album:
        def __init__(self) -> None:
            self.seen: list[str] = []

        def looked(self, look: Look) -> None:
            self.seen.append(look.screen.key)

        def judged(self, check: FrameCheck, frame: Frame, found: Identification) -> None:
            self.seen.append(f"{check.file} {frame.size.width} {found.reason}")

    album = Album()
    check_registry(LoadedRegistry(SHOP, ()), frames=[kept("1.png", frame_of(FEED.pixels))], spectator=album)
    assert album.seen == ["shop.feed", "shop.cart", "1.png 540 shop.feed (light): all 2 regions pass"]
