"""Workflows, their schedules and their runs: what is played, when, where, and what became of it."""
