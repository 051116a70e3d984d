"""A play's progress and its end, as a person at a terminal of 80 columns sees them."""

import io
from dataclasses import replace

from rich.console import Console

from drover.cli.live import failure, live, show_summary
from drover.sequences.player.rack import PhoneEnded
from drover.sequences.record import PhoneRecord, PlayRecord, Status, Timing
from drover.sequences.summary import summarize
from tests.sequences.records import play, task

WHY = "expected plaza.profile, saw plaza.feed: plaza.profile: region 'title' looks different (correlation 0.20)"
SERIAL = "192.168.100.200:45555"


def failed(name: str) -> PhoneRecord:
    record = replace(task(Status.FAILED, Timing(5.0, 1.0, 0.0), 1, None), index=9, name="Go to the profile")
    return replace(play(Status.FAILED, record).phones[0], name=name, error=WHY, hint="look at the report")


def of(*phones: PhoneRecord) -> PlayRecord:
    return replace(play(Status.FAILED), phones=phones)


def terminal() -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)


def shown(console: Console) -> list[str]:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def test_a_long_message_keeps_to_its_phone_s_line() -> None:
    console = terminal()
    with live(console, 18) as progress:
        progress(PhoneEnded(SERIAL, failed(SERIAL)))
    rows = [line for line in shown(console) if "expected plaza" in line]
    assert rows
    for row in rows:
        assert SERIAL in row
        assert " 0/18 " in row
        assert row.rstrip().endswith("…")
    assert not [line for line in shown(console) if "correlation" in line]


def test_phones_are_listed_as_people_count() -> None:
    console = terminal()
    with live(console, 18) as progress:
        for name in ("phone10", "phone2", "phone1"):
            progress(PhoneEnded(name, failed(name)))
    last = [line.split()[0] for line in shown(console) if line.startswith("  phone") and "0/18" in line][-3:]
    assert last == ["phone1", "phone2", "phone10"]


def test_a_repeated_step_is_named_with_its_round() -> None:
    stopped = failed("phone1")
    tasks = tuple(replace(each, rounds=(2, 1)) for each in stopped.tasks)
    assert failure(replace(stopped, tasks=tasks)) == f"step 9, Go to the profile, round 2.1: {WHY}"


def test_the_end_names_the_step_of_every_phone_and_each_cure_once() -> None:
    console = terminal()
    record = of(failed("phone1"), failed("phone2"))
    show_summary(console, record, summarize(record))
    assert shown(console)[:3] == [
        f"✗ phone1: step 9, Go to the profile: {WHY}",
        f"✗ phone2: step 9, Go to the profile: {WHY}",
        "  look at the report",
    ]
    assert shown(console)[-1].startswith("Drover's own time: ")
