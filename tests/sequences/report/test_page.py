"""The report as a document: what it says, and that it is safe, whole and small."""

import base64
import hashlib
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drover.devices.geometry import Size
from drover.platform.blobs import MemoryBlobs
from drover.screens.domain import Registry
from drover.screens.report.page import ReportNotWritten, write_report
from drover.sequences.record import Evidence, Pause, Sight, Status, TaskRecord
from drover.sequences.report.page import render_report
from tests.sequences.report.plays import (
    SIZE,
    START,
    TITLE,
    Case,
    after,
    check,
    draw,
    failed_task,
    good_case,
    jpeg,
    mixed_case,
    phone,
    play,
    registry,
    task,
)
from tests.sequences.report.reading import Element, read

HOSTILE = "<script>alert(1)</script>\"'--></style>&amp;\u202eevil\x00" + "long" * 200


def document(case: Case) -> Element:
    return read(render_report(case.play, case.registry, case.blobs))


@pytest.fixture(scope="module")
def mixed() -> Element:
    return document(mixed_case())


def test_the_headline_and_figures_say_how_it_went(mixed: Element) -> None:
    assert mixed.one("h1").text == "3 of 6 phones failed"
    tiles = {tile.one("dt").text: tile.one("dd").text for tile in mixed.one("dl", class_="tiles").all("div")}
    assert tiles == {
        "Phones completed": "3 of 6",
        "Tasks verified": "27 of 29",
        "Wall time": "38.2 s",
        "Overhead a task, median": "71 ms p95 150 ms",
        "Captures a task, median": "2",
    }
    assert "examples/plaza/edit-profile.json" in mixed.one("dl", class_="about").text
    assert "Ada Lovelace" in mixed.one("dl", class_="about").text


def test_the_same_failure_of_several_phones_is_told_once(mixed: Element) -> None:
    covered, absent = mixed.all("article", class_="failure")
    assert "Step 4 · Open saved" in covered.text
    assert covered.one("h3").text == "plaza.saved.button"
    assert "saw an unknown screen: region button failed" in covered.text
    assert "go on with --from-step" in covered.text
    assert [pill.text for pill in covered.all("a", class_="pill")] == ["phone2", "phone5"]
    assert "Before the first step" in absent.text
    assert "is not reachable" in absent.text
    assert [pill.attributes["href"] for pill in absent.all("a", class_="pill")] == ["#phone-4"]


def test_failed_phones_come_first_and_open_with_their_failed_task_open(mixed: Element) -> None:
    phones = mixed.all("details", class_="phone")
    assert [p.one("summary").text.split()[0] for p in map(without_tasks, phones)] == [
        "phone2",
        "phone4",
        "phone5",
        "phone1",
        "phone3",
        "phone6",
    ]
    assert ["open" in p.attributes for p in phones] == [True, True, True, False, False, False]
    opened = [t.attributes["id"] for t in mixed.all("details", class_="task") if "open" in t.attributes]
    assert opened == ["phone-2-task-4", "phone-5-task-4"]


def without_tasks(element: Element) -> Element:
    return replace(element, children=[c for c in element.children if isinstance(c, Element) and c.tag == "summary"])


def test_every_link_leads_somewhere(mixed: Element) -> None:
    ids = [element.attributes["id"] for element in mixed.elements if "id" in element.attributes]
    assert len(ids) == len(set(ids))
    targets = [e.attributes["href"] for e in mixed.elements if "href" in e.attributes and e.tag != "image"]
    assert targets
    assert {target.removeprefix("#") for target in targets} <= set(ids)


def test_a_failed_region_is_drawn_red_on_both_pictures_with_its_figures_and_crops(mixed: Element) -> None:
    failed = mixed.one("details", id="phone-2-task-4").one("section", class_="sight failed")
    expected, seen, difference = failed.all("figure", class_="shot")
    for figure in (expected, seen):
        box = figure.one("rect", class_="failed")
        assert [int(box.attributes[side]) for side in ("x", "y", "width", "height")] == [90, 2010, 900, 150]
        assert figure.one("rect", class_="passed").text == "title: passed"
        assert figure.one("rect", class_="mask").attributes["height"] == "80"
        assert "failed: button" in figure.one("svg").attributes["aria-label"]
    assert len(difference.all("use")) == 2
    row = failed.one("tr", class_="failed")
    assert "button" in row.one("th").text
    assert [cell.text for cell in row.all("td", class_="out")] == ["0.412", "-63.5", "0.58"]
    crops = [figure.one("figcaption").text for figure in failed.all("figure", class_="crop")]
    assert crops == ["Expected", "Seen", "Difference"]


