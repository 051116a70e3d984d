"""What a policy leaves of a play."""

from drover.protocol.messages import Budget
from drover.workflows.domain.budgets import ACTING, budget_of


def test_without_a_policy_everything_may_be_done() -> None:
    assert budget_of(None, None, 7) == Budget()


def test_what_was_done_today_is_taken_off_the_days_acts() -> None:
    assert budget_of(None, 10, 7).acts == 3


def test_more_than_allowed_leaves_nothing_rather_than_less() -> None:
    assert budget_of(None, 10, 12).acts == 0


def test_kinds_that_are_not_allowed_may_be_done_no_time() -> None:
    budget = budget_of({"tap", "wait"}, None, 0)
    assert set(budget.kinds) == ACTING - {"tap"}
    assert set(budget.kinds.values()) == {0}
