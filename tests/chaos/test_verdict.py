"""What chaos counts: each figure is raised by what it is there to find, and by nothing else."""

from dataclasses import replace

import pytest

from bench.chaos.verdict import NONE_OF, Asked, Ended, Held, Kill, Records, Seen, judge, passed, percentile

ONE, OTHER = "127.0.0.1:6000", "127.0.0.1:6002"
GOOD = Records(
    kills=[Kill("up", 4.0, 4.5)],
    asked=[Asked("r1", ONE, frozenset({"1 a"})), Asked("r2", OTHER, frozenset({"2 a"}))],
    ended={"r1": Ended("completed", "completed"), "r2": Ended("failed", "handed_over", "once in doubt")},
    seen=[
        Seen(ONE, 1.0, 1.2, acts=1),
        Seen(ONE, 6.0, 6.2, looks=1),
        Seen(ONE, 7.0, 7.2, acts=1, saved=("1 a",)),
        Seen(OTHER, 7.0, 7.2),
    ],
    held=[Held(ONE, 1, "r1", 0.5, 8.0), Held(OTHER, 1, "r2", 0.5, 4.2), Held(ONE, 2, "r3", 8.0)],
)


def test_what_went_well_is_counted_as_such() -> None:
    figures = judge(GOOD)
    assert {name: figures[name] for name in NONE_OF} == dict.fromkeys(NONE_OF, 0)
    assert (figures["kills"], figures["runs"], figures["once_acts"], figures["acts"]) == (1, 2, 1, 2)
    assert figures["results"] == {"completed": 1, "handed_over": 1}
    assert passed(figures)


def test_a_run_stands_still_from_the_restart_until_its_phone_is_looked_at() -> None:
    assert judge(GOOD)["resume_p95_s"] == pytest.approx(6.2 - 4.5)


def test_a_run_that_was_cut_off_again_counts_from_the_later_restart() -> None:
    twice = replace(GOOD, kills=[*GOOD.kills, Kill("up", 5.0, 5.9)])
    figures = judge(twice)
    assert figures["resumed"] == 1
    assert figures["resume_p95_s"] == pytest.approx(6.2 - 5.9)


def test_what_was_only_away_for_a_while_is_no_kill() -> None:
    figures = judge(replace(GOOD, kills=[Kill("up_frozen", 4.0, 5.5, killed=False)]))
    assert (figures["kills"], figures["resumed"], figures["killed"]) == (0, 1, {"up_frozen": 1})


def test_what_goes_on_too_late_does_not_pass() -> None:
    late = replace(GOOD, kills=[Kill("up", 1.5, -9.0)], seen=[*GOOD.seen[2:]], held=[Held(ONE, 1, "r1", -20, 8.0)])
    figures = judge(late)
    assert figures["resume_p95_s"] > 10
    assert not passed(figures)


@pytest.mark.parametrize(
    ("ended", "why"),
    [
        ({}, "is not in the database"),
        ({"r1": Ended("running")}, "is running"),
        ({"r1": Ended("failed", "failed", "its worker failed")}, "its worker failed"),
    ],
)
def test_a_run_that_is_not_over_as_it_should_be_is_lost(ended: dict[str, Ended], why: str) -> None:
    figures = judge(replace(GOOD, asked=GOOD.asked[:1], ended=ended))
    assert figures["lost_runs"] == 1
    assert why in figures["details"][0]


def test_a_completed_run_whose_act_never_reached_the_phone_is_lost() -> None:
    assert judge(replace(GOOD, seen=GOOD.seen[:2]))["lost_runs"] == 1


def test_an_act_that_the_phone_took_twice_is_doubled() -> None:
    again = Seen(ONE, 7.3, 7.5, acts=1, saved=("1 a",))
    assert judge(replace(GOOD, seen=[*GOOD.seen, again]))["doubled_once_acts"] == 1


@pytest.mark.parametrize(
    "second", [Held(ONE, 2, "r3", 7.9), Held(ONE, 1, "r3", 8.5)], ids=["at the same time", "under the same token"]
)
def test_two_that_hold_a_phone_are_two_owners(second: Held) -> None:
    assert judge(replace(GOOD, held=[*GOOD.held[:2], second]))["double_owners"] == 1


def test_an_act_while_nobody_holds_the_phone_is_stale() -> None:
    assert judge(replace(GOOD, seen=[*GOOD.seen, Seen(OTHER, 9.0, 9.2, acts=1)]))["stale_acts_accepted"] == 1


def test_an_act_of_one_who_holds_the_phone_no_more_is_stale() -> None:
    late = Seen(ONE, 9.0, 9.2, acts=1, saved=("1 a",))
    assert judge(replace(GOOD, seen=[*GOOD.seen[:2], late]))["stale_acts_accepted"] == 1


def test_a_lease_that_is_left_is_overdue() -> None:
    assert judge(replace(GOOD, left=1))["overdue_leases"] == 1


@pytest.mark.parametrize(("values", "wanted"), [([], 0.0), ([3.0], 3.0), ([1.0] * 95 + [9.0] * 5, 1.0)])
def test_a_percentile_is_one_of_the_values(values: list[float], wanted: float) -> None:
    assert percentile(values, 95) == wanted