def test_a_repeated_task_says_in_which_round_it_was() -> None:
    blobs = MemoryBlobs()
    rounds = (replace(task(1, blobs), rounds=(1,)), replace(failed_task(1, blobs), rounds=(2,)))
    page = read(render_report(play((phone(1, rounds),)), registry(), blobs))
    assert "round 1" in page.one("details", id="phone-1-task-1").one("summary").text
    assert "round 2" in page.one("details", id="phone-1-task-1-2").one("summary").text
    eyebrows = [line.text for line in page.all("p", class_="eyebrow")]
    assert "Step 1 · Open feed · round 2" in eyebrows
    assert ", round 2: failed" in page.one("a", class_="cell").attributes["title"]


def test_a_task_shows_its_parameters_times_attempts_and_popups(mixed: Element) -> None:
    troubled = mixed.one("details", id="phone-3-task-3")
    facts = {part.one("dt").text: part.one("dd").text for part in troubled.one("dl", class_="facts").all("div")}
    assert facts == {
        "Started": "2026-11-21 09:22:56 UTC",
        "Took": "811 ms",
        "Phone": "480 ms",
        "Waiting": "260 ms",
        "Overhead": "71 ms",
        "Captures": "2",
        "Attempts": "2",
        "Effect": "repeatable",
        "Interrupts dismissed": "global.update",
        "on": "plaza.profile.continue",
    }
    assert "2 attempts" in troubled.one("summary").text
    assert "1 popup dismissed" in troubled.one("summary").text
    assert "once" in mixed.one("details", id="phone-6-task-6").one("summary").text


def test_the_overview_shows_every_phone_at_every_step(mixed: Element) -> None:
    rows = mixed.one("table", class_="matrix").one("tbody").all("tr")
    states = {row.one("th").text: [cell.attributes["class"] for cell in row.all(class_="cell")] for row in rows}
    assert states["phone1"] == ["cell completed"] * 7
    assert states["phone2"] == ["cell completed"] * 3 + ["cell failed"] + ["cell none"] * 3
    assert states["phone3"][2] == "cell completed troubled"
    assert states["phone4"] == ["cell none"] * 7


def test_times_are_machine_readable_and_utc(mixed: Element) -> None:
    first = mixed.all("time")[0]
    assert first.attributes["datetime"] == "2026-11-21T09:22:53.000Z"
    assert first.text == "2026-11-21 09:22:53 UTC"


def test_nothing_is_fetched_and_only_its_own_script_and_style_may_run(mixed: Element) -> None:
    policy = next(
        m.attributes["content"] for m in mixed.all("meta") if "Security" in m.attributes.get("http-equiv", "")
    )
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        content = "".join(str(child) for child in mixed.one(tag).children)
        digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{directive} 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert not [e for e in mixed.elements if e.attributes.keys() & {"src", "style", "action", "srcset", "onclick"}]
    assert all(image.attributes["href"].startswith("data:image/") for image in mixed.all("image"))
    assert mixed.all("link") == []


def test_each_picture_is_embedded_once(mixed: Element) -> None:
    addresses = [image.attributes["href"] for image in mixed.all("image")]
    assert len(addresses) == len(set(addresses))
    used = {use.attributes["href"].removeprefix("#") for use in mixed.all("use")}
    assert used == {symbol.attributes["id"] for symbol in mixed.all("symbol")}


def test_six_phones_with_twenty_tasks_stay_small() -> None:
    blobs = MemoryBlobs()
    generator = np.random.default_rng(1)
    phones = tuple(phone(number, twenty_tasks(blobs, generator)) for number in range(1, 7))
    html = render_report(play(phones), registry(), blobs)
    assert 3_000_000 < len(html) < 6_000_000


def twenty_tasks(blobs: MemoryBlobs, generator: np.random.Generator) -> tuple[TaskRecord, ...]:
    """Return tasks with frames of 20 KB; as in a play, the one after a task is the one before the next."""
    frames = [Evidence(blobs.put(b"\xff\xd8\xff" + generator.bytes(20_000)), SIZE) for _ in range(21)]
    return tuple(
        replace(
            one := task(index, blobs),
            before=replace(after(one), frame=frames[index - 1]),
            after=replace(after(one), frame=frames[index]),
        )
        for index in range(1, 21)
    )


