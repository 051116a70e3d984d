"""The runs of a client, the latest first; the filters stand in the address."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, cast

from fastapi import Query
from nicegui import ui

from drover.console.names import Names, names_in
from drover.console.parts.listing import Column, Cursor, Listing, Row, badge, link, text
from drover.console.shell import Visit, follow, heading, page
from drover.console.words import RESULTS, RUN_TONES, duration, sentence
from drover.platform.db.database import Unit
from drover.platform.web.pages import USUAL, PageWanted, encode
from drover.tenancy.service import Act
from drover.workflows.domain.records import Run
from drover.workflows.domain.runs import RunStatus
from drover.workflows.service.runs import RunFilter

_LOOK_S: Final = 1.0
_COLUMNS: Final = (
    Column("status", "Status", "tight"),
    Column("workflow", "Workflow", "tight"),
    Column("phone", "Phone", "tight"),
    Column("began", "Began", "tight"),
    Column("took", "Took", "num"),
    Column("reason", "What happened", "wrap"),
    Column("schedule", "Schedule", "tight"),
)
Word = Annotated[str, Query(max_length=64)]


@page("/runs", title="Runs")
async def runs(
    visit: Visit, status: Word = "", workflow: Word = "", phone: Word = "", schedule: Word = "", after: Cursor = None
) -> None:
    """List them, and keep the list as it is now. Raises BadCursor."""
    visit.caller.require(Act.SEE, visit.client)
    asked = {"status": status, "workflow": workflow, "phone": phone, "schedule": schedule}
    wanted = PageWanted(limit=USUAL, after=after)
    async with visit.reading() as unit:
        names = await names_in(unit, visit.services)
        found = await _found(visit, unit, asked, wanted)
    heading("Runs")
    _filters(visit, asked, names)
    listing = Listing("Runs", _COLUMNS, empty="No run matches. Runs come from schedules, or are started by hand.")
    pager = ui.element("nav").classes("dr-pager").props('aria-label="Pages of the list"')
    _show(visit, listing, names, found)
    _pager(visit, pager, asked, wanted, found)

    async def look() -> None:
        async with visit.reading() as unit:
            now = await _found(visit, unit, asked, wanted)
        _show(visit, listing, names, now)

    follow(visit, _LOOK_S, look)


async def _found(visit: Visit, unit: Unit, asked: Mapping[str, str], wanted: PageWanted) -> Sequence[Run]:
    statuses = frozenset(one for one in RunStatus if one.value == asked["status"])
    which = RunFilter(
        statuses or None,
        phone_id=asked["phone"] or None,
        workflow_id=asked["workflow"] or None,
        schedule_id=asked["schedule"] or None,
    )
    after = cast("tuple[datetime, str] | None", wanted.position(datetime, str))
    return await visit.services.runs.list(unit, which, after=after, limit=wanted.rows)


def _filters(visit: Visit, asked: Mapping[str, str], names: Names) -> None:
    choices: Mapping[str, tuple[str, Mapping[str, str]]] = {
        "status": ("Status", {one.value: sentence(one.value) for one in RunStatus}),
        "workflow": ("Workflow", names.workflows),
        "phone": ("Phone", names.phones),
        "schedule": ("Schedule", names.schedules),
    }

    def choose(name: str, value: str) -> None:
        ui.navigate.to(visit.path("/runs", **{**asked, name: value}))

    with ui.element("div").classes("dr-bar dr-filters").props('role="group" aria-label="Filters"'):
        for name, (label, values) in choices.items():
            options = {"": "All", **values}
            chosen = asked[name] if asked[name] in options else ""
            select = ui.select(options, value=chosen, label=label)
            select.props("outlined dense options-dense").classes("dr-filter")
            select.on_value_change(lambda event, name=name: choose(name, event.value))
        if any(asked.values()):
            ui.button("Show all", on_click=lambda: ui.navigate.to(visit.path("/runs"))).props("flat no-caps dense")


def _show(visit: Visit, listing: Listing, names: Names, found: Sequence[Run]) -> None:
    now = visit.services.clock.now()
    listing.show([_row(visit, names, run, now) for run in found[:USUAL]])


def _row(visit: Visit, names: Names, run: Run, now: datetime) -> Row:
    began = run.started_at or run.due_at
    live = run.status is RunStatus.RUNNING
    seen = now.replace(microsecond=0)
    took = duration(run.started_at, run.ended_at or seen) if run.started_at else ""
    planned = names.schedules.get(run.schedule_id or "", "")
    return {
        "id": run.id,
        "status": badge(run.status.value, RUN_TONES[run.status], live=live, sub=RESULTS[run.result]),
        "workflow": link(
            names.workflow(run.workflow_id), visit.path(f"/runs/{run.id}"), sub=f"version {run.workflow_version}"
        ),
        "phone": link(names.phone(run.phone_id), visit.path(f"/phones/{run.phone_id}")),
        "began": text(visit.local(began), sub="" if run.started_at else "due"),
        "took": text(took, sub=f"attempt {run.attempt}" if run.attempt > 1 else ""),
        "reason": text(sentence(run.reason)),
        "schedule": link(planned, visit.path("/schedules", name=planned)) if planned else text("by hand"),
    }


def _pager(visit: Visit, pager: ui.element, asked: Mapping[str, str], wanted: PageWanted, found: Sequence[Run]) -> None:
    with pager:
        if wanted.after is not None:
            ui.link("Latest runs", visit.path("/runs", **asked))
        if len(found) > USUAL:
            last = found[USUAL - 1]
            cursor = encode((last.created_at, last.id))
            ui.link("Earlier runs", visit.path("/runs", **asked, after=cursor))
