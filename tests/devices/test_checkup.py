"""What a checkup says of a phone, and that no phone's words can break its page."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from drover.devices.checkup import Checkup, Finding, Verdict, markdown
from drover.devices.conformance import CheckResult, Outcome
from drover.devices.geometry import Size
from drover.devices.ports import PhoneInfo

SOUND = Checkup(
    serial="R58M1",
    at=datetime(2026, 1, 2, 3, 4, tzinfo=UTC),
    version="0.2",
    info=PhoneInfo("P1", "Maker", "14", "S1", Size(1080, 2400)),
    ways=("captures: screencap",),
    findings=(Finding("battery", Verdict.GOOD, "80 %, 30 °C"),),
    checks=(CheckResult("makes previews", Outcome.PASSED), CheckResult("lists apps", Outcome.SKIPPED, "none")),
)
MIND = Finding("rotation", Verdict.MIND, "auto-rotate is on", "switch it off")
BAD = Finding("touches", Verdict.BAD, "refused", "allow them")


def test_a_sound_phone_can_be_driven() -> None:
    assert (SOUND.failed, SOUND.sentence) == (0, "1 of 2 checks passed; the phone can be driven")


def test_what_is_only_to_mind_does_not_fail_it() -> None:
    checkup = replace(SOUND, findings=(MIND,))
    assert (checkup.failed, checkup.sentence) == (0, "1 of 2 checks passed; the phone can be driven, with 1 to mind")


def test_a_bad_finding_and_a_failed_check_each_count() -> None:
    checkup = replace(SOUND, findings=(MIND, BAD), checks=(CheckResult("makes previews", Outcome.FAILED, "black"),))
    assert checkup.failed == 2
    assert checkup.sentence == "0 of 1 checks passed; 2 to mend before the phone can be driven"


def test_the_page_has_everything() -> None:
    page = markdown(replace(SOUND, findings=(BAD,)))
    for line in (
        "# Maker P1, Android 14",
        "Serial R58M1, display 1080 x 2400.",
        "Checked on 2026-01-02 03:04 UTC with Drover 0.2.",
        "- captures: screencap",
        "| bad | touches | refused | allow them |",
        "| skipped | lists apps | none |",
    ):
        assert line in page.splitlines()


@given(st.text(max_size=60))
def test_whatever_a_phone_says_stays_in_its_cell(words: str) -> None:
    plain = markdown(SOUND).count("\n")
    page = markdown(replace(SOUND, findings=(Finding("battery", Verdict.GOOD, words),)))
    assert page.count("\n") == plain
    row = next(line for line in page.splitlines() if line.startswith("| good | battery |"))
    assert row.replace("\\\\", "").replace("\\|", "").count("|") == 5
