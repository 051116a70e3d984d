import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drover.accounts.domain.lifecycle import Change, IllegalChange, Lifecycle, Standing, changed
from drover.kernel.errors import Kind

USABLE = [Lifecycle.IMPORTED, Lifecycle.READY, Lifecycle.WARMUP, Lifecycle.ACTIVE]


def test_an_account_goes_its_way_from_imported_to_active() -> None:
    standing = Standing(Lifecycle.IMPORTED)
    for change in (Change.PREPARE, Change.START_WARMUP, Change.COMPLETE_WARMUP):
        standing = changed(standing, change)
    assert standing == Standing(Lifecycle.ACTIVE)


@pytest.mark.parametrize("lifecycle", USABLE)
@pytest.mark.parametrize("change", [Change.SUSPEND, Change.INVALIDATE])
def test_from_anywhere_an_account_leaves_its_way_and_a_person_returns_it_to_where_it_was(
    lifecycle: Lifecycle, change: Change
) -> None:
    off = changed(Standing(lifecycle), change)
    assert not off.works
    assert changed(off, Change.RETURN) == Standing(lifecycle)


def test_a_suspended_account_that_becomes_invalid_returns_to_where_it_was_before_both() -> None:
    standing = changed(changed(Standing(Lifecycle.WARMUP), Change.SUSPEND), Change.INVALIDATE)
    assert standing.lifecycle is Lifecycle.INVALID
    assert changed(standing, Change.RETURN).lifecycle is Lifecycle.WARMUP


@pytest.mark.parametrize(
    ("lifecycle", "change"),
    [
        (Lifecycle.IMPORTED, Change.START_WARMUP),
        (Lifecycle.IMPORTED, Change.COMPLETE_WARMUP),
        (Lifecycle.READY, Change.PREPARE),
        (Lifecycle.ACTIVE, Change.START_WARMUP),
        (Lifecycle.ACTIVE, Change.RETURN),
        (Lifecycle.SUSPENDED, Change.SUSPEND),
        (Lifecycle.SUSPENDED, Change.PREPARE),
        (Lifecycle.INVALID, Change.INVALIDATE),
        (Lifecycle.INVALID, Change.SUSPEND),
    ],
)
def test_what_the_table_does_not_hold_is_refused(lifecycle: Lifecycle, change: Change) -> None:
    origin = None if lifecycle in USABLE else Lifecycle.READY
    with pytest.raises(IllegalChange, match=f"{change.value} is not possible") as caught:
        changed(Standing(lifecycle, origin), change)
    assert caught.value.kind is Kind.CONFLICT


@settings(deadline=None)
@given(st.lists(st.sampled_from(Change)))
def test_whatever_happens_only_an_account_off_its_way_remembers_where_it_was(changes: list[Change]) -> None:
    standing = Standing(Lifecycle.IMPORTED)
    for change in changes:
        try:
            standing = changed(standing, change)
        except IllegalChange:
            continue
        assert standing.works == (standing.lifecycle in USABLE) == (standing.origin is None)
