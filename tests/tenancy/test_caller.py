from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.kernel.errors import Kind
from drover.tenancy.domain.caller import Access, Caller, LoginNeeded, NotAllowed, UnknownClient
from drover.tenancy.domain.roles import RULES, Act, Level, Role, Scope, who_may

PLACED = sorted((act for act in Act if RULES[act].placed), key=lambda act: act.value)


def caller(role: Role = Role.CLIENT_USER, **changes: object) -> Caller:
    usual = Caller(
        organization="o1",
        user="u1",
        username="ada",
        role=role,
        clients={"c1": Access(Level.FULL)},
        scopes=frozenset(Scope),
        address="192.0.2.7",
        credential="s1",
    )
    return replace(usual, **changes)


@given(
    role=st.sampled_from(Role),
    level=st.sampled_from(Level),
    act=st.sampled_from(Act),
    scopes=st.frozensets(st.sampled_from(Scope)),
)
def test_a_caller_may_what_the_table_says_within_the_scopes(
    role: Role, level: Level, act: Act, scopes: frozenset[Scope]
) -> None:
    asked = caller(role, clients={"c1": Access(level)}, scopes=scopes)
    assert asked.may(act, "c1") == (who_may(role, act, level) and RULES[act].scope in scopes)


@given(role=st.sampled_from(Role), act=st.sampled_from(Act), client=st.sampled_from(["c2", "", None]))
def test_another_client_is_as_good_as_none(role: Role, act: Act, client: str | None) -> None:
    assert caller(role).may(act, client) == who_may(role, act, None)


def test_a_client_without_access_is_told_as_one_that_does_not_exist() -> None:
    with pytest.raises(UnknownClient, match="there is no client c2") as refused:
        caller(Role.SUPER_USER).require(Act.SEE, "c2")
    assert refused.value.kind is Kind.NOT_FOUND


def test_what_the_level_does_not_allow_is_refused_with_the_reason() -> None:
    watching = caller(clients={"c1": Access(Level.READ_ONLY)})
    with pytest.raises(NotAllowed, match="run is not allowed: it is not for a client_user with read_only access"):
        watching.require(Act.RUN, "c1")


def test_an_act_of_the_organization_that_the_role_lacks_is_refused() -> None:
    with pytest.raises(NotAllowed, match="halt_all is not allowed: it is not for a admin"):
        caller(Role.ADMIN).require(Act.HALT_ALL)


def test_a_token_is_good_for_its_scopes_alone() -> None:
    reading = caller(scopes=frozenset({Scope.READ}), by_token=True, credential="t1")
    reading.require(Act.SEE, "c1")
    with pytest.raises(NotAllowed, match="the token lacks the scope run"):
        reading.require(Act.RUN, "c1")


@pytest.mark.parametrize("act", PLACED)
def test_an_access_to_some_racks_and_apps_holds_there_alone(act: Act) -> None:
    access = Access(Level.FULL, racks=frozenset({"r1"}), apps=frozenset({"plaza"}))
    asked = caller(Role.ADMIN, clients={"c1": access})
    assert asked.may(act, "c1", rack="r1", app="plaza")
    assert not asked.may(act, "c1", rack="r2", app="plaza")
    assert not asked.may(act, "c1", rack="r1", app="notes")
    assert not asked.may(act, "c1", rack="r1")
    assert not asked.may(act, "c1")


def test_a_limited_access_sees_its_client_but_not_another_rack_of_it() -> None:
    asked = caller(clients={"c1": Access(Level.FULL, racks=frozenset({"r1"}))})
    assert asked.may(Act.SEE, "c1")
    with pytest.raises(NotAllowed, match=r"does not reach to rack r2, app \(none\)"):
        asked.require(Act.SEE, "c1", rack="r2")


def test_a_limited_access_refuses_what_names_no_rack() -> None:
    asked = caller(clients={"c1": Access(Level.FULL, apps=frozenset({"plaza"}))})
    with pytest.raises(NotAllowed, match=r"rack \(none\), app \(none\)"):
        asked.require(Act.RUN, "c1")


@given(role=st.sampled_from(Role), level=st.sampled_from(Level), scopes=st.frozensets(st.sampled_from(Scope)))
def test_the_acts_in_a_client_are_those_that_are_allowed_somewhere_in_it(
    role: Role, level: Level, scopes: frozenset[Scope]
) -> None:
    asked = caller(role, clients={"c1": Access(level, racks=frozenset({"r1"}))}, scopes=scopes)
    in_it = {act for act in Act if RULES[act].level is not None and asked.may(act, "c1", rack="r1")}
    assert set(asked.acts_in("c1")) == in_it
    assert asked.acts_in("c2") == ()


def test_the_audit_trail_names_the_user_or_the_token() -> None:
    token = caller(by_token=True, credential="t1")
    assert (caller().actor, caller().actor_kind) == ("u1", "user")
    assert (token.actor, token.actor_kind) == ("t1", "token")


def test_what_needs_a_login_is_refused_to_a_token() -> None:
    caller().require_login("making a token")
    with pytest.raises(LoginNeeded, match="making a token needs a login"):
        caller(by_token=True).require_login("making a token")