def test_hostile_text_is_escaped_everywhere() -> None:
    blobs = MemoryBlobs()
    broken = replace(
        failed_task(1, blobs),
        name=HOSTILE,
        kind=HOSTILE,
        effect=HOSTILE,
        parameters={HOSTILE: HOSTILE},
        dismissed=(HOSTILE,),
        error=HOSTILE,
        hint=HOSTILE,
        region=HOSTILE,
        after=Sight(HOSTILE, HOSTILE, HOSTILE, False, HOSTILE, (check(HOSTILE, HOSTILE, TITLE, passed=False),), None),
    )
    record = replace(
        phone(1, (broken,)), name=HOSTILE, serial=HOSTILE, model=HOSTILE, error=HOSTILE, hint=HOSTILE, run=HOSTILE
    )
    whole = replace(
        play((record,), {HOSTILE: HOSTILE}),
        sequence=HOSTILE,
        description=HOSTILE,
        app=HOSTILE,
        file=HOSTILE,
        drover_version=HOSTILE,
    )
    html = render_report(whole, registry(), blobs)
    assert len(re.findall("<script", html)) == 1
    assert HOSTILE.split("\x00", maxsplit=1)[0] in read(html).one("h3").text.replace("&amp;amp;", "&amp;")


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=30))
def test_any_text_leaves_a_well_formed_document(text: str) -> None:
    blobs = MemoryBlobs()
    one = replace(failed_task(1, blobs), name=text, error=text or "x", region=text)
    document(Case(play((replace(phone(1, (one,)), name=text),), {text: text}), registry(), blobs))


def test_half_a_surrogate_pair_does_not_keep_the_report_from_being_written(tmp_path: Path) -> None:
    case = good_case(1, 1)
    html = render_report(replace(case.play, sequence="a\ud800b"), case.registry, case.blobs)
    write_report(tmp_path / "report.html", html)
    assert "a?b" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_missing_frame_is_shown_as_missing() -> None:
    case = mixed_case()
    html = document(Case(case.play, case.registry, MemoryBlobs()))
    failed = html.one("details", id="phone-2-task-4").one("section", class_="sight failed")
    assert "this frame is no longer among the evidence" in failed.text
    assert len(failed.all(class_="gone")) == 3
    assert len(failed.all("figure", class_="shot")) == 2


def test_a_blob_that_is_no_picture_is_shown_as_missing() -> None:
    blobs = MemoryBlobs()
    one = task(1, blobs)
    odd = replace(one, after=replace(after(one), frame=Evidence(blobs.put(b"<svg onload=alert(1)>"), SIZE)))
    html = document(Case(play((phone(1, (odd,)),)), registry(), blobs))
    assert "this frame is no longer among the evidence" in html.one("details", id="phone-1-task-1").text


def test_a_screen_that_the_registry_no_longer_has_is_said() -> None:
    case = good_case(1, 1)
    html = document(Case(case.play, Registry({}, {}), case.blobs))
    assert "the registry has no screen plaza.feed" in html.one("details", id="phone-1-task-1").text


def test_a_screen_without_a_picture_is_said() -> None:
    case = good_case(1, 1)
    screens = {
        key: replace(screen, variants=tuple(replace(v, picture=b"") for v in screen.variants))
        for key, screen in case.registry.screens.items()
    }
    html = document(Case(case.play, Registry(screens, {}), case.blobs))
    assert "the registry has no picture of this screen" in html.one("details", id="phone-1-task-1").text


def test_an_action_that_could_not_be_touched_is_drawn_on_its_own_screen() -> None:
    blobs = MemoryBlobs()
    one = failed_task(1, blobs)
    failed = check("launcher", "continue", after(one).checks[1].found_at, passed=False)
    sight = replace(after(one), actual="plaza.launcher", checks=(failed,), differences=())
    record = replace(one, after=sight, region="plaza.launcher.continue")
    html = document(Case(play((phone(1, (record,)),)), registry(), blobs))
    expected, seen, _ = html.one("details", id="phone-1-task-1").one(class_="sight failed").all("figure", class_="shot")
    assert "plaza.launcher · light" in expected.text
    assert expected.one("rect", class_="failed").attributes["y"] == "2010"
    assert len(expected.all("rect", class_="unchecked")) == 2
    assert seen.one("rect", class_="failed").attributes["y"] == "2010"


def test_a_field_with_another_text_is_drawn_on_both_pictures_at_the_frames_own_size() -> None:
    blobs = MemoryBlobs()
    one = task(1, blobs, kind="type")
    evidence = Evidence(blobs.put(jpeg(draw("feed"))), Size(720, 1600))
    sight = replace(after(one), passed=False, reason="shows another text", frame=evidence)
    record = replace(
        one, status=Status.FAILED, after=sight, region="plaza.feed.name", error="plaza.feed.name shows 'Bob'"
    )
    html = document(Case(play((phone(1, (record,)),)), registry(), blobs))
    expected, seen, _ = html.one("details", id="phone-1-task-1").one(class_="sight failed").all("figure", class_="shot")
    assert expected.one("rect", class_="failed").attributes["x"] == "90"
    assert seen.one("rect", class_="failed").attributes["x"] == "60"


