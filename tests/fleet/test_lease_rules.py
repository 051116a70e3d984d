from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from drover.fleet.domain import leasing
from drover.fleet.domain.leasing import (
    Holder,
    HolderKind,
    InvalidLease,
    LeaseLost,
    NotLeased,
    Occupancy,
    PhoneTaken,
    Wish,
)
from drover.kernel.clock import FakeClock
from drover.kernel.errors import Kind
from tests.fleet.lease_book import LeaseBook
from tests.profiles import ON_MODEL

START = FakeClock().now()
RUN = Holder(HolderKind.RUN, "run1", "daily post", "anna")
OTHER = Holder(HolderKind.RUN, "run2")
ANNA = Holder(HolderKind.CONTROL, "anna")
FREE = Occupancy("phone3")
SECOND = timedelta(seconds=1)

TTLS = st.sampled_from([1.0, 20.0, 300.0, 600.0])
HOLDERS = st.builds(Holder, st.sampled_from(HolderKind), st.sampled_from(["a", "b", "c"]))
PRIORITIES = st.integers(0, 3)


class LeaseRules(RuleBasedStateMachine):
    """The rules, next to the book: whatever anybody does, both grant and refuse the same."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = FakeClock()
        self.book = LeaseBook()
        self.occupancy = FREE
        self.tokens = [0]

    @rule(holder=HOLDERS, ttl_s=TTLS, priority=PRIORITIES, break_in=st.booleans())
    def take(self, holder: Holder, ttl_s: float, priority: int, *, break_in: bool) -> None:
        wish = Wish(holder, ttl_s, priority, break_in)
        person = holder.kind in {HolderKind.CONTROL, HolderKind.TAKEOVER}
        if not self.book.may_take(str(holder), priority, breaks_in=break_in and person):
            with pytest.raises(PhoneTaken):
                leasing.take(self.occupancy, wish, self.clock.now())
            return
        self.occupancy = leasing.take(self.occupancy, wish, self.clock.now())
        grant = self.book.take(str(holder), priority, ttl_s)
        assert self.occupancy.token == grant.token
        assert self.occupancy.token >= self.tokens[-1]
        self.tokens.append(self.occupancy.token)

    @rule(back=st.integers(0, 4), ttl_s=TTLS)
    def renew(self, back: int, ttl_s: float) -> None:
        token = self.tokens[max(-1 - back, -len(self.tokens))]
        if not self.book.may_renew(token):
            with pytest.raises(LeaseLost):
                leasing.renew(self.occupancy, token, ttl_s, self.clock.now())
            return
        self.occupancy = leasing.renew(self.occupancy, token, ttl_s, self.clock.now())
        self.book.grants[-1].until = self.book.now + ttl_s

    @rule(back=st.integers(0, 4))
    def release(self, back: int) -> None:
        token = self.tokens[max(-1 - back, -len(self.tokens))]
        self.occupancy = leasing.release(self.occupancy, token)
        self.book.end(token)

    @precondition(lambda self: self.book.current() is not None)
    @rule()
    def break_the_lease_in_force(self) -> None:
        self.occupancy = leasing.free(self.occupancy, self.clock.now())
        self.book.break_()

    @precondition(lambda self: self.book.current() is None)
    @rule()
    def break_none(self) -> None:
        with pytest.raises(NotLeased):
            leasing.free(self.occupancy, self.clock.now())

    @rule()
    def expire(self) -> None:
        self.occupancy = leasing.expire(self.occupancy, self.clock.now())

    @rule(seconds=st.sampled_from([0.5, 1.0, 19.0, 20.0, 299.5, 600.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.book.now += seconds

    @invariant()
    def the_same_holder_holds_until_the_same_moment(self) -> None:
        held = self.occupancy.at(self.clock.now())
        told = held and (held.token, str(held.holder), held.remaining_s)
        grant = self.book.current()
        assert told == (grant and (grant.token, grant.who, grant.until - self.book.now))

    @invariant()
    def no_token_was_ever_higher(self) -> None:
        assert self.occupancy.token == self.book.highest >= self.tokens[-1]


TestLeaseRules = LeaseRules.TestCase
TestLeaseRules.settings = ON_MODEL


def held_by(holder: Holder, *, priority: int = 0) -> Occupancy:
    return leasing.take(FREE, Wish(holder, priority=priority), START)


def test_a_free_phone_is_taken_for_ten_minutes() -> None:
    lease = held_by(RUN).lease
    assert lease.token == 1
    assert lease.live
    assert lease.remaining_s == 600


def test_a_taken_phone_says_by_whom_since_when_and_for_what() -> None:
    with pytest.raises(PhoneTaken) as caught:
        leasing.take(held_by(RUN), Wish(OTHER), START + SECOND)
    assert "run run1 (daily post) since 2026-01-01T00:00:00" in caught.value.message
    assert caught.value.lease.remaining_s == 599
    assert caught.value.kind is Kind.CONFLICT


def test_in_the_moment_of_its_expiry_a_lease_is_over_and_its_token_stale() -> None:
    occupancy = held_by(RUN)
    over = START + 600 * SECOND
    taken = leasing.take(occupancy, Wish(OTHER), over)
    assert taken.token == 2
    with pytest.raises(LeaseLost, match="token 1"):
        leasing.renew(taken, 1, 600, over)


def test_a_lease_that_is_over_has_nothing_left() -> None:
    lease = held_by(RUN).lease
    late = leasing.Lease(
        lease.phone_id, 1, RUN, 0, lease.taken_at, lease.renewed_at, lease.expires_at, START + 900 * SECOND
    )
    assert late.remaining_s == 0
    assert not late.live


def test_a_run_that_goes_on_elsewhere_gets_its_lease_again_under_the_same_token() -> None:
    again = leasing.take(held_by(RUN), Wish(RUN), START + 60 * SECOND)
    assert again.token == 1
    assert again.lease.taken_at == START
    assert again.lease.remaining_s == 600


@pytest.mark.parametrize("kind", [HolderKind.RUN, HolderKind.PHASE, HolderKind.INSTALL])
def test_only_a_person_breaks_in(kind: HolderKind) -> None:
    with pytest.raises(PhoneTaken):
        leasing.take(held_by(RUN), Wish(Holder(kind, "x"), priority=9, break_in=True), START)


def test_a_person_who_did_not_ask_to_break_in_waits_whatever_the_priority() -> None:
    with pytest.raises(PhoneTaken):
        leasing.take(held_by(RUN), Wish(ANNA, priority=9), START)


def test_a_person_does_not_break_in_on_the_same_priority() -> None:
    with pytest.raises(PhoneTaken):
        leasing.take(held_by(RUN, priority=5), Wish(ANNA, priority=5, break_in=True), START)


def test_who_breaks_in_leaves_the_former_holder_with_a_stale_token() -> None:
    taken = leasing.take(held_by(RUN, priority=5), Wish(ANNA, priority=6, break_in=True), START)
    assert (taken.token, taken.lease.holder) == (2, ANNA)
    with pytest.raises(LeaseLost):
        leasing.renew(taken, 1, 600, START)


def test_breaking_a_lease_makes_even_its_own_token_stale() -> None:
    freed = leasing.free(held_by(RUN), START)
    assert (freed.token, freed.lease) == (2, None)


def test_releasing_with_a_stale_token_changes_nothing() -> None:
    occupancy = leasing.take(held_by(RUN), Wish(OTHER), START + 700 * SECOND)
    assert leasing.release(occupancy, 1) is occupancy


@pytest.mark.parametrize("ttl_s", [0.0, -1.0, 601.0, float("nan"), float("inf")])
def test_a_lease_lasts_at_most_ten_minutes(ttl_s: float) -> None:
    with pytest.raises(InvalidLease, match="at most 600 s"):
        leasing.take(FREE, Wish(RUN, ttl_s), START)
