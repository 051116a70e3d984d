import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.tenancy.domain.roles import GIVES, RULES, Act, Level, Role, Scope, who_may

LEVELS = st.sampled_from([None, *Level])
IN_A_CLIENT = [act for act in Act if RULES[act].level is not None]
OF_THE_ORGANIZATION = [act for act in Act if RULES[act].level is None]


def test_the_table_rules_on_every_act() -> None:
    assert set(RULES) == set(Act)
    assert set(GIVES) == set(Role)


def test_every_scope_is_needed_by_some_act() -> None:
    assert {rule.scope for rule in RULES.values()} == set(Scope)


def test_a_super_user_with_full_access_may_do_everything() -> None:
    assert all(who_may(Role.SUPER_USER, act, Level.FULL) for act in Act)


@given(act=st.sampled_from(IN_A_CLIENT), role=st.sampled_from(Role))
def test_nobody_acts_in_a_client_without_access_to_it(act: Act, role: Role) -> None:
    assert not who_may(role, act, None)


@given(act=st.sampled_from(Act), role=st.sampled_from(Role), level=st.sampled_from(Level), more=st.sampled_from(Level))
def test_a_higher_level_never_allows_less(act: Act, role: Role, level: Level, more: Level) -> None:
    assert who_may(role, act, max(level, more)) >= who_may(role, act, level)


@given(act=st.sampled_from(Act), level=LEVELS)
def test_each_role_may_all_that_the_one_below_it_may(act: Act, level: Level | None) -> None:
    allowed = [who_may(role, act, level) for role in (Role.VIEWER, Role.CLIENT_USER, Role.ADMIN, Role.SUPER_USER)]
    assert allowed == sorted(allowed)


@pytest.mark.parametrize("level", Level)
def test_a_viewer_only_reads(level: Level) -> None:
    assert {act for act in Act if who_may(Role.VIEWER, act, level)} == {Act.SEE, Act.SEE_ORGANIZATION}


@pytest.mark.parametrize("role", Role)
def test_limited_access_runs_and_watches_but_changes_no_definitions_and_sees_no_secrets(role: Role) -> None:
    allowed = {act for act in IN_A_CLIENT if who_may(role, act, Level.LIMITED)}
    assert allowed <= {Act.SEE, Act.RUN, Act.HALT}


def test_a_client_user_does_everything_in_their_own_client_but_grant_access_and_break_leases() -> None:
    allowed = {act for act in IN_A_CLIENT if who_may(Role.CLIENT_USER, act, Level.FULL)}
    assert set(IN_A_CLIENT) - allowed == {Act.MANAGE_ACCESS, Act.BREAK_LEASE}


@pytest.mark.parametrize("role", [Role.CLIENT_USER, Role.VIEWER])
def test_who_works_in_clients_changes_nothing_of_the_organization(role: Role) -> None:
    assert {act for act in OF_THE_ORGANIZATION if who_may(role, act, Level.FULL)} == {Act.SEE_ORGANIZATION}


def test_only_a_super_user_makes_clients_and_halts_all() -> None:
    for act in (Act.MANAGE_CLIENTS, Act.HALT_ALL, Act.UNHALT_ALL, Act.SEE_ORGANIZATION_AUDIT):
        assert {role for role in Role if who_may(role, act, Level.FULL)} == {Role.SUPER_USER}


def test_nobody_gives_a_role_above_or_beside_their_own_but_a_super_user() -> None:
    order = [Role.VIEWER, Role.CLIENT_USER, Role.ADMIN]
    given_above = {(giver, role) for giver in order for role in GIVES[giver] if order.index(role) >= order.index(giver)}
    assert given_above == set()
    assert GIVES[Role.SUPER_USER] == set(Role)


@pytest.mark.parametrize("level", Level)
def test_levels_are_written_as_words_and_read_again(level: Level) -> None:
    assert Level.of(level.word) is level


def test_a_word_that_is_no_level_is_refused() -> None:
    with pytest.raises(ValueError, match="'all' is no access level"):
        Level.of("all")
