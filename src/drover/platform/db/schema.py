"""The schema's revisions: which there are, and which a database has."""

from functools import cache

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

SCRIPTS = "drover.platform.db:migrations"


def configuration() -> Config:
    """Return Alembic's configuration, which needs no file."""
    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return config


@cache
def revisions() -> tuple[str, ...]:
    """Return the revisions that this Drover knows, the newest first."""
    return tuple(script.revision for script in ScriptDirectory.from_config(configuration()).walk_revisions())


def revision_of(connection: Connection) -> str | None:
    """Return the revision that a database has; None: it has no tables of Drover."""
    return MigrationContext.configure(connection).get_current_revision()
