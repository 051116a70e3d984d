from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drover.tenancy.domain.caller import Access
from drover.tenancy.domain.roles import Level, Role
from drover.tenancy.domain.standing import (
    DeletedStays,
    Grant,
    Halt,
    Standing,
    Status,
    accesses,
    may_log_in,
    next_status,
)

HALT = Halt(datetime(2026, 3, 1, tzinfo=UTC), "u1", "wrong caption")
ADMINISTERING = [Role.SUPER_USER, Role.ADMIN]
IN_CLIENTS = [Role.CLIENT_USER, Role.VIEWER]


def standing(
    organization: Status = Status.ACTIVE,
    client: Status = Status.ACTIVE,
    organization_halt: Halt | None = None,
    client_halt: Halt | None = None,
) -> Standing:
    return Standing(organization, client, organization_halt, client_halt)


@pytest.mark.parametrize("wanted", Status)
def test_what_is_in_use_or_not_takes_any_status(wanted: Status) -> None:
    assert next_status("client c1", Status.ACTIVE, wanted) is wanted
    assert next_status("client c1", Status.INACTIVE, wanted) is wanted


@pytest.mark.parametrize("wanted", Status)
def test_what_is_deleted_stays_so(wanted: Status) -> None:
    with pytest.raises(DeletedStays, match="client c1 is deleted"):
        next_status("client c1", Status.DELETED, wanted)


@pytest.mark.parametrize(
    ("at", "hindrance"),
    [
        (standing(), ""),
        (standing(client=Status.INACTIVE), "the client is inactive"),
        (standing(organization=Status.INACTIVE), "the organization is inactive"),
        (standing(client_halt=HALT), "the client is halted: wrong caption"),
        (standing(organization_halt=HALT), "the organization is halted: wrong caption"),
        (standing(organization_halt=HALT, client=Status.DELETED), "the organization is halted: wrong caption"),
    ],
)
def test_runs_start_only_where_all_is_active_and_nothing_halted(at: Standing, hindrance: str) -> None:
    assert at.hindrance == hindrance


@given(role=st.sampled_from(Role), status=st.sampled_from(Status), level=st.sampled_from(Level))
def test_an_access_never_becomes_more_than_was_granted(role: Role, status: Status, level: Level) -> None:
    held = accesses(role, [Grant("c1", status, Access(level, frozenset({"r1"})))])
    assert all(access.level <= level and access.racks == {"r1"} for access in held.values())


@pytest.mark.parametrize("role", Role)
def test_a_deleted_client_is_not_there(role: Role) -> None:
    assert accesses(role, [Grant("c1", Status.DELETED, Access(Level.FULL))]) == {}


@pytest.mark.parametrize("role", ADMINISTERING)
def test_an_inactive_client_is_only_read_by_administrators(role: Role) -> None:
    assert accesses(role, [Grant("c1", Status.INACTIVE, Access(Level.FULL))]) == {"c1": Access(Level.READ_ONLY)}


@pytest.mark.parametrize("role", IN_CLIENTS)
def test_an_inactive_client_is_closed_to_its_users(role: Role) -> None:
    held = accesses(role, [Grant("c1", Status.INACTIVE, Access(Level.FULL))])
    assert held == {}
    assert not may_log_in(Status.ACTIVE, Status.ACTIVE, role, held)


@pytest.mark.parametrize("role", ADMINISTERING)
def test_administrators_log_in_before_they_have_a_client(role: Role) -> None:
    assert may_log_in(Status.ACTIVE, Status.ACTIVE, role, {})


@given(
    organization=st.sampled_from(Status),
    user=st.sampled_from(Status),
    role=st.sampled_from(Role),
)
def test_nobody_logs_in_who_or_whose_organization_is_not_active(organization: Status, user: Status, role: Role) -> None:
    allowed = may_log_in(organization, user, role, {"c1": Access(Level.FULL)})
    assert allowed == (organization is Status.ACTIVE and user is Status.ACTIVE)