def test_the_first_variant_stands_in_for_one_that_is_gone() -> None:
    blobs = MemoryBlobs()
    one = task(1, blobs)
    record = replace(one, after=replace(after(one), expected_variant="sepia"))
    html = document(Case(play((phone(1, (record,)),)), registry(), blobs))
    assert "plaza.feed · light" in html.one("details", id="phone-1-task-1").text


def test_a_play_that_paused_and_was_gone_on_with_says_so() -> None:
    blobs = MemoryBlobs()
    pauses = (Pause(START, 75.0, 2, "it is <not> reachable", back=True), Pause(START, 600.0, 3, "gone", back=False))
    one = replace(phone(1, (task(1, blobs),)), attempt=2, pauses=pauses)
    told = document(Case(play((one,)), registry(), blobs)).one("details", id="phone-1").text
    assert "Attempt 2: this play went on where the one before had stopped." in told
    assert "Gone for 1 min 15 s in task 2: it is <not> reachable" in told
    assert "Gone for 10 min 00 s in task 3, and not back in time: gone" in told


def test_a_phone_that_an_earlier_play_completed_says_so() -> None:
    one = replace(phone(1, ()), note="completed by an earlier play")
    told = document(Case(play((one,)), registry(), MemoryBlobs())).one("details", id="phone-1").text
    assert "Completed by an earlier play." in told
    assert "No task was begun." not in told


def test_a_task_that_was_played_again_has_a_place_of_its_own() -> None:
    blobs = MemoryBlobs()
    html = document(Case(play((phone(1, (task(1, blobs), task(2, blobs), task(1, blobs))),)), registry(), blobs))
    assert [each.attributes["id"] for each in html.all("details", class_="task")] == [
        "phone-1-task-1",
        "phone-1-task-2",
        "phone-1-task-1-2",
    ]
    assert "2 of 2 tasks" in html.one("details", id="phone-1").all("summary")[0].text


def test_a_task_that_expects_and_sees_nothing_has_only_its_facts() -> None:
    blobs = MemoryBlobs()
    one = replace(
        task(1, blobs), before=None, after=replace(after(task(1, blobs)), expected=None, frame=None, checks=())
    )
    html = document(Case(play((phone(1, (one,)),)), registry(), blobs))
    assert html.one("details", id="phone-1-task-1").all("figure") == []


def test_an_unexpected_look_shows_the_frame_alone() -> None:
    blobs = MemoryBlobs()
    seen = Sight(None, None, None, False, "", (), Evidence(blobs.put(jpeg(draw("feed"))), SIZE))
    record = replace(failed_task(1, blobs), after=seen, region="")
    html = document(Case(play((phone(1, (record,)),)), registry(), blobs))
    shown = html.one("details", id="phone-1-task-1").one(class_="sight failed")
    assert "saw an unknown screen" in shown.text
    assert len(shown.all("figure", class_="shot")) == 1


@pytest.mark.parametrize(
    ("statuses", "headline"),
    [
        ((), "No phone was played on"),
        ((Status.COMPLETED,), "The phone completed"),
        ((Status.FAILED,), "The phone failed"),
        ((Status.COMPLETED, Status.COMPLETED), "All 2 phones completed"),
        ((Status.COMPLETED, Status.SKIPPED), "1 of 2 phones completed"),
    ],
)
def test_the_headline_is_one_sentence(statuses: tuple[Status, ...], headline: str) -> None:
    phones = tuple(replace(phone(number, ()), status=status) for number, status in enumerate(statuses, 1))
    html = document(Case(play(phones), registry(), MemoryBlobs()))
    assert html.one("h1").text == headline
    assert html.one("title").text == f"{headline} · edit-profile · Drover"


def test_a_report_replaces_an_older_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "reports" / "report.html"
    write_report(path, "old")
    write_report(path, "new ü")
    assert path.read_text(encoding="utf-8") == "new ü"
    assert list(path.parent.iterdir()) == [path]


def test_a_report_that_cannot_be_written_is_an_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "report.html").mkdir()
    with pytest.raises(ReportNotWritten, match=r"report\.html: cannot be written"):
        write_report(tmp_path / "report.html", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
