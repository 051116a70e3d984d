"""The file in which a computer keeps its drafts, and what was spent on them: one, shared by its processes."""

from pathlib import Path
from typing import Final

from drover.ai.errors import AiFileUnusable
from drover.platform.local_database import LocalDatabase

_UPGRADES: Final = (
    """
    CREATE TABLE spent (
        organization TEXT NOT NULL, day TEXT NOT NULL, purpose TEXT NOT NULL,
        requests INTEGER NOT NULL, tokens INTEGER NOT NULL, billionths INTEGER NOT NULL,
        PRIMARY KEY (organization, day, purpose)
    ) STRICT;
    CREATE TABLE drafts (
        organization TEXT NOT NULL, run TEXT NOT NULL, text TEXT NOT NULL, position TEXT NOT NULL,
        kind TEXT NOT NULL, draft TEXT NOT NULL, prompt TEXT NOT NULL, model TEXT NOT NULL, at TEXT NOT NULL,
        approved_by TEXT NOT NULL, approved_at TEXT NOT NULL,
        PRIMARY KEY (organization, run, text, position)
    ) STRICT;
    CREATE INDEX drafts_waiting ON drafts (organization, at) WHERE approved_by = '';
    """,
    """
    CREATE TABLE rejected (
        organization TEXT NOT NULL, run TEXT NOT NULL, text TEXT NOT NULL, position TEXT NOT NULL,
        kind TEXT NOT NULL, draft TEXT NOT NULL, prompt TEXT NOT NULL, model TEXT NOT NULL, at TEXT NOT NULL,
        rejected_by TEXT NOT NULL, rejected_at TEXT NOT NULL, reason TEXT NOT NULL
    ) STRICT;
    """,
)


def ai_file(folder: Path) -> LocalDatabase:
    """Return the file in that folder, for a `budgets.Ledger` and a `drafts.DraftStore`. It raises AiFileUnusable."""
    return LocalDatabase(folder / "ai.sqlite", _UPGRADES, AiFileUnusable)
