"""Definitions."""

revision = "0004_definitions"
down_revision = "0003_accounts"


def upgrade() -> None:
    """Make the tables."""
