"""The gate: open under a confirmed lease and for no longer, and for no more acts than were granted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.agent.errors import AgentEnding, BudgetSpent, GateClosed, Halted, LeaseLost, StopAsked
from drover.agent.gate import BOUNDARY_S, MARGIN_S, Gate
from drover.kernel.clock import FakeClock
from drover.protocol.messages import Budget

FREE = Budget()


def gate(clock: FakeClock, budget: Budget = FREE, **spent: int) -> Gate:
    return Gate("a", clock, budget, spent, lambda: None)


def opened(clock: FakeClock, budget: Budget = FREE, **spent: int) -> Gate:
    made = gate(clock, budget, **spent)
    made.grant(clock.monotonic(), 600)
    return made


def test_nothing_passes_before_the_lease_is_confirmed() -> None:
    made = gate(FakeClock())
    assert not made.opened
    with pytest.raises(LeaseLost):
        made.check()


def test_calls_pass_until_a_margin_before_the_end_of_the_lease() -> None:
    clock = FakeClock()
    made = opened(clock)
    clock.advance(600 - MARGIN_S - 0.001)
    made.check()
    assert made.left_s > 0
    clock.advance(0.001)
    with pytest.raises(LeaseLost):
        made.check()


def test_the_time_since_the_question_counts_however_late_the_answer_is() -> None:
    clock = FakeClock()
    asked_at = clock.monotonic()
    clock.advance(599)
    made = gate(clock)
    made.grant(asked_at, 600)
    with pytest.raises(LeaseLost):
        made.check()


def test_an_extension_moves_the_deadline_and_an_older_answer_does_not_move_it_back() -> None:
    clock = FakeClock()
    made = opened(clock)
    clock.advance(300)
    made.grant(300, 600)
    made.grant(0, 600)
    assert made.left_s == 600 - MARGIN_S


def test_a_lease_that_is_lost_does_not_come_back() -> None:
    clock = FakeClock()
    made = opened(clock)
    clock.advance(600)
    with pytest.raises(LeaseLost):
        made.check()
    made.grant(clock.monotonic(), 600)
    with pytest.raises(LeaseLost):
        made.check()


def test_the_first_reason_to_close_stays_and_is_told_once() -> None:
    told: list[str] = []
    made = Gate("a", FakeClock(), FREE, {}, lambda: told.append("closed"))
    made.grant(0, 600)
    made.close(Halted("a", "drill"))
    made.close(StopAsked("a", "later"))
    with pytest.raises(Halted):
        made.check()
    assert told == ["closed"]


@pytest.mark.parametrize(("lease_s", "boundary_s"), [(600.0, BOUNDARY_S), (105.0, 10.0)])
def test_no_task_begins_with_little_left_of_the_lease(lease_s: float, boundary_s: float) -> None:
    clock = FakeClock()
    made = gate(clock)
    made.grant(0, lease_s)
    clock.advance(lease_s - MARGIN_S - boundary_s - 0.5)
    made.begin_task("tap")
    clock.advance(0.5)
    made.check()
    with pytest.raises(LeaseLost, match="ends soon"):
        made.begin_task("tap")


def test_an_ending_agent_lets_the_task_end_and_begins_no_other() -> None:
    made = opened(FakeClock())
    made.begin_task("tap")
    made.stop_at_boundary(AgentEnding("a"))
    made.check_act()
    with pytest.raises(AgentEnding):
        made.begin_task("tap")
    with pytest.raises(AgentEnding):
        made.check()


def test_a_task_counts_as_one_act_however_many_calls_it_needs() -> None:
    made = opened(FakeClock(), Budget(acts=2))
    for _ in range(2):
        made.begin_task("type")
        for _ in range(5):
            made.check_act()
    made.begin_task("type")
    made.check()
    with pytest.raises(BudgetSpent):
        made.check_act()
    assert made.spent == {"type": 2}


def test_a_kind_of_its_own_budget_is_counted_by_itself_and_zero_forbids_it() -> None:
    made = opened(FakeClock(), Budget(kinds={"tap": 1, "type": 0}))
    made.begin_task("swipe")
    made.check_act()
    made.begin_task("tap")
    made.check_act()
    made.begin_task("type")
    with pytest.raises(BudgetSpent, match="type"):
        made.check_act()


def test_what_was_spent_before_counts() -> None:
    made = opened(FakeClock(), Budget(acts=5), tap=3, swipe=1)
    made.begin_task("tap")
    made.check_act()
    made.begin_task("tap")
    with pytest.raises(BudgetSpent):
        made.check_act()


def test_looking_before_the_first_task_costs_nothing() -> None:
    made = opened(FakeClock(), Budget(acts=0))
    made.check()
    made.check_act()


@given(st.lists(st.tuples(st.sampled_from(["grant", "wait"]), st.floats(0, 1000)), max_size=20))
def test_it_is_open_exactly_while_some_lease_confirmed_in_time_lasts(moves: list[tuple[str, float]]) -> None:
    clock = FakeClock()
    made = gate(clock)
    end, lost = 0.0, False
    for move, amount in moves:
        if move == "grant" and not lost:
            end = max(end, clock.monotonic() + amount)
            made.grant(clock.monotonic(), amount)
        clock.advance(amount * (move == "wait"))
        expected = not lost and end - MARGIN_S - clock.monotonic() > 1e-9
        passed = True
        try:
            made.check()
        except GateClosed:
            passed, lost = False, True
        assert passed == expected or abs(end - MARGIN_S - clock.monotonic()) < 1e-6
