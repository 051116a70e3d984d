"""What a play did becomes messages that always fit, however long its texts are."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.agent.errors import BudgetSpent, FolderUnusable, Halted
from drover.agent.telling import ended, never_begun, stopped, told
from drover.devices.geometry import Size
from drover.kernel.errors import DroverError
from drover.platform.bus.errors import MOST_BYTES
from drover.protocol.codec import decode, encode
from drover.protocol.messages import PlayEvent, PlayPaused, PlayResumed, TaskEnded
from drover.sequences.player.events import PhoneEnded, PhonePaused, PhoneResumed, StepEnded
from drover.sequences.record import (
    Evidence,
    Pause,
    PhoneRecord,
    Recovery,
    Sight,
    Status,
    Strategy,
    TaskRecord,
    Timing,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
DIGEST = "a" * 64
TWO_S = timedelta(seconds=2)


def task(**fields: Any) -> TaskRecord:
    given_ = {
        "index": 1,
        "name": "tap it",
        "kind": "tap",
        "effect": "repeatable",
        "status": Status.COMPLETED,
        "parameters": {},
        "started_at": NOW,
        "timing": Timing(1500.0, 800.0, 200.0),
        "captures": 3,
        "attempts": 1,
        "before": None,
        "after": None,
    }
    return TaskRecord(**{**given_, **fields})


def record(*tasks: TaskRecord, **fields: Any) -> PhoneRecord:
    given_ = {
        "name": "phone1",
        "serial": "a",
        "model": "M",
        "size": Size(10, 10),
        "status": Status.COMPLETED,
        "started_at": NOW,
        "wall_s": 1.0,
        "tasks": tasks,
    }
    return PhoneRecord(**{**given_, **fields})


def sight(expected: str | None, actual: str | None) -> Sight:
    return Sight(expected, None, actual, passed=True, reason="", checks=(), frame=Evidence(DIGEST, Size(10, 10)))


def test_a_task_is_told_whole() -> None:
    line = told(StepEnded("phone1", task(before=sight("shop.home", "shop.home"), after=sight("shop.cart", None))))
    assert line is not None
    body = line.body
    assert isinstance(body, TaskEnded)
    assert (body.expected, body.actual, body.frame_before, body.frame_after) == ("shop.cart", "", DIGEST, DIGEST)
    assert (body.ended_at - body.started_at).total_seconds() == 1.5
    assert tuple(line.evidence) == (DIGEST,)


def test_pauses_are_told_and_the_end_is_left_to_whoever_ends_it() -> None:
    paused, resumed = told(PhonePaused("phone1", "gone")), told(PhoneResumed("phone1"))
    assert paused is not None
    assert resumed is not None
    assert (paused.body, resumed.body) == (PlayPaused(reason="gone"), PlayResumed())
    assert told(PhoneEnded("phone1", record())) is None


def recovery(**fields: Any) -> Recovery:
    frame = Evidence(DIGEST, Size(10, 10))
    given_ = {"strategy": Strategy.RETRY, "why": "why", "act": "tap it", "recovered": True, "began_at": NOW}
    return Recovery(**{**given_, "seconds": 2.0, "before": frame, "after": None, **fields})


def test_what_was_done_to_go_on_is_told_with_its_task_or_with_the_end() -> None:
    line = told(StepEnded("phone1", task(recoveries=(recovery(), recovery(strategy=Strategy.WAIT, recovered=False)))))
    assert line is not None
    assert isinstance(line.body, TaskEnded)
    first, second = line.body.recoveries
    assert (first.strategy, first.why, first.act, first.recovered) == ("retry", "why", "tap it", True)
    assert (first.frame_before, first.frame_after, first.ended_at - first.started_at) == (DIGEST, None, TWO_S)
    assert (second.strategy, second.recovered) == ("wait_for_phone", False)
    assert tuple(line.evidence) == (DIGEST,)
    assert [each.strategy for each in ended(record(recoveries=(recovery(),)), None).recoveries] == ["retry"]


LONG = st.sampled_from(["", "x", "\x00" * 70_000, "ä" * 70_000, "😀" * 70_000, "\ud800" * 5000, '"\\' * 40_000])


@settings(max_examples=60, deadline=None)
@given(LONG, LONG, LONG, st.dictionaries(LONG | st.text(max_size=3), LONG, max_size=40), st.lists(LONG, max_size=40))
def test_whatever_a_task_says_fits_a_message(
    name: str, error: str, text: str, parameters: dict[str, str], dismissed: list[str]
) -> None:
    made = task(
        name=name,
        kind="type",
        error=error,
        hint=error,
        region=name,
        parameters={**parameters, "text": text},
        dismissed=tuple(dismissed),
        before=sight(name, name),
        rounds=(1000, 1000, 1000, 1000),
        recoveries=(recovery(why=error, act=name),) * 40,
    )
    line = told(StepEnded("phone1", made))
    assert line is not None
    event = PlayEvent(
        sequence_run="s" * 64,
        run="r" * 64,
        client="c" * 64,
        phone="p" * 128,
        token=2**53,
        number=2**53,
        at=NOW,
        body=line.body,
    )
    assert len(encode(event)) <= MOST_BYTES
    assert decode(encode(event), PlayEvent) == event


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(LONG | st.text(max_size=3), LONG, max_size=40), LONG)
def test_whatever_a_play_read_fits_a_message(variables: dict[str, str], error: str) -> None:
    body = ended(record(variables=variables, status=Status.FAILED, error=error, failure="Lost"), None)
    event = PlayEvent(sequence_run="s", run="r", client="c", phone="p", token=1, number=1, at=NOW, body=body)
    assert len(encode(event)) <= MOST_BYTES
    assert decode(encode(event), PlayEvent) == event


@pytest.mark.parametrize("failed", [{}, {"status": Status.FAILED, "failure": "ScreenNotSeen"}])
@pytest.mark.parametrize("refusal", [None, Halted("a", "drill")])
def test_what_was_read_is_told_with_the_end_however_it_ended(failed: dict[str, Any], refusal: Halted | None) -> None:
    assert ended(record(variables={"likes": "12", "long": "x" * 3000}, **failed), refusal).variables == {
        "likes": "12",
        "long": "x" * 3000,
    }


@pytest.mark.parametrize(
    ("made", "result"),
    [
        (record(task()), "completed"),
        (record(task(attempts=2)), "completed_with_recovery"),
        (record(task(dismissed=("shop.offer",))), "completed_with_recovery"),
        (record(task(status=Status.SKIPPED)), "completed"),
        (record(task(status=Status.SKIPPED, error="not there")), "completed_with_recovery"),
        (record(task(), attempt=2), "completed_with_recovery"),
        (record(task(), pauses=(Pause(NOW, 1.0, 1, "gone", back=True),)), "completed_with_recovery"),
    ],
)
def test_a_completed_play_says_whether_it_needed_recovery(made: PhoneRecord, result: str) -> None:
    assert (ended(made, None).status, ended(made, None).result) == ("completed", result)


@pytest.mark.parametrize(
    ("failure", "code", "result"),
    [("ScreenNotSeen", "screen_not_seen", "failed"), ("OnceInDoubt", "once_in_doubt", "handed_over")],
)
def test_a_failed_play_says_what_failed_and_where(failure: str, code: str, result: str) -> None:
    failed = task(index=4, status=Status.FAILED, error="why")
    made = record(task(), failed, status=Status.FAILED, error="why", hint="mend it", failure=failure)
    body = ended(made, None)
    assert (body.status, body.result, body.code, body.error, body.hint, body.step) == (
        "failed",
        result,
        code,
        "why",
        "mend it",
        4,
    )


def test_a_play_that_its_gate_stopped_is_interrupted_and_may_be_gone_on_with() -> None:
    made = record(task(index=2, status=Status.FAILED), status=Status.FAILED, error="x", failure="Halted")
    body = ended(made, Halted("a", "drill"))
    assert (body.status, body.code, body.step) == ("interrupted", "halted", 2)


def test_a_play_that_was_completed_before_its_gate_closed_is_completed() -> None:
    assert ended(record(task()), Halted("a", "drill")).status == "completed"


def test_a_spent_budget_is_a_failure() -> None:
    assert stopped(BudgetSpent("a", "tap", 3)).status == "failed"


def test_what_could_not_be_begun_has_failed() -> None:
    body = never_begun(DroverError("no", hint="yes"))
    assert (body.status, body.code, body.error, body.hint, body.step) == ("failed", "drover_error", "no", "yes", 0)


def test_a_host_without_room_interrupts_and_does_not_fail() -> None:
    made = record(task(index=2, status=Status.FAILED), status=Status.FAILED, error="full", failure="JournalUnusable")
    assert (ended(made, None).status, ended(made, None).code) == ("interrupted", "journal_unusable")
    assert never_begun(FolderUnusable(Path("data"), "no space left on device")).status == "interrupted"
