"""Runs by the hundred thousand, written by the database itself: PostgreSQL or SQLite."""

# ruff: noqa: S608, ISC004  statements of this file alone, long ones, put together from its own words

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import psycopg

from drover.platform.web.pages import encode

TASKS_PER_RUN: Final = 16
PHONES: Final = 10
_PG = {
    "numbers": "generate_series(0, {last}) AS s(n)",
    "id": "'{stem}' || lpad(to_hex(({n}) * 2654435761 % 4294967296), 8, '0')",
    "at": "timestamptz '2026-01-01Z' + ({n}) * interval '7 seconds'",
}
_LITE = {
    "numbers": "(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {last}) SELECT n FROM s) s",
    "id": "'{stem}' || printf('%08x', ({n}) * 2654435761 % 4294967296)",
    "at": "strftime('%Y-%m-%d %H:%M:%S.000000', '2026-01-01', (({n}) * 7) || ' seconds')",
}


@dataclass(frozen=True)
class Filling:
    """What is written: `runs` runs, each of the clients in turn having one, with TASKS_PER_RUN tasks each.

    Every run has one step. All are of one workflow and one schedule; one in twenty failed.
    """

    organization: str
    clients: tuple[str, ...]
    runs: int
    workflow: str = "d" * 32
    schedule: str = "b" * 32

    def run_of(self, client: str) -> str:
        """Return the first run of a client."""
        return _id("1", self.clients.index(client))

    def step_of(self, run: str) -> str:
        """Return a run's step."""
        return "2" * 24 + run[24:]

    def phone_of(self, client: str) -> str:
        """Return the first phone of a client."""
        return _id("3", self.clients.index(client))

    def cursor(self, at: datetime) -> str:
        """Return the cursor of a page that begins behind a moment."""
        return encode((at, "f"))


def _id(kind: str, number: int) -> str:
    return kind * 24 + f"{number * 2654435761 % 4294967296:08x}"


def fill(filling: Filling, where: str) -> None:
    """Write them: at a PostgreSQL address of a superuser, or into a SQLite file."""
    postgres = where.startswith("postgresql:")
    statements = _statements(filling, _PG if postgres else _LITE)
    if postgres:
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")  # no foreign key is looked at
            for statement in (*statements, "VACUUM ANALYZE"):
                connection.execute(statement.encode())
        return
    with sqlite3.connect(where) as file:
        for statement in statements:
            file.execute(statement)


def _statements(filling: Filling, words: dict[str, str]) -> Sequence[str]:
    def id_(kind: str, n: str) -> str:
        return words["id"].format(stem=kind * 24, n=n)

    def at(n: str) -> str:
        return words["at"].format(n=n)

    def numbers(count: int) -> str:
        return words["numbers"].format(last=count - 1)

    clients = len(filling.clients)
    client = "CASE n % {} {} END".format(
        clients, " ".join(f"WHEN {i} THEN '{c}'" for i, c in enumerate(filling.clients))
    )
    of_run = client.replace("CASE n %", f"CASE (n / {TASKS_PER_RUN}) %")
    phone = id_("3", f"n % {clients} + {clients} * ((n / {clients}) % {PHONES})")
    rack = "4" * 32
    return (
        f"INSERT INTO racks (organization_id, id, name) VALUES ('{filling.organization}', '{rack}', 'bench')",
        "INSERT INTO phones (client_id, id, serial, name, rack_id, agent_id, model, state, state_since, reason, hold,"
        f" hold_reason, tags, active, lease_token) SELECT {client}, {id_('3', 'n')}, 'serial' || n, 'phone' || n,"
        f" '{rack}', NULL, 'm', 'online', {at('n')}, '', NULL, '', '[]', true, 0 FROM {numbers(clients * PHONES)}",
        "INSERT INTO workflow_runs (client_id, id, organization_id, schedule_id, occurrence, workflow_id,"
        " workflow_version, versions, phone_id, account_id, priority, parameters, seed, status, result, cause, asked,"
        " reason, due_at, created_at, started_at, ended_at, moved_at, attempt, executor_id, lease_token)"
        f" SELECT {client}, {id_('1', 'n')}, '{filling.organization}', '{filling.schedule}', 'o' || n,"
        f" '{filling.workflow}', 1, '{{\"First day\": 1}}', {phone}, NULL, 0, '{{}}', n,"
        " CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'completed' END,"
        " CASE WHEN n % 20 = 0 THEN 'failed' ELSE 'completed' END, NULL, NULL, '',"
        f" {at('n')}, {at('n')}, {at('n')}, {at('n')}, {at('n')}, 1, 'up', NULL FROM {numbers(filling.runs)}",
        "INSERT INTO sequence_runs (client_id, id, run_id, position, purpose, name, sequence, sequence_id,"
        " sequence_version, status, result, code, reason, hint, step, attempt, run_attempt, agent, tries, from_step,"
        " ended_attempt, taken, taken_attempt, taken_before, started_at, ended_at)"
        f" SELECT {client}, {id_('2', 'n')}, {id_('1', 'n')}, 1, 'step', 'look', 'Look around', '{'5' * 32}', 1,"
        " 'completed', 'completed', '', '', '', 16, 1, 1, 'up', 0, NULL, 1, 33, 1, 0,"
        f" {at('n')}, {at('n')} FROM {numbers(filling.runs)}",
        "INSERT INTO task_runs (client_id, id, sequence_run_id, number, step, round, name, kind, effect, status,"
        " attempts, expected, actual, text, error, hint, frame_before, frame_after, timing, started_at, ended_at)"
        f" SELECT {of_run}, {id_('6', 'n')}, {id_('2', f'n / {TASKS_PER_RUN}')}, n % {TASKS_PER_RUN} + 1,"
        f" n % {TASKS_PER_RUN} + 1, '[]', 'Open the profile', 'tap', 'safe', 'completed', 1, 'plaza.profile',"
        " 'plaza.profile', '', '', '',"
        f" '{'a' * 64}', '{'b' * 64}', '{{\"wall_ms\": 812, \"device_ms\": 790, \"waited_ms\": 0}}',"
        f" {at(f'n / {TASKS_PER_RUN}')}, {at(f'n / {TASKS_PER_RUN}')} FROM {numbers(filling.runs * TASKS_PER_RUN)}",
    )
