"""From rows to values."""

from datetime import datetime

from drover.tenancy.domain.caller import Access
from drover.tenancy.domain.credentials import Token
from drover.tenancy.domain.records import Client, Organization, User
from drover.tenancy.domain.roles import Level, Role, Scope
from drover.tenancy.domain.standing import Halt, Status
from drover.tenancy.models import ClientAccessRow, ClientRow, OrganizationRow, TokenRow, UserRow


def organization_of(row: OrganizationRow) -> Organization:
    """Return the organization of a row."""
    return Organization(row.id, row.name, Status(row.status), halt_of(row), row.created_at)


def client_of(row: ClientRow) -> Client:
    """Return the client of a row."""
    return Client(row.organization_id, row.id, row.name, Status(row.status), halt_of(row), row.created_at)


def user_of(row: UserRow) -> User:
    """Return the user of a row."""
    return User(
        row.organization_id,
        row.id,
        row.username,
        Role(row.role),
        Status(row.status),
        row.created_at,
        row.password_changed_at,
    )


def access_of(row: ClientAccessRow) -> Access:
    """Return the access of a row."""
    return Access(Level.of(row.level), _places(row.racks), _places(row.apps))


def token_of(row: TokenRow) -> Token:
    """Return the token of a row."""
    return Token(
        row.id,
        row.user_id,
        row.name,
        row.secret_hash,
        frozenset(Scope(word) for word in row.scopes),
        row.created_at,
        row.last_used_at,
        row.expires_at,
        row.revoked_at,
    )


def halt_of(row: OrganizationRow | ClientRow) -> Halt | None:
    """Return the kill switch of a row, where it is thrown."""
    return None if row.halted_at is None else Halt(row.halted_at, row.halted_by or "", row.halt_reason or "")


def set_halt(row: OrganizationRow | ClientRow, halt: Halt | None) -> None:
    """Throw the kill switch of a row, or take it back."""
    at: datetime | None = None if halt is None else halt.at
    row.halted_at = at
    row.halted_by = None if halt is None else halt.by
    row.halt_reason = None if halt is None else halt.reason


def _places(words: list[str] | None) -> frozenset[str] | None:
    return None if words is None else frozenset(words)
