"""Queries of sessions, tokens and failed logins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update

from drover.kernel.ids import NewId
from drover.platform.db.database import Unit
from drover.tenancy.domain.credentials import Token, words_of
from drover.tenancy.domain.records import UnknownToken
from drover.tenancy.models import LoginFailureRow, SessionRow, TokenRow
from drover.tenancy.repository.mapping import token_of


@dataclass(frozen=True, slots=True)
class KeptSession:
    """A session as it is kept."""

    digest: str
    organization: str
    user: str
    csrf: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    address: str


async def add_session(unit: Unit, session: KeptSession) -> None:
    """Keep a new session."""
    unit.session.add(
        SessionRow(
            organization_id=session.organization,
            secret_hash=session.digest,
            user_id=session.user,
            csrf=session.csrf,
            created_at=session.created_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
            address=session.address,
        )
    )
    await unit.session.flush()


async def session(unit: Unit, digest: str) -> KeptSession | None:
    """Return the session with that digest of its secret, also one whose time is over."""
    row = await unit.session.scalar(select(SessionRow).where(SessionRow.secret_hash == digest))
    if row is None:
        return None
    return KeptSession(
        row.secret_hash,
        row.organization_id,
        row.user_id,
        row.csrf,
        row.created_at,
        row.seen_at,
        row.expires_at,
        row.address,
    )


async def touch_session(unit: Unit, digest: str, at: datetime) -> None:
    """Write when the session was last used."""
    used = update(SessionRow).where(SessionRow.secret_hash == digest, SessionRow.seen_at < at)
    await unit.session.execute(used.values(seen_at=at))


async def end_session(unit: Unit, digest: str) -> None:
    """Forget a session, if it is there."""
    await unit.session.execute(delete(SessionRow).where(SessionRow.secret_hash == digest))


async def end_sessions(unit: Unit, user_id: str, *, but: str = "") -> None:
    """Forget all sessions of a user, except the one with the digest `but`."""
    await unit.session.execute(delete(SessionRow).where(SessionRow.user_id == user_id, SessionRow.secret_hash != but))


async def forget_sessions(unit: Unit, *, expired: datetime, unused_since: datetime) -> None:
    """Forget the sessions whose time is over."""
    over = (SessionRow.expires_at <= expired) | (SessionRow.seen_at <= unused_since)
    await unit.session.execute(delete(SessionRow).where(over))


async def add_token(unit: Unit, organization_id: str, token: Token) -> None:
    """Keep a new token."""
    unit.session.add(
        TokenRow(
            organization_id=organization_id,
            id=token.id,
            user_id=token.user,
            name=token.name,
            secret_hash=token.secret_digest,
            scopes=words_of(token.scopes),
            created_at=token.created_at,
            expires_at=token.expires_at,
        )
    )
    await unit.session.flush()


async def token(unit: Unit, token_id: str, digest: str) -> tuple[str, Token] | None:
    """Return the token with that id and digest of its secret, and its organization; also a revoked or expired one."""
    chosen = (TokenRow.secret_hash == digest) & (TokenRow.id == token_id)
    row = await unit.session.scalar(select(TokenRow).where(chosen))
    return None if row is None else (row.organization_id, token_of(row))


async def tokens(unit: Unit, user_id: str, *, after: tuple[datetime, str] | None, limit: int) -> Sequence[Token]:
    """Return the first tokens of a user that are not revoked, newest first, behind `after`."""
    query = select(TokenRow).where(TokenRow.user_id == user_id, TokenRow.revoked_at.is_(None))
    if after is not None:
        at, token_id = after
        older = (TokenRow.created_at < at) | ((TokenRow.created_at == at) & (TokenRow.id < token_id))
        query = query.where(older)
    ordered = query.order_by(TokenRow.created_at.desc(), TokenRow.id.desc())
    return [token_of(row) for row in await unit.session.scalars(ordered.limit(limit))]


async def touch_token(unit: Unit, token_id: str, at: datetime) -> None:
    """Write when the token was last used."""
    earlier = TokenRow.last_used_at.is_(None) | (TokenRow.last_used_at < at)
    await unit.session.execute(update(TokenRow).where(TokenRow.id == token_id, earlier).values(last_used_at=at))


async def revoke_token(unit: Unit, token_id: str, user_id: str, at: datetime) -> Token:
    """Revoke a token of that user and return what it was. Raises UnknownToken."""
    chosen = (TokenRow.id == token_id) & (TokenRow.user_id == user_id) & TokenRow.revoked_at.is_(None)
    row = await unit.session.scalar(select(TokenRow).where(chosen))
    if row is None:
        raise UnknownToken(token_id)
    was = token_of(row)
    row.revoked_at = at
    await unit.session.flush()
    return was


async def revoke_tokens(unit: Unit, user_id: str, at: datetime, *, name: str | None = None) -> None:
    """Revoke every token of a user, or those of that name."""
    own = (TokenRow.user_id == user_id) & TokenRow.revoked_at.is_(None)
    if name is not None:
        own &= TokenRow.name == name
    await unit.session.execute(update(TokenRow).where(own).values(revoked_at=at))


async def forget_tokens_over_before(unit: Unit, moment: datetime) -> None:
    """Forget the tokens that were revoked, or had come to their end, before then."""
    over = (TokenRow.revoked_at < moment) | (TokenRow.expires_at < moment)
    await unit.session.execute(delete(TokenRow).where(over))


async def failures(unit: Unit, key: str, since: datetime) -> Sequence[datetime]:
    """Return when logins under the key failed."""
    query = select(LoginFailureRow.at).where(LoginFailureRow.key == key, LoginFailureRow.at > since)
    return list(await unit.session.scalars(query))


async def add_failures(unit: Unit, keys: Sequence[str], at: datetime, new_id: NewId) -> Sequence[str]:
    """Keep a failure under each key, and return their ids."""
    rows = [LoginFailureRow(id=new_id(), key=key, at=at) for key in keys]
    unit.session.add_all(rows)
    await unit.session.flush()
    return [row.id for row in rows]


async def forget_failures(unit: Unit, *, key: str, ids: Sequence[str]) -> None:
    """Forget all failures under the key, and those with these ids."""
    gone = (LoginFailureRow.key == key) | LoginFailureRow.id.in_(ids)
    await unit.session.execute(delete(LoginFailureRow).where(gone))


async def forget_failures_before(unit: Unit, moment: datetime) -> None:
    """Forget failures that no longer count."""
    await unit.session.execute(delete(LoginFailureRow).where(LoginFailureRow.at <= moment))
