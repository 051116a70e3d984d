"""The rules of runs: what may become of them, what follows a failure, who is next."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from drover.workflows.domain.errors import IllegalTransition
from drover.workflows.domain.failures import Decision, Ending, Outcome, Then, after, to_quarantine
from drover.workflows.domain.queueing import Queued, in_order, reason_to_skip, turn
from drover.workflows.domain.records import Run, StepRun, engine_id
from drover.workflows.domain.runs import (
    TRANSITIONS,
    Cause,
    PartStatus,
    ResultClass,
    RunEvent,
    RunStatus,
    StepOutOfRange,
    UnknownRun,
    next_status,
)
from drover.workflows.domain.summary import Part, Whole, report
from drover.workflows.domain.workflow import RetryPolicy
from tests.profiles import ON_MODEL

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ONCE = RetryPolicy()
TWICE = RetryPolicy(tries=2, pause_s=7.0)


def ending(outcome: Outcome, code: str = "", result: ResultClass = ResultClass.FAILED) -> Ending:
    return Ending(outcome, result, code, "why")


def queued(run_id: str, phone: str = "p1", priority: int = 0, after_s: float = 0.0, **given: object) -> Queued:
    return Queued(run_id, phone, priority, NOW + timedelta(seconds=after_s), NOW, **given)  # type: ignore[arg-type]


def run() -> Run:
    return Run("r", "o", "c", None, None, "w", 1, {}, "p", None, 0, {}, 0, NOW, NOW, NOW)


def step() -> StepRun:
    return StepRun("s", "r", 1, "log_in", "log_in", "d", 1)


@pytest.mark.parametrize("status", [RunStatus.COMPLETED])
@pytest.mark.parametrize("event", list(RunEvent))
def test_nothing_becomes_of_a_completed_run(status: RunStatus, event: RunEvent) -> None:
    with pytest.raises(IllegalTransition, match="completed"):
        next_status(status, event)


def test_every_status_is_reached_and_every_one_that_is_over_is_an_end_or_continued() -> None:
    assert set(TRANSITIONS.values()) | {RunStatus.PENDING} == set(RunStatus)
    assert {event for (status, event) in TRANSITIONS if status.over} == {RunEvent.CONTINUE}


@pytest.mark.parametrize(
    ("end", "retry", "played", "asked", "decision"),
    [
        (ending(Outcome.COMPLETED), ONCE, 1, None, Decision(Then.NEXT)),
        (ending(Outcome.COMPLETED), ONCE, 1, Cause.USER, Decision(Then.PAUSE, Cause.USER)),
        (ending(Outcome.FAILED), ONCE, 1, None, Decision(Then.FAIL)),
        (ending(Outcome.FAILED), TWICE, 1, None, Decision(Then.AGAIN, wait_s=7.0)),
        (ending(Outcome.FAILED), TWICE, 2, None, Decision(Then.FAIL)),
        (ending(Outcome.FAILED, "budget_spent"), TWICE, 1, None, Decision(Then.FAIL)),
        (ending(Outcome.FAILED, result=ResultClass.HANDED_OVER), TWICE, 1, None, Decision(Then.FAIL)),
        (ending(Outcome.FAILED, "phone_stays_away"), ONCE, 1, None, Decision(Then.PAUSE, Cause.PHONE_GONE)),
        (ending(Outcome.FAILED, "phone_occupied"), TWICE, 1, None, Decision(Then.PAUSE, Cause.PHONE_OCCUPIED)),
        (ending(Outcome.FAILED, "phone_held"), ONCE, 1, None, Decision(Then.PAUSE, Cause.PHONE_HELD)),
        (ending(Outcome.INTERRUPTED, "agent_ending"), ONCE, 1, None, Decision(Then.PAUSE, Cause.AGENT_GONE)),
        (ending(Outcome.INTERRUPTED, "halted"), ONCE, 1, None, Decision(Then.PAUSE, Cause.HALTED)),
        (ending(Outcome.INTERRUPTED, "other"), ONCE, 1, None, Decision(Then.PAUSE, Cause.LEASE_LOST)),
        (ending(Outcome.INTERRUPTED, "stop_asked"), ONCE, 1, Cause.CANCEL, Decision(Then.CANCEL, Cause.CANCEL)),
        (ending(Outcome.FAILED), TWICE, 1, Cause.HALTED, Decision(Then.PAUSE, Cause.HALTED)),
    ],
)
def test_what_follows_an_attempt(
    end: Ending, retry: RetryPolicy, played: int, asked: Cause | None, decision: Decision
) -> None:
    assert after(end, retry, played, asked) == decision


F, C, H = ResultClass.FAILED, ResultClass.COMPLETED, ResultClass.HANDED_OVER


@pytest.mark.parametrize(
    ("lately", "quarantined"),
    [([F, F, F], True), ([F, F], False), ([F, F, C, F], False), ([F, H, F, F], True), ([], False), ([H, H, H], False)],
)
def test_a_phone_on_which_runs_fail_in_a_row_is_suspect(lately: list[ResultClass], *, quarantined: bool) -> None:
    assert to_quarantine(lately) is quarantined


def test_a_queue_is_ordered_by_priority_due_time_and_age() -> None:
    late, early, urgent = queued("a", after_s=5), queued("b"), queued("c", priority=1, after_s=9)
    assert [one.run_id for one in in_order([late, early, urgent])] == ["c", "b", "a"]


def test_a_run_that_was_cut_off_goes_on_before_any_other_begins() -> None:
    cut, urgent = queued("a", after_s=-1, begun=True), queued("b", priority=9, after_s=-9)
    assert [one.run_id for one in turn([urgent, cut], frozenset(), NOW).start] == ["a"]


def test_a_phone_starts_one_run_and_those_that_are_taken_none() -> None:
    found = turn([queued("a"), queued("b"), queued("c", "p2"), queued("d", "p3")], frozenset({"p2"}), NOW)
    assert [one.run_id for one in found.start] == ["a", "d"]


def test_a_run_that_waits_for_another_keeps_nobody_waiting() -> None:
    waiting = queued("a", priority=9, waits_for=(("x", RunStatus.RUNNING),))
    assert [one.run_id for one in turn([waiting, queued("b")], frozenset(), NOW).start] == ["b"]


def test_a_run_that_is_not_due_does_not_start() -> None:
    assert turn([queued("a", after_s=1)], frozenset(), NOW).start == ()


def test_a_run_is_skipped_for_the_first_that_did_not_complete() -> None:
    both = (("x", RunStatus.COMPLETED), ("y", RunStatus.CANCELLED))
    skipped = turn([queued("a", waits_for=both)], frozenset(), NOW).skip
    assert [reason for _, reason in skipped] == ["skipped: run y, which it depends on, is cancelled"]
    assert reason_to_skip(queued("b", waits_for=both[:1])) is None


def test_the_engine_knows_each_attempt_by_an_id_of_its_own() -> None:
    assert engine_id("r", 1) != engine_id("r", 2)


def test_a_run_keeps_its_phone_only_where_its_play_waits_there() -> None:
    started = run().started("w1", 7, NOW)
    assert started.engine_id == "r.1"
    assert started.paused(Cause.PHONE_GONE, "gone", NOW, keeps_phone=True).lease_token == 7
    assert started.paused(Cause.USER, "lunch", NOW).lease_token is None
    assert started.paused(Cause.PHONE_GONE, "gone", NOW, keeps_phone=True).returned(NOW).status is RunStatus.RUNNING
    assert started.queued(RunEvent.RESUME, NOW, not_before=NOW).started("w1", 8, NOW).attempt == 2


def test_the_end_of_an_earlier_attempt_changes_nothing() -> None:
    ordered = step().ordered(1, "rack1", NOW)
    second = ordered.ordered(1, "rack1", NOW)
    assert second.over(ending(Outcome.COMPLETED), 1, NOW) is second
    done = second.over(ending(Outcome.COMPLETED, result=C), 2, NOW)
    assert (done.status, done.over(ending(Outcome.FAILED), 2, NOW)) == (PartStatus.COMPLETED, done)
    assert step().ending is None
    assert ordered.ending is None
    assert done.ending == ending(Outcome.COMPLETED, result=C)


def test_an_interrupted_attempt_is_not_over() -> None:
    cut = step().ordered(1, "rack1", NOW).over(ending(Outcome.INTERRUPTED, "lease_lost"), 1, NOW)
    assert (cut.status, cut.ended_at, cut.under_way(1)) == (PartStatus.RUNNING, None, False)
    assert cut.ending == ending(Outcome.INTERRUPTED, "lease_lost")


def test_events_are_taken_once_in_order_and_anew_from_a_new_journal() -> None:
    first = step().taking(1, 1)
    assert first is not None
    assert first.taking(1, 1) is None
    assert first.taking(1, 3) is None
    second = first.taking(1, 2)
    assert second is not None
    anew = second.taking(2, 1)
    assert anew is not None
    assert (anew.number, anew.taken) == (3, 1)


def test_a_step_of_a_run_that_is_continued_begins_where_a_person_says() -> None:
    failed = step().ordered(1, "rack1", NOW).over(ending(Outcome.FAILED), 1, NOW)
    assert failed.anew(4).from_step == 4
    assert failed.anew(None).from_step == 1
    assert failed.unprepared(ending(Outcome.FAILED), NOW).reason == "the phone could not be prepared: why"


def test_a_step_that_is_played_again_counts_its_tries_and_one_that_lost_its_phone_does_not() -> None:
    failed = step().ordered(1, "rack1", NOW).over(ending(Outcome.FAILED), 1, NOW)
    assert (failed.again().status, failed.again().tries) == (PartStatus.PENDING, 1)
    assert (failed.to_go_on().status, failed.to_go_on().tries) == (PartStatus.RUNNING, 0)
    assert failed.from_beginning().from_step == 1
    assert step().skipped("not needed", NOW).reason == "not needed"
    assert PartStatus.SKIPPED.over


def test_a_report_counts_and_names_what_failed() -> None:
    whole = Whole(RunStatus.FAILED, F, "log_in: why", 2, NOW, NOW + timedelta(seconds=3))
    steps = [Part("log_in", PartStatus.FAILED, "why", "look"), Part("post", PartStatus.SKIPPED)]
    made = report(whole, steps, [Part("task 1", PartStatus.COMPLETED)], {"retry": 2, "reconnect": 1})
    assert made.line == "failed in 3.0 s, 0 of 2 sequences, 1 tasks, 2 attempts: log_in: why"
    assert (made.hint, made.recoveries, made.strategies) == ("look", 3, {"retry": 2, "reconnect": 1})


def test_the_report_of_a_run_that_goes_on_has_no_duration() -> None:
    made = report(Whole(RunStatus.RUNNING, None, "", 1, NOW, None), [], [], {})
    assert (made.seconds, made.line) == (None, "running, 0 of 0 sequences, 0 tasks")
    cancelled = report(Whole(RunStatus.CANCELLED, None, "not today", 1, None, NOW), [], [], {})
    assert cancelled.line == "cancelled, 0 of 0 sequences, 0 tasks: not today"


def test_errors_say_what_to_do() -> None:
    assert UnknownRun("r").run_id in UnknownRun("r").message
    assert StepOutOfRange(4, 3).hint == "name one from 1 to 3"


PHONES: tuple[str, ...] = ("p1", "p2", "p3")


class DispatchingRuns(RuleBasedStateMachine):
    """Runs come, start, end, pause and resume in any order; the ledger beside them says what must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.runs: dict[str, Run] = {}
        self.needs: dict[str, tuple[str, ...]] = {}
        self.tokens = dict.fromkeys(PHONES, 0)

    @rule(phone=st.sampled_from(PHONES), priority=st.integers(0, 3), due=st.integers(0, 5), needy=st.booleans())
    def a_run_is_made(self, phone: str, priority: int, due: int, needy: bool) -> None:  # noqa: FBT001
        name = f"r{len(self.runs):03}"
        moment = self.now + timedelta(seconds=due)
        self.needs[name] = tuple(self.runs)[-1:] if needy else ()
        self.runs[name] = Run(
            name, "o", "c", None, None, "w", 1, {}, phone, None, priority, {}, 0, moment, self.now, self.now
        )

    @rule(seconds=st.integers(1, 4))
    def time_goes_by(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def the_dispatcher_turns(self) -> None:
        pending = [one for one in self.runs.values() if one.status is RunStatus.PENDING and one.due_at <= self.now]
        taken = frozenset(one.phone_id for one in self.runs.values() if one.lease_token is not None)
        queue = [self._queued(one) for one in pending]
        decided = turn(queue, taken, self.now)
        for one in decided.start:
            better = [
                other
                for other in queue
                if other.phone_id == one.phone_id
                and (other.begun, other.priority) > (one.begun, one.priority)
                and all(status is RunStatus.COMPLETED for _, status in other.waits_for)
            ]
            assert not better
            self.tokens[one.phone_id] += 1
            self.runs[one.run_id] = self.runs[one.run_id].started("w", self.tokens[one.phone_id], self.now)
        for one, reason in decided.skip:
            self.runs[one.run_id] = self.runs[one.run_id].ended(RunEvent.CANCEL, None, reason, self.now)
        idle = set(PHONES) - {one.phone_id for one in self.runs.values() if one.lease_token is not None}
        assert not [
            one
            for one in queue
            if one.phone_id in idle
            and self.runs[one.run_id].status is RunStatus.PENDING
            and all(status is RunStatus.COMPLETED for _, status in one.waits_for)
        ], "a run that could start was left behind"

    @precondition(lambda self: any(one.lease_token is not None for one in self.runs.values()))
    @rule(data=st.data(), event=st.sampled_from([RunEvent.COMPLETE, RunEvent.FAIL, RunEvent.CANCEL]))
    def a_run_ends(self, data: st.DataObject, event: RunEvent) -> None:
        name = data.draw(st.sampled_from([one.id for one in self.runs.values() if one.lease_token is not None]))
        self.runs[name] = self.runs[name].ended(event, None, "", self.now)

    @precondition(lambda self: any(one.status is RunStatus.RUNNING for one in self.runs.values()))
    @rule(data=st.data(), cause=st.sampled_from(Cause), keeps=st.booleans())
    def a_run_pauses(self, data: st.DataObject, cause: Cause, keeps: bool) -> None:  # noqa: FBT001
        name = data.draw(st.sampled_from([one.id for one in self.runs.values() if one.status is RunStatus.RUNNING]))
        self.runs[name] = self.runs[name].paused(cause, "", self.now, keeps_phone=keeps)

    @precondition(lambda self: any(one.status is RunStatus.PAUSED for one in self.runs.values()))
    @rule(data=st.data())
    def a_paused_run_resumes(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from([one.id for one in self.runs.values() if one.status is RunStatus.PAUSED]))
        self.runs[name] = self.runs[name].queued(RunEvent.RESUME, self.now, not_before=self.now)

    @invariant()
    def a_phone_has_one_run(self) -> None:
        held = [one.phone_id for one in self.runs.values() if one.lease_token is not None]
        assert len(held) == len(set(held))

    @invariant()
    def only_what_runs_or_waits_there_has_a_phone(self) -> None:
        with_phone = {one.status for one in self.runs.values() if one.lease_token is not None}
        assert with_phone <= {RunStatus.RUNNING, RunStatus.PAUSED}

    @invariant()
    def nothing_started_before_what_it_depends_on_completed(self) -> None:
        for name, needs in self.needs.items():
            if self.runs[name].attempt:
                assert all(self.runs[need].status is RunStatus.COMPLETED for need in needs)

    def _queued(self, one: Run) -> Queued:
        needs = tuple((need, self.runs[need].status) for need in self.needs[one.id])
        begun = one.started_at is not None
        return Queued(one.id, one.phone_id, one.priority, one.due_at, one.created_at, needs, begun=begun)


TestDispatchingRuns = DispatchingRuns.TestCase
TestDispatchingRuns.settings = settings(ON_MODEL, stateful_step_count=30)


@given(st.lists(st.sampled_from(PHONES), max_size=20))
def test_a_turn_never_starts_two_runs_on_one_phone(phones: list[str]) -> None:
    started = turn([queued(f"r{n}", phone) for n, phone in enumerate(phones)], frozenset(), NOW).start
    assert len({one.phone_id for one in started}) == len(started)
