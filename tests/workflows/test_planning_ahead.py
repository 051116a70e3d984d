"""Conditions, targets, dependencies, conflicts, and what is explained of the hours ahead."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.language.parsing import parse_selector, parse_text
from drover.language.selecting import Account, Inventory, Phone
from drover.sequences.domain import Comparison, Param, ValueIs
from drover.workflows.domain.advancing import begin
from drover.workflows.domain.choosing import Rotation
from drover.workflows.domain.conditions import All, Any, Condition, Facts, Not, StepIs, decide, parts_of, worded
from drover.workflows.domain.conflicts import Planned, expect
from drover.workflows.domain.course import FAILED, LeaveOut, Play, decide_step, ended
from drover.workflows.domain.dependencies import After, Skip, Wait, gate, refuse_cycles
from drover.workflows.domain.errors import DependencyCycle
from drover.workflows.domain.explaining import Ahead, explain
from drover.workflows.domain.schedule import Plan, Progress, Schedule
from drover.workflows.domain.status import ScheduleStatus
from drover.workflows.domain.targets import Target, targets_of
from drover.workflows.domain.timing import Immediate
from drover.workflows.domain.workflow import CallHelper, PlaySequence, Step, Workflow
from tests.workflows.clocks import recurring

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def value(reference: str, comparison: Comparison = Comparison.IS_EMPTY, wanted: str = "") -> ValueIs:
    return ValueIs(parse_text("${" + reference + "}"), comparison, parse_text(wanted))


def flow(*steps: Step, account: str = "", params: Mapping[str, Param] | None = None) -> Workflow:
    return Workflow("daily", "", "plaza", account, 2, False, steps or (play("a"),), "d", params or {})


def play(id_: str, when: Condition | None = None, *, goes_on: bool = False) -> Step:
    return Step(id_, PlaySequence(f"sequence {id_}"), "plaza", {}, when, goes_on=goes_on)


EMPTY, FAILS = value("param.x"), StepIs("a", "failed")
CONDITIONS: list[tuple[Condition, bool | None, bool]] = [
    (EMPTY, None, True),
    (value("param.y", Comparison.EQUALS, "tea"), True, True),
    (value("param.y", Comparison.EQUALS, "${run.z}"), None, False),
    (value("param.y", Comparison.MATCHES, "^t"), True, True),
    (FAILS, None, False),
    (StepIs("b", "completed"), True, True),
    (StepIs("b", "failed"), False, False),
    (Not(FAILS), None, True),
    (Not(StepIs("b", "failed")), True, True),
    (All((EMPTY, StepIs("b", "failed"))), False, False),
    (All((EMPTY, StepIs("b", "completed"))), None, True),
    (All((StepIs("b", "completed"), StepIs("b", "completed"))), True, True),
    (Any((EMPTY, StepIs("b", "completed"))), True, True),
    (Any((EMPTY, StepIs("b", "failed"))), None, True),
]


@pytest.mark.parametrize(("condition", "before", "then"), CONDITIONS)
def test_a_condition_is_decided_as_far_as_it_can_be(condition: Condition, before: bool | None, then: bool) -> None:  # noqa: FBT001  parametrized
    values, outcomes = {"param.y": "tea"}, {"b": "completed_with_recovery"}
    assert decide(condition, Facts(values, outcomes, complete=False)) is before
    assert decide(condition, Facts(values, outcomes)) is then


def test_no_condition_always_holds() -> None:
    assert decide(None, Facts({}, {})) is True
    assert list(parts_of(None)) == []


def test_a_condition_is_told_in_words() -> None:
    condition = All(
        (Any((EMPTY, Not(FAILS))), value("run.n", Comparison.EQUALS, "3"), value("run.n", Comparison.MATCHES, "a"))
    )
    assert worded(condition) == (
        '(${param.x} is empty or not (step a is failed)) and ${run.n} is "3" and ${run.n} matches "a"'
    )
    assert len(list(parts_of(condition))) == 7


def test_a_step_is_left_out_where_its_condition_does_not_hold() -> None:
    workflow = flow(play("a"), play("b", FAILS))
    assert decide_step(workflow, workflow.steps[1], Facts({}, {"a": "failed"})) == LeaveOut("step a failed")
    assert decide_step(workflow, workflow.steps[1], Facts({}, {"a": "completed"})) == LeaveOut(
        "its condition does not hold: step a is failed"
    )
    assert decide_step(workflow, workflow.steps[0], Facts({}, {})) == Play()


def test_a_step_that_may_fail_stops_nothing() -> None:
    workflow = flow(play("a", goes_on=True), play("b", FAILS))
    assert decide_step(workflow, workflow.steps[1], Facts({}, {"a": "failed"})) == Play()


@pytest.mark.parametrize(
    ("outcomes", "result"),
    [
        (("completed", "completed"), "completed"),
        (("completed", "completed_with_recovery"), "completed_with_recovery"),
        (("failed", "completed"), "completed_with_recovery"),
        (("completed", "handed_over"), "handed_over"),
        (("completed", "failed"), "failed"),
        (("completed", "skipped"), "completed"),
    ],
)
def test_a_run_ends_as_its_steps_let_it(outcomes: tuple[str, str], result: str) -> None:
    assert ended(flow(play("a", goes_on=True), play("b")), dict(zip("ab", outcomes, strict=True))) == result
    assert (result in FAILED) == (outcomes[1] in FAILED)


INVENTORY = Inventory(
    tuple(Phone(f"phone{number}") for number in (1, 2, 10)),
    (
        Account("plaza", "main", "phone1"),
        Account("plaza", "spare", "phone1"),
        Account("plaza", "main", "phone2"),
        Account("notes", "main", "phone2"),
        Account("plaza", "main", ""),
    ),
)


@pytest.mark.parametrize(
    ("account", "selector", "targets", "left_out"),
    [
        (
            "",
            "phone:phone1",
            ["phone1"],
            {"phone2": "not named in phone:phone1", "phone10": "not named in phone:phone1"},
        ),
        ("main", "phone:all", ["plaza.main@phone1", "plaza.main@phone2"], {"phone10": "has no account plaza.main"}),
        ("*", "phone:phone1,phone2", ["plaza.main@phone1", "plaza.spare@phone1", "plaza.main@phone2"], {}),
        ("", "account:all@phone2", ["plaza.main@phone2"], {"notes.main@phone2": "is not of plaza, the workflow's app"}),
        (
            "spare",
            "account:plaza.all@all",
            ["plaza.spare@phone1"],
            {"plaza.main@phone1": "the workflow needs plaza.spare"},
        ),
        ("", "account:plaza.main@all", ["plaza.main@phone1", "plaza.main@phone2"], {"plaza.main@": "is on no phone"}),
    ],
)
def test_a_selector_comes_to_targets(
    account: str, selector: str, targets: list[str], left_out: Mapping[str, str]
) -> None:
    resolved = targets_of(flow(account=account), parse_selector(selector), INVENTORY)
    assert [target.key for target in resolved.targets] == targets
    assert left_out.items() <= {each.name: each.reason for each in resolved.left_out}.items()


def progress(status: ScheduleStatus, next_at: datetime | None = None, taken_id: str = "") -> Progress:
    return Progress(status, next_at, taken_id=taken_id)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        (progress(ScheduleStatus.ACTIVE, NOW, "r1"), Wait("waits for post, which is due too")),
        (progress(ScheduleStatus.ACTIVE, NOW + HOUR, "r1"), After("r1")),
        (progress(ScheduleStatus.CANCELLED, None, "r1"), After("r1")),
        (progress(ScheduleStatus.PENDING, NOW + HOUR), Wait("waits for post, which is pending and was not run yet")),
        (progress(ScheduleStatus.PAUSED, NOW), Wait("waits for post, which is paused and was not run yet")),
        (
            progress(ScheduleStatus.COMPLETED),
            Skip("skipped: post, which it depends on, is completed and was never run"),
        ),
    ],
)
def test_what_waits_for_a_schedule_goes_by_how_that_stands(on: Progress, expected: After | Wait | Skip) -> None:
    assert gate("post", on, NOW) == expected


GRAPHS = st.dictionaries(st.sampled_from("abcdef"), st.lists(st.sampled_from("abcdef"), max_size=3, unique=True))


@given(GRAPHS)
def test_exactly_circles_are_refused(graph: dict[str, list[str]]) -> None:
    reach = {name: set(graph.get(name, [])) for name in "abcdef"}
    for _ in "abcdef":
        reach = {name: on.union(*(reach[each] for each in on)) for name, on in reach.items()}
    circular = any(name in on for name, on in reach.items())
    path: tuple[str, ...] = ()
    try:
        refuse_cycles(graph)
    except DependencyCycle as error:
        path = error.path
    assert bool(path) == circular
    assert all(after in graph[before] for before, after in pairwise(path))
    assert path[:1] == path[-1:]


def test_a_long_chain_is_no_circle() -> None:
    refuse_cycles({str(number): [str(number + 1)] for number in range(5000)})


def planned(schedule: str, minute: int, phone: str = "p", lasts: int = 10, priority: int = 0) -> Planned:
    due = NOW + minute * MINUTE
    return Planned(schedule, f"{schedule}{minute}", phone, phone, due, lasts * MINUTE, priority, due)


def test_runs_on_one_phone_wait_for_each_other_and_say_so() -> None:
    expected = expect([planned("a", 0), planned("b", 5), planned("c", 5, "q"), planned("d", 30)])
    assert [(run.schedule, (run.begins - NOW) // MINUTE) for run in expected.runs] == [
        ("a", 0),
        ("c", 5),
        ("b", 10),
        ("d", 30),
    ]
    [conflict] = expected.conflicts
    assert conflict.why == (
        "b is due on p at 2026-01-01 12:05 UTC, while a is expected to hold it until 12:10: it starts about 5 min late"
    )


def test_the_more_urgent_of_those_that_wait_goes_first() -> None:
    expected = expect([planned("a", 0), planned("b", 1), planned("c", 2, priority=5)])
    assert [run.schedule for run in expected.runs] == ["a", "c", "b"]


def test_a_schedule_that_comes_faster_than_it_runs_is_in_its_own_way() -> None:
    assert "an earlier occurrence" in expect([planned("a", 0), planned("a", 5)]).conflicts[0].why


def test_accounts_of_one_occurrence_on_one_phone_are_no_conflict() -> None:
    both = [replace(planned("a", 0), target=target) for target in ("x", "y")]
    expected = expect(both)
    assert (expected.conflicts, [(run.begins - NOW) // MINUTE for run in expected.runs]) == ((), [0, 10])


@given(
    st.lists(
        st.builds(
            planned,
            st.sampled_from("abc"),
            st.integers(0, 200),
            st.sampled_from("pqr"),
            st.integers(1, 40),
            st.integers(0, 3),
        ),
        max_size=15,
    )
)
def test_no_phone_has_two_runs_at_once_and_none_begins_early(runs: list[Planned]) -> None:
    expected = expect(runs)
    assert len(expected.runs) == len(runs)
    for phone in "pqr":
        there = [run for run in expected.runs if run.phone == phone]
        assert all(first.ends <= then.begins for first, then in pairwise(there))
    assert all(run.begins >= run.due_at for run in expected.runs)


def ahead(
    name: str = "post", workflow: Workflow | None = None, waits_for: tuple[str, ...] = (), **fields: object
) -> Ahead:
    plan = Plan(name, "w", recurring("FREQ=DAILY;BYHOUR=9,15", "2026-01-01T00:00", "UTC"), "phone:all")
    plan = replace(plan, **fields)  # type: ignore[arg-type]
    return Ahead(Schedule(name, plan, 5, begin(plan, 5, NOW)), workflow or flow(), 4, 10 * MINUTE, waits_for)


def test_the_day_ahead_is_told_by_phone_minute_sequence_and_reason() -> None:
    told = explain([ahead(choosing=Rotation(), stagger=MINUTE, waits_for=("log in",))], INVENTORY, NOW, NOW + 24 * HOUR)
    assert [(each.phone, each.due_at.hour, each.steps[0].name) for each in told.starts] == [
        ("phone1", 15, "sequence a"),
        ("phone2", 9, "sequence a"),
    ]
    assert told.starts[1].why == (
        "09:00 UTC on Fri 2026-01-02 by FREQ=DAILY;BYHOUR=9,15, from 2026-01-01 00:00 on",
        "phone:all: turn of 1 of 3 targets in round 1, in order, after phone1; 1 are left in it",
        "only once log in has completed",
    )
    assert (told.starts[0].version, told.starts[0].priority) == (4, 2)


def test_what_is_overdue_or_in_the_way_says_so() -> None:
    late = ahead("late", timing=Immediate(NOW - HOUR), target="phone:phone1", priority=9)
    same = ahead("same", timing=Immediate(NOW), target="phone:phone1")
    told = explain([late, same], INVENTORY, NOW, NOW + HOUR)
    assert told.starts[0].why[-1] == "overdue since 2026-01-01 11:00 UTC"
    assert told.starts[1].why[-1] == "expected at 12:10:00 UTC, once phone1 is free"
    assert [each.waits.schedule for each in told.conflicts] == ["same"]


def test_what_does_not_come_says_why() -> None:
    paused = ahead("paused")
    paused = replace(paused, schedule=replace(paused.schedule, progress=progress(ScheduleStatus.PAUSED, NOW)))
    rare = ahead("rare", timing=recurring("FREQ=YEARLY", "2026-05-01T09:00", "UTC"))
    lost = ahead("lost", target="phone:nowhere")
    empty = ahead("empty", flow(account="nobody"), timing=Immediate(NOW))
    late = ahead("late", timing=recurring("FREQ=DAILY;COUNT=1", "2026-01-01T13:00", "UTC"), late=HOUR)
    told = explain([paused, rare, lost, empty, late], INVENTORY, NOW + 5 * HOUR, NOW + 6 * HOUR)
    assert told.starts == ()
    assert [(each.schedule, each.why) for each in told.silent] == [
        ("paused", "is paused"),
        ("rare", "comes next at 2026-05-01 09:00 UTC"),
        ("lost", "column 7: no phone is called nowhere; there are: phone1, phone2, phone10"),
        ("empty", "i20260101T120000000000: there are no targets"),
        ("late", "r20260101T1300Z of 2026-01-01 13:00 UTC was left out: due for more than 1:00:00"),
    ]


def test_steps_are_foreseen_as_far_as_they_can_be() -> None:
    params = {
        "y": Param("", "tea", False),
        "s": Param("", "x", True),
        "d": Param("", "{a|b}", False),
        "n": Param("", None, False),
    }
    helper = Step("h", CallHelper("pick", "", 5), "plaza", {}, Not(value("param.y", Comparison.EQUALS, "tea")))
    steps = (
        play("a", value("param.y", Comparison.EQUALS, "tea")),
        helper,
        *(play(name, value(f"param.{name}")) for name in "sdn"),
    )
    told = explain([ahead(workflow=flow(*steps, params=params))], INVENTORY, NOW, NOW + 4 * HOUR)
    assert [(each.name, each.played) for each in told.starts[0].steps] == [
        ("sequence a", True),
        ("pick", False),
        ("sequence s", None),
        ("sequence d", None),
        ("sequence n", None),
    ]
    assert told.starts[0].steps[0].why == '${param.y} is "tea": holds'


def test_a_target_is_known_by_its_account_or_its_phone() -> None:
    assert (Target("p").key, Target("p", "a.b@p").key) == ("p", "a.b@p")
