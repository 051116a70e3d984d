"""Run by Alembic: upgrades over the connection that `upgrading` hands in."""

from alembic import context
from sqlalchemy import MetaData

from drover.platform.db.tables import NAMES

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=MetaData(naming_convention=NAMES),
)
with context.begin_transaction():
    context.run_migrations()
