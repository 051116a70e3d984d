import pytest

from drover.sequences.record import Status, Timing
from drover.sequences.summary import percentile, summarize
from tests.sequences.records import SEEN, play, task


def test_a_play_is_told_in_figures() -> None:
    record = play(
        Status.FAILED,
        task(Status.COMPLETED, Timing(wall_ms=120, device_ms=100, waited_ms=10), 2, SEEN),
        task(Status.COMPLETED, Timing(wall_ms=150, device_ms=100, waited_ms=0), 3, None),
        task(Status.FAILED, Timing(wall_ms=130, device_ms=200, waited_ms=0), 9, SEEN),
    )
    summary = summarize(record)
    assert (summary.phones, summary.completed, summary.failed) == (1, 0, 1)
    assert (summary.tasks, summary.verified, summary.captures_per_task_p50) == (3, 1, 3)
    assert (summary.overhead_ms_p50, summary.overhead_ms_p95, summary.wall_s) == (10, 50, 2.5)
    assert summary.device_ratio == 1.0


def test_tasks_that_were_skipped_do_not_count() -> None:
    skipped = task(Status.SKIPPED, Timing(wall_ms=0, device_ms=0, waited_ms=0), 0, None)
    done = task(Status.COMPLETED, Timing(wall_ms=120, device_ms=100, waited_ms=10), 2, SEEN)
    summary = summarize(play(Status.COMPLETED, skipped, done))
    assert (summary.tasks, summary.verified, summary.overhead_ms_p50) == (1, 1, 10)


def test_a_play_without_tasks_has_no_figures() -> None:
    summary = summarize(play(Status.FAILED))
    assert (summary.tasks, summary.overhead_ms_p95, summary.device_ratio) == (0, 0, 0)


@pytest.mark.parametrize(("percent", "value"), [(50, 2), (95, 4), (100, 4), (1, 1)])
def test_percentiles_are_nearest_rank(percent: float, value: float) -> None:
    assert percentile([4, 1, 3, 2], percent) == value
