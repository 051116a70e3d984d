"""The contact sheet as a document: what is wrong comes first, everything is there, and it is safe and not too large."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from drover.devices.geometry import Rect, Size
from drover.devices.picture import preview
from drover.screens.domain import RegionCheck, RegionKind
from drover.screens.identify import identify_files
from drover.screens.matching import Matcher
from drover.screens.pictures import decode_picture
from drover.screens.report.cards import BUDGETS, CardMaker, standing_of
from drover.screens.report.contact import render_sheet
from drover.screens.report.identified import IdentifySheet
from drover.screens.report.page import write_report
from drover.screens.report.sheet import Card, Mark, Note, Sheet, Standing, counts
from tests.screens.drawing import BODY, draw, registry, screen, variant
from tests.screens.report.sheets import BAR, FEED, SHOP, check_sheet
from tests.sequences.report.reading import Element, read

HOSTILE = "<script>alert(1)</script>\"'--></style>&amp;\u202eevil\x00"


@pytest.fixture(scope="module")
def checked() -> Sheet:
    return check_sheet()


@pytest.fixture(scope="module")
def page(checked: Sheet) -> Element:
    return read(render_sheet(checked))


def card(page: Element, title: str) -> Element:
    return next(each for each in page.all("article") if title in each.one("h3").text)


def test_what_failed_comes_first_then_near_misses_then_unknown_frames(page: Element) -> None:
    states = [each.attributes["class"].split()[1] for each in page.all("article")]
    assert states == ["failed"] * 2 + ["near", "unknown"] + ["passed"] * 3


def test_the_verdict_and_the_figures_say_how_it_went(page: Element) -> None:
    assert page.one("h1").text == "2 things to be mended"
    tiles = {tile.one("dt").text: tile.one("dd").text for tile in page.one("dl", class_="tiles").all("div")}
    assert tiles == {
        "Screens": "2 2 variants",
        "Frames right": "3 of 5",
        "To be mended": "2",
        "Warnings": "0",
    }


def test_a_frame_that_failed_shows_its_regions_with_figures_and_both_crops(page: Element) -> None:
    dimmed = card(page, "feed__dimmed")
    assert "must be shop.feed" in dimmed.text
    assert "is unknown" in dimmed.text
    rows = [row.text for row in dimmed.one("table").one("tbody").all("tr")]
    assert len(rows) == 2
    assert all("darker than expected" in row for row in rows)
    pairs = dimmed.all("div", class_="pair")
    assert [pair.one("b").text for pair in pairs] == ["shop.feed.title", "shop.feed.body"]
    captions = [figure.one("figcaption").text for figure in pairs[0].all("figure")]
    assert captions == ["Expected", "Seen", "Difference"]
    boxes = dimmed.one("svg", class_="screen").all("rect")
    assert [box.attributes["class"] for box in boxes] == ["failed", "failed"]


def test_a_near_miss_says_of_which_screen_and_what_failed(page: Element) -> None:
    near = card(page, "near.png")
    assert "shop.feed (light): 1 passed, 1 failed" in near.text
    [box] = near.one("svg", class_="screen").all("rect", class_="near")
    assert box.one("title").text == "shop.feed.body: near"


def test_a_frame_that_is_known_shows_passed_regions_and_the_zones_that_do_not_matter(page: Element) -> None:
    good = card(page, "feed__good")
    assert [box.attributes["class"] for box in good.all("rect")] == ["mask", "passed", "passed"]
    mask = good.all("rect")[0].attributes
    assert (mask["width"], mask["height"]) == (str(BAR.width), str(BAR.height))
    assert "weakest region" in good.text


def test_a_screens_own_picture_tells_the_closest_impostor_and_the_margin(page: Element) -> None:
    facts = card(page, "shop.feed · light").one("dl", class_="facts").all("div")
    told = {each.one("dt").text: each.one("dd").text for each in facts}
    assert told["closest impostor"].startswith("shop.cart (light) ")
    assert float(told["margin"]) > 0


def test_screens_that_claim_one_picture_are_shown_as_failed() -> None:
    sheet = check_sheet(registry(*SHOP.screens.values(), screen("shop.vague", variant(FEED, BODY))))
    reasons = {each.title: each.reason for each in sheet.cards if each.standing is Standing.FAILED}
    assert reasons["shop.feed · light"] == "claimed by shop.feed and shop.vague"
    assert not sheet.good


def test_regions_of_every_kind_are_drawn_by_their_kind_and_have_only_figures_that_mean_something() -> None:
    checks = tuple(
        RegionCheck(
            "shop.feed", "light", kind.value, False, 0.5, 3.0, 0.7, Rect(1, 2, 30, 40), "is wrong", kind, "read"
        )
        for kind in RegionKind
    )
    marks = tuple(Mark(check.found_at, "failed", check.region, check.kind.value) for check in checks)
    shown = Card("x", Standing.FAILED, "r", screen="shop.feed", picture=b"\xff\xd8\xff", marks=marks, checks=checks)
    page = read(render_sheet(Sheet("screens check", "s", "v", False, (shown,))))
    classes = [box.attributes["class"] for box in page.one("svg", class_="screen").all("rect")]
    assert classes == ["failed", "failed tint", "failed text", "failed node"]
    figures = [[cell.text for cell in row.all("td")] for row in page.one("tbody").all("tr")]
    assert figures == [["0.500", "+3.0", "0.70"], ["", "+3.0", ""], ["0.500", "", ""], ["", "", ""]]


def test_identified_frames_show_those_that_cannot_be_read_and_near_misses_first(tmp_path: Path) -> None:
    names = ("good.jpg", "near.jpg", "broken.png")
    (tmp_path / "good.jpg").write_bytes(preview(FEED, 540, 95).jpeg)
    (tmp_path / "near.jpg").write_bytes(preview(draw("Feed", "something else"), 540, 95).jpeg)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    gathering = IdentifySheet(SHOP, len(names))
    answers = list(
        identify_files(SHOP, [tmp_path / name for name in names], cpu_seconds=lambda: 0.0, spectator=gathering)
    )
    assert [answer.screen for answer in answers] == ["shop.feed", None, None]
    sheet = gathering.sheet("shop")
    assert [each.standing for each in sheet.ordered] == [Standing.NEAR, Standing.PASSED]
    assert [note.where for note in sheet.notes] == [str(tmp_path / "broken.png")]
    assert (sheet.good, sheet.verdict) == (False, "1 of 2 frames are known screens")
    assert counts(sheet.cards) == {Standing.NEAR: 1, Standing.PASSED: 1}


def test_every_text_is_escaped_and_only_its_own_style_and_script_may_run() -> None:
    check = RegionCheck(HOSTILE, HOSTILE, HOSTILE, False, 0, 0, 0, Rect(0, 0, 9, 9), HOSTILE, RegionKind.TEXT, HOSTILE)
    hostile = Card(
        HOSTILE, Standing.FAILED, HOSTILE, HOSTILE, HOSTILE, HOSTILE, checks=(check,), facts=((HOSTILE, HOSTILE),)
    )
    sheet = Sheet(
        HOSTILE, HOSTILE, HOSTILE, False, (hostile,), (Note(HOSTILE, HOSTILE, HOSTILE),), ((HOSTILE, HOSTILE, HOSTILE),)
    )
    html = render_sheet(sheet)
    page = read(html)
    assert "<script>alert" not in html
    assert len(page.all("script")) == 1
    policy = page.one("meta", content="default-src").attributes["content"]
    for tag in ("style", "script"):
        body = re.search(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert body is not None
        digest = base64.b64encode(hashlib.sha256(body.group(1).encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy
    assert "style=" not in html.replace("style-src", "")
    assert not re.search(r"(src|href)=\"(?!#|data:)", html)


def test_a_sheet_without_cards_or_findings_is_a_page_too() -> None:
    page = read(render_sheet(Sheet("screens learn", "nothing", "Nothing was learned", True, ())))
    assert page.one("h1").text == "Nothing was learned"
    assert page.all("article") == []


def test_a_card_without_a_picture_says_so() -> None:
    page = read(render_sheet(Sheet("c", "s", "v", True, (Card("gone", Standing.PASSED, "r"),))))
    assert "No picture" in page.one("article").text


def test_pictures_get_smaller_the_more_there_are_and_a_thousand_stay_below_twenty_megabytes(tmp_path: Path) -> None:
    noise = np.random.default_rng(4).integers(0, 60, (100, 45, 4), dtype=np.uint8)
    busy = replace(FEED, pixels=np.asarray(cv2.resize(noise, (1080, 2400), interpolation=cv2.INTER_CUBIC)))
    found = Matcher(SHOP).identify(busy)
    cards = {
        count: CardMaker(SHOP, count).card("x", busy, found, standing=standing_of(found))
        for count in (1, 300, 1000, 5000)
    }
    assert [decode_picture(each.picture).shape[1] for each in cards.values()] == [360, 270, 216, 160]
    assert cards[1].size == Size(1080, 2400)
    assert [most for most, _, _ in BUDGETS] == sorted(most for most, _, _ in BUDGETS)
    many = tuple(replace(cards[1000], picture=cards[1000].picture + bytes([n % 256, n // 256])) for n in range(1000))
    size = write_report(tmp_path / "sheet.html", render_sheet(Sheet("c", "s", "v", True, many)))
    assert size == (tmp_path / "sheet.html").stat().st_size
    assert 1_000_000 < size < 20_000_000
