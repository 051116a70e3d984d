"""Sees, while a statement becomes SQL, which tables in it lack the filter that the guard adds.

What the ORM adds the filter to is the ORM's affair and has had gaps; what is sent is what counts. The findings stay
with the compiled statement, hence are made once per shape of statement and not per execution.
"""

# The compiler has no public hook that sees a FROM and its conditions together; tests fail if its names change.
# pyright: reportPrivateUsage=false, reportIncompatibleMethodOverride=false
# ruff: noqa: ANN401, SLF001

from collections.abc import Iterable, Iterator
from typing import Any, cast

from sqlalchemy import (
    Alias,
    BindParameter,
    ColumnElement,
    Delete,
    FromClause,
    Join,
    Lateral,
    Table,
    TableSample,
    Update,
)
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, Grouping

from drover.platform.db.tables import RowsOf, rows_of

Finding = tuple[str, RowsOf, str]
"""(table, whose its rows are, the column that is not compared with the owner's)."""

Conditions = list[ColumnElement[Any]]
_NAMED = (Alias, TableSample, Lateral)
_HARMLESS_TEXT = {"*", "1"}
_REFUSED_FUNCTIONS = {"set_config", "query_to_xml", "dblink"}


class Findings:
    """What is wrong with a compiled statement: tables without a filter, and what nobody can look into."""

    def __init__(self) -> None:
        self.unfiltered: set[Finding] = set()
        self.opaque: set[str] = set()


def findings_of(compiled: object) -> Findings | None:
    """Return what the compiler found; None for what was not compiled by a watching one: SQL handed in as text."""
    return getattr(compiled, "findings", None)


class _Watching(SQLCompiler):
    """Notes the tables that are read or changed without the owner's filter."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.findings = Findings()
        super().__init__(*args, **kwargs)

    def _compose_select_body(self, text: str, select: Any, compile_state: Any, *rest: Any) -> str:
        # A refresh reads by the key of an object that the guard let into the session.
        options = getattr(compile_state, "compile_options", None)
        if not getattr(options, "_for_refresh_state", False):
            self.findings.unfiltered |= set(_lacking(rest[1], select))
        return cast("Any", super())._compose_select_body(text, select, compile_state, *rest)

    def visit_update(self, update_stmt: Update, *args: Any, **kwargs: Any) -> str:
        self._watch_change(update_stmt, kwargs)
        return super().visit_update(update_stmt, *args, **kwargs)

    def visit_delete(self, delete_stmt: Delete, *args: Any, **kwargs: Any) -> str:
        self._watch_change(delete_stmt, kwargs)
        return cast("Any", super()).visit_delete(delete_stmt, *args, **kwargs)

    def visit_insert(self, insert_stmt: Any, *args: Any, **kwargs: Any) -> str:
        if self.stack:
            self.findings.opaque.add("an INSERT inside another statement")
        return cast("Any", super()).visit_insert(insert_stmt, *args, **kwargs)

    def visit_table(self, table: Any, *args: Any, **kwargs: Any) -> str:
        if rows_of(table) is None:
            self.findings.opaque.add(f"the table {table.name}, which is no model's,")
        return cast("Any", super()).visit_table(table, *args, **kwargs)

    def visit_textclause(self, textclause: Any, *args: Any, **kwargs: Any) -> str:
        if textclause.text not in _HARMLESS_TEXT:
            self.findings.opaque.add("text in place of an expression")
        return cast("Any", super()).visit_textclause(textclause, *args, **kwargs)

    def visit_column(self, column: Any, *args: Any, **kwargs: Any) -> str:
        if column.is_literal and column.name not in _HARMLESS_TEXT:
            self.findings.opaque.add("text in place of a column")
        return cast("Any", super()).visit_column(column, *args, **kwargs)

    def visit_function(self, func: Any, *args: Any, **kwargs: Any) -> str:
        if func.name.lower() in _REFUSED_FUNCTIONS:
            self.findings.opaque.add(f"the function {func.name}")
        return cast("Any", super()).visit_function(func, *args, **kwargs)

    def _watch_change(self, statement: Update | Delete, kwargs: dict[str, Any]) -> None:
        if statement._propagate_attrs.get("compile_state_plugin") != "orm":
            # Alone, it is the unit of work's own, by the key of an object that the guard has looked at.
            if self.stack:
                self.findings.opaque.add("a change inside another statement")
            return
        state = cast("Any", statement)._compile_state_factory(statement, self, **kwargs)
        changed = state.statement
        self.findings.unfiltered |= set(_lacking([changed.table, *state._extra_froms], changed))


def watching(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    """Return a dialect's compiler that also makes findings."""
    return cast("type[SQLCompiler]", type(f"Watching{compiler.__name__}", (_Watching, compiler), {}))


def _lacking(froms: Iterable[FromClause], statement: Any) -> Iterator[Finding]:
    always = list(statement._where_criteria)
    for clause in froms:
        for name, conditions in _leaves(clause, always):
            base = name.element if isinstance(name, _NAMED) else name
            whose = rows_of(cast("Table", base)) if isinstance(base, Table) else None
            filtered = {found for condition in conditions for found in _filters(condition)}
            for column in whose.value if whose else ():
                if (_plain(name), column) not in filtered:
                    yield cast("Table", base).name, cast("RowsOf", whose), column


def _leaves(clause: FromClause, conditions: Conditions) -> Iterator[tuple[FromClause, Conditions]]:
    """Yield what a FROM joins, each with the conditions that its rows must meet to come through."""
    if not isinstance(clause, Join):
        yield clause, conditions
        return
    # A row comes through an outer join also where the ON does not hold: from the left side, or, if full, from both.
    on = [*conditions, clause.onclause] if clause.onclause is not None else conditions
    yield from _leaves(clause.left, conditions if clause.isouter or clause.full else on)
    yield from _leaves(clause.right, conditions if clause.full else on)


def _plain(clause: Any) -> Any:
    """Return the clause without the ORM's annotations, so that two mentions of one table are the same."""
    return clause._deannotate(clone=False) if clause._annotations else clause


def _filters(condition: ColumnElement[Any]) -> Iterator[tuple[FromClause, str]]:
    """Yield (table, column) for each of the guard's comparisons that must hold for `condition` to hold."""
    if isinstance(condition, Grouping):
        yield from _filters(cast("ColumnElement[Any]", condition.element))
    elif isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for part in condition.clauses:
            yield from _filters(part)
    elif isinstance(condition, BinaryExpression) and condition.operator in (operators.eq, operators.in_op):
        left, right = cast("Any", condition.left), condition.right
        # The annotation says that it comes from an option of the guard, and not from a repository.
        if isinstance(right, BindParameter) and "for_loader_criteria" in condition._annotations:
            yield _plain(left.table), left.key
