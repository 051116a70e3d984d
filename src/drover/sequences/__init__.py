"""Sequences: tasks, linting, the player that verifies every screen, its journal and its report."""
