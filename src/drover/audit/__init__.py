"""The audit trail: who did what, when and why, in rows that are chained so that a change shows."""
