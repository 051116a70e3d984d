from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.audit.domain import (
    Break,
    Entry,
    Flaw,
    Head,
    Seal,
    Sealed,
    Subject,
    System,
    seal,
    seal_all,
    start_of,
    verification,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START = start_of("o1", "c1")


def entry(number: int) -> Entry:
    return Entry(
        id=f"{number:032x}",
        organization="o1",
        client="c1",
        at=NOW + timedelta(seconds=number),
        actor="u1",
        actor_kind="user",
        address="192.0.2.7",
        act="workflow.changed",
        subject=Subject("workflow", "w1"),
        before={"version": number},
        after={"version": number + 1},
        reason="a new caption",
    )


CHAIN = list(seal_all(START, [entry(number) for number in range(8)], NOW))


def head_of(rows: list[Sealed]) -> Head:
    return Head(rows[-1].seal.position, rows[-1].seal.hash)


def breaks_of(rows: list[Sealed], *, kept: Head | None = None, anchor: Head | None = None) -> list[Break]:
    check = verification("o1", "c1", anchor)
    check.follow(rows[:3])
    check.follow(rows[3:])
    check.end(kept or head_of(CHAIN))
    return check.breaks


def flaws(rows: list[Sealed]) -> list[tuple[int, Flaw]]:
    return [(found.position, found.flaw) for found in breaks_of(rows)]


def test_a_chain_as_it_was_sealed_holds() -> None:
    assert breaks_of(CHAIN) == []
    assert [row.seal.position for row in CHAIN] == list(range(1, 9))


def test_an_empty_chain_holds() -> None:
    assert breaks_of([], kept=START) == []


CHANGES: list[Callable[[Entry], Entry]] = [
    lambda e: replace(e, id="f" * 32),
    lambda e: replace(e, client="c2"),
    lambda e: replace(e, at=e.at + timedelta(microseconds=1)),
    lambda e: replace(e, actor="u2"),
    lambda e: replace(e, actor_kind="token"),
    lambda e: replace(e, address="192.0.2.8"),
    lambda e: replace(e, act="workflow.deleted"),
    lambda e: replace(e, subject=Subject("workflow", "w2")),
    lambda e: replace(e, subject=Subject("sequence", "w1")),
    lambda e: replace(e, before=None),
    lambda e: replace(e, after={"version": True}),
    lambda e: replace(e, reason=""),
    lambda e: replace(e, phone="p1"),
    lambda e: replace(e, frame="0" * 64),
]


@pytest.mark.parametrize("change", CHANGES)
@given(at=st.integers(0, 7))
def test_a_change_of_any_field_of_any_row_shows(change: Callable[[Entry], Entry], at: int) -> None:
    rows = list(CHAIN)
    rows[at] = replace(rows[at], entry=change(rows[at].entry))
    assert [(found.position, found.flaw) for found in breaks_of(rows)] == [(at + 1, Flaw.CHANGED)]


@given(at=st.integers(0, 7))
def test_a_removed_row_shows_wherever_it_stood(at: int) -> None:
    assert flaws(CHAIN[:at] + CHAIN[at + 1 :]) == [(at + 1, Flaw.MISSING)]


def test_a_removed_end_shows() -> None:
    assert flaws(CHAIN[:5]) == [(6, Flaw.MISSING)]


def test_everything_removed_shows() -> None:
    assert flaws([]) == [(1, Flaw.MISSING)]


@given(one=st.integers(0, 7), other=st.integers(0, 7))
def test_rows_that_changed_places_show(one: int, other: int) -> None:
    rows = list(CHAIN)
    rows[one] = Sealed(CHAIN[other].entry, CHAIN[one].seal)
    rows[other] = Sealed(CHAIN[one].entry, CHAIN[other].seal)
    assert flaws(rows) == [(place + 1, Flaw.CHANGED) for place in sorted({one, other} if one != other else set())]


@given(at=st.integers(0, 7))
def test_a_removed_row_shows_though_the_rest_was_numbered_anew(at: int) -> None:
    moved = [Sealed(row.entry, Seal(row.seal.position - 1, row.seal.at, row.seal.hash)) for row in CHAIN[at + 1 :]]
    assert breaks_of(CHAIN[:at] + moved) != []


def test_a_row_that_was_put_in_shows() -> None:
    forged = Sealed(entry(99), seal(head_of(CHAIN[:4]), entry(99), NOW))
    assert (5, Flaw.CHANGED) in flaws([*CHAIN[:4], forged, *CHAIN[4:]])


def test_a_row_behind_the_kept_end_shows() -> None:
    more = Sealed(entry(9), seal(head_of(CHAIN), entry(9), NOW))
    assert flaws([*CHAIN, more]) == [(9, Flaw.CHANGED)]


def test_a_chain_that_was_forged_anew_shows_by_a_head_kept_elsewhere() -> None:
    forged = list(seal_all(START, [entry(number + 1) for number in range(8)], NOW))
    assert breaks_of(forged, kept=head_of(forged)) == []
    anchor = head_of(CHAIN[:4])
    assert breaks_of(forged, kept=head_of(forged), anchor=anchor) == [Break(4, Flaw.OTHER_HEAD)]
    assert breaks_of(forged[:3], kept=head_of(forged[:3]), anchor=anchor) == [Break(4, Flaw.OTHER_HEAD)]


def test_a_head_kept_elsewhere_is_found_in_a_chain_that_went_on() -> None:
    assert breaks_of(CHAIN, anchor=head_of(CHAIN[:4])) == []


def test_a_chain_does_not_pass_for_another() -> None:
    starts = {start_of("o1", "c1"), start_of("o1", ""), start_of("o2", "c1"), start_of("o1c", "1")}
    assert len(starts) == 4


def test_the_hash_does_not_hang_on_how_the_database_spells_a_time() -> None:
    here = replace(entry(1), at=entry(1).at.astimezone(timezone(timedelta(hours=2))))
    assert seal(START, here, NOW) == seal(START, entry(1), NOW)


def test_what_is_found_is_bounded() -> None:
    unlinked = [Sealed(entry(n), Seal(n + 1, NOW, "no hash")) for n in range(1200)]
    assert len(breaks_of(unlinked)) == 1000


def test_a_part_of_drover_is_named_as_such() -> None:
    assert (System("dispatcher").actor_kind, System("dispatcher").address) == ("system", "")


def test_an_act_in_no_client_is_in_the_organizations_chain() -> None:
    assert (entry(1).chain, replace(entry(1), client=None).chain) == ("c1", "")
