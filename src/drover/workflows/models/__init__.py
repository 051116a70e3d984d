"""The tables of definitions, schedules and runs; private to the repositories."""
