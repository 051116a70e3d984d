"""All targets, or a rotation through them that is fair whoever comes or goes."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from drover.workflows.domain.choosing import All, Position, Rotation, Turn, choose, natural
from drover.workflows.domain.staggering import staggered
from drover.workflows.domain.targets import Target

NAMES = st.lists(st.sampled_from([f"phone{number}" for number in range(1, 13)]), unique=True, min_size=1)
ORDERS = st.sampled_from(list(Turn))


def test_all_are_taken_in_natural_order() -> None:
    chosen = choose(All(), ["phone10", "phone2", "phone1", "phone2"], Position(), 1)
    assert (chosen.targets, chosen.why) == (("phone1", "phone2", "phone10"), "all 3 targets")


def test_a_rotation_takes_the_next_and_says_why() -> None:
    chosen = choose(Rotation(2), ["a1", "a2", "a3"], Position(4, "a1"), 1)
    assert chosen.targets == ("a2", "a3")
    assert chosen.why == "turn of 2 of 3 targets in round 5, in order, after a1; 0 are left in it"


def test_a_seeded_rotation_names_its_seed() -> None:
    assert "shuffled with seed 77;" in choose(Rotation(order=Turn.SEEDED), ["a", "b"], Position(), 77).why


def test_there_may_be_nothing_to_choose_from() -> None:
    chosen = choose(Rotation(), [], Position(2, "a"), 1)
    assert (chosen.targets, chosen.position, chosen.why) == ((), Position(2, "a"), "there are no targets")


@given(NAMES, ORDERS, st.integers(1, 5), st.integers(0, 2**63), st.integers(1, 4))
def test_in_each_round_each_comes_once(names: list[str], order: Turn, take: int, seed: int, rounds: int) -> None:
    position, seen = Position(), Counter[str]()
    for _ in range(rounds * -(-len(names) // take)):
        chosen = choose(Rotation(take, order), names, position, seed)
        position = chosen.position
        seen.update(chosen.targets)
    assert seen == dict.fromkeys(names, rounds)


@given(NAMES, NAMES, ORDERS, st.integers(1, 3), st.integers(0, 2**63))
def test_who_stays_comes_in_a_round_though_others_come_and_go(
    before: list[str], after: list[str], order: Turn, take: int, seed: int
) -> None:
    first = choose(Rotation(take, order), before, Position(), seed)
    seen, position = list(first.targets), first.position
    while (chosen := choose(Rotation(take, order), after, position, seed)).position.round == 0:
        seen += chosen.targets
        position = chosen.position
    assert set(before) & set(after) <= set(seen)
    assert len(seen) == len(set(seen))


def test_rounds_are_shuffled_differently_and_always_the_same() -> None:
    names = [f"phone{number}" for number in range(8)]
    rounds = [choose(Rotation(8, Turn.SEEDED), names, Position(number), 5).targets for number in range(6)]
    assert len(set(rounds)) == 6
    assert rounds == [choose(Rotation(8, Turn.SEEDED), names[::-1], Position(n), 5).targets for n in range(6)]


@given(st.lists(st.text(max_size=6), max_size=6))
def test_any_names_can_be_put_in_order(names: list[str]) -> None:
    assert Counter(sorted(names, key=natural)) == Counter(names)


def test_phones_start_one_after_the_other_and_accounts_of_a_phone_together() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    targets = [Target("p1", "a.x@p1"), Target("p2", "a.x@p2"), Target("p1", "a.y@p1"), Target("p3")]
    due = staggered(targets, at, timedelta(seconds=20))
    assert [(due[target] - at).seconds for target in targets] == [0, 20, 0, 40]
