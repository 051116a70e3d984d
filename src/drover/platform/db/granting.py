"""What the role that Drover runs as may do on PostgreSQL: work with rows, and own nothing."""

from sqlalchemy import Connection, text

from drover.platform.db.errors import DatabaseUnusable

ENGINE_SCHEMA = "engine"
"""The schema of the durable engine, which makes its own tables there; the runtime role owns that one."""

_APPENDED = {"audit_rows": ("sealed_at", "position", "hash")}
"""Tables whose rows are never deleted, and which of their columns may be set later."""

_READ = ("alembic_version",)


def grant(connection: Connection, role: str) -> None:
    """Give `role` what it needs of the tables there are, and take the rest. Raises DatabaseUnusable without one."""
    if not connection.scalar(text("SELECT true FROM pg_roles WHERE rolname = :role"), {"role": role}):
        raise DatabaseUnusable(f"there is no role {role} on the server", hint=f"make it: CREATE ROLE {role} LOGIN")
    quoted = connection.dialect.identifier_preparer.quote(role)
    tables = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")).scalars()
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {quoted}"))
    for table in tables.all():
        connection.execute(text(f"REVOKE ALL ON {table} FROM {quoted}, PUBLIC"))
        connection.execute(text(f"GRANT {_rights(table)} ON {table} TO {quoted}"))
    connection.execute(text(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {quoted}"))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {ENGINE_SCHEMA}"))
    connection.execute(text(f"GRANT ALL ON SCHEMA {ENGINE_SCHEMA} TO {quoted}"))


def _rights(table: str) -> str:
    if table in _READ:
        return "SELECT"
    if table in _APPENDED:
        return f"SELECT, INSERT, UPDATE ({', '.join(_APPENDED[table])})"
    return "SELECT, INSERT, UPDATE, DELETE"
