"""The schedules of a client, and what comes of them in the next 24 hours, with reasons."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, cast

from nicegui import ui

from drover.console.parts.listing import Column, Cursor, Listing, Row, acts, badge, text
from drover.console.parts.panels import ask, panel
from drover.console.shell import Visit, acting, done, follow, heading, page
from drover.console.words import SCHEDULE_TONES
from drover.platform.web.pages import USUAL, PageWanted, encode
from drover.tenancy.service import Act
from drover.workflows.domain.explaining import Explanation, Start
from drover.workflows.domain.status import TRANSITIONS, ScheduleEvent
from drover.workflows.service.schedules import Kept, ScheduleFilter

_LOOK_S: Final = 2.0
_DAYS: Final = 7
_HOURS: Final = 24
_MOST_STARTS: Final = 200
_COLUMNS: Final = (
    Column("status", "Status", "tight"),
    Column("name", "Schedule", "tight"),
    Column("workflow", "Workflow", "tight"),
    Column("target", "Target", "wrap"),
    Column("timing", "When", "wrap"),
    Column("next", "Next", "tight"),
    Column("taken", "Occurrences", "num"),
    Column("acts", "Acts", "tight", hidden=True),
)
_AHEAD: Final = (
    Column("at", "Expected", "tight"),
    Column("phone", "Phone", "tight"),
    Column("what", "What", "tight"),
    Column("steps", "Steps", "wrap"),
    Column("why", "Why there, then and so", "wrap"),
)
_WORDS: Final[Mapping[str, tuple[str, str]]] = {
    "pause": ("Pause", "Nothing comes of it until it is resumed. What runs already goes on."),
    "resume": ("Resume", "It goes on with what comes next."),
    "run_now": ("Run now", "It is run once more, now, beside what comes of it anyway."),
}
_EVENTS: Final = {"pause": ScheduleEvent.PAUSE, "resume": ScheduleEvent.RESUME, "run_now": ScheduleEvent.RUN_NOW}


@page("/schedules", title="Schedules")
async def schedules(visit: Visit, after: Cursor = None) -> None:
    """List them, and tell what comes of them. Raises BadCursor."""
    visit.caller.require(Act.SEE, visit.client)
    wanted = PageWanted(limit=USUAL, after=after)
    heading("Schedules")
    view = _View(visit, wanted)
    pager = ui.element("nav").classes("dr-pager").props('aria-label="Pages of the list"')
    await view.look()
    with pager:
        if view.following:
            ui.link("More schedules", visit.path("/schedules", after=view.following))
    follow(visit, _LOOK_S, view.look)
    with panel(f"The next {_HOURS} hours"):
        ahead = ui.element("div").classes("dr-stack")
        ui.button("Work it out again", icon="refresh", on_click=acting(visit, lambda: _explain(visit, ahead))).props(
            "outline no-caps"
        ).classes("dr-panel-act")
    await _explain(visit, ahead)


class _View:
    """The list, and what may be asked of its schedules."""

    def __init__(self, visit: Visit, wanted: PageWanted) -> None:
        self._visit = visit
        self._wanted = wanted
        self._names: dict[str, str] = {}
        self._may = visit.may(Act.RUN)
        self.following = ""
        empty = "There is none yet. Make one over the API, or with `drover schedule put`."
        self._listing = Listing("Schedules", _COLUMNS, empty=empty, on_act=self._asked)

    async def look(self) -> None:
        """Read the list, and show what changed."""
        visit, after = self._visit, cast("tuple[str, str] | None", self._wanted.position(str, str))
        async with visit.reading() as unit:
            found = await visit.services.schedules.list(unit, ScheduleFilter(), after, self._wanted.rows)
            documents = [await visit.services.schedules.document(unit, kept) for kept in found[:USUAL]]
        if len(found) > USUAL:
            last = found[USUAL - 1].schedule
            self.following = encode((last.plan.name, last.id))
        self._names = {kept.schedule.id: kept.schedule.plan.name for kept in found}
        rows = zip(found, documents, strict=False)
        self._listing.show([self._row(kept, document) for kept, document in rows])

    def _row(self, kept: Kept, document: Mapping[str, Any]) -> Row:
        plan, progress = kept.schedule.plan, kept.schedule.progress
        allowed = [name for name, event in _EVENTS.items() if (progress.status, event) in TRANSITIONS]
        asked = "asked for now" if progress.asked_at is not None else ""
        return {
            "id": kept.schedule.id,
            "id_words": plan.name,
            "status": badge(progress.status.value, SCHEDULE_TONES[progress.status]),
            "name": text(plan.name, main=True, sub=f"seed {kept.schedule.seed}"),
            "workflow": text(str(document.get("workflow", ""))),
            "target": text(plan.target, mono=True),
            "timing": text(_timing(document)),
            "next": text(self._visit.local(progress.next_at, seconds=False), sub=asked),
            "taken": text(progress.taken),
            "acts": acts(*((name, _WORDS[name][0]) for name in allowed)) if self._may else text("not yours to change"),
        }

    async def _asked(self, schedule_id: str, act: str) -> None:
        words, note = _WORDS[act]
        name = self._names.get(schedule_id, "the schedule")
        ask(self._visit, f"{words}: {name}", note, words, lambda _: self._act(schedule_id, act))

    async def _act(self, schedule_id: str, act: str) -> None:
        caller = await self._visit.again(Act.RUN)
        service = self._visit.services.schedules
        method = {"pause": service.pause, "resume": service.resume, "run_now": service.run_now}[act]
        async with self._visit.writing() as unit:
            await method(unit, caller, schedule_id)
        done("Done.")
        await self.look()


def _window(timing: Mapping[str, Any]) -> str:
    moments = int(timing.get("moments") or 1)
    often = "a moment" if moments == 1 else f"{moments} moments"
    days = cast("list[str]", timing.get("weekdays") or [])
    on = f" on {' '.join(days)}" if 0 < len(days) < _DAYS else " each day"
    times = timing.get("repetitions")
    ends = f", {times} times" if times else ""
    return f"{often} between {timing.get('opens')} and {timing.get('closes')} {timing.get('zone')}{on}{ends}"


_TIMINGS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "immediate": lambda _: "once, at once",
    "at": lambda timing: f"once, at {timing.get('at')} {timing.get('zone') or ''}",
    "window": _window,
    "recurring": lambda timing: f"{timing.get('rule')}, from {timing.get('starts')} {timing.get('zone') or ''}",
}


def _timing(document: Mapping[str, Any]) -> str:
    """Return a schedule's timing in a line."""
    timing = cast("Mapping[str, Any]", document.get("timing") or {})
    kind = str(timing.get("kind", ""))
    told = _TIMINGS.get(kind)
    return kind if told is None else told(timing).strip()


async def _explain(visit: Visit, place: ui.element) -> None:
    async with visit.reading() as unit:
        explanation = await visit.services.schedules.explain(unit, _HOURS)
    place.clear()
    with place:
        _told(visit, explanation)


def _told(visit: Visit, explanation: Explanation) -> None:
    starts = explanation.starts[:_MOST_STARTS]
    listing = Listing("What is to come", _AHEAD, empty=f"Nothing is to come in the next {_HOURS} hours.")
    listing.show([_start(visit, number, start) for number, start in enumerate(starts)])
    if len(explanation.starts) > len(starts):
        ui.label(f"The first {_MOST_STARTS} of {len(explanation.starts)} are shown.").classes("dr-note")
    _lines("Waiting for one another", [conflict.why for conflict in explanation.conflicts])
    _lines("Of these nothing comes", [f"{one.schedule}: {one.why}" for one in explanation.silent])
    left = [f"{name}: {one.name}, {one.reason}" for name, many in explanation.left_out.items() for one in many]
    _lines("Left out", left)


def _lines(title: str, lines: Sequence[str]) -> None:
    if not lines:
        return
    with ui.element("div"):
        ui.label(title).classes("dr-sub-title")
        with ui.element("ul").classes("dr-lines"):
            for line in lines[:_MOST_STARTS]:
                with ui.element("li"):
                    ui.label(line)


def _start(visit: Visit, number: int, start: Start) -> Row:
    played = [step.name if step.played else f"({step.name})" for step in start.steps if step.played is not False]
    late = "" if start.due_at == start.expected_at else f"due {visit.local(start.due_at, seconds=False)[-5:]}"
    return {
        "id": str(number),
        "at": text(visit.local(start.expected_at, seconds=False), sub=late),
        "phone": text(start.phone, sub=start.account),
        "what": text(start.schedule, main=True, sub=f"{start.workflow} version {start.version}"),
        "steps": text(", ".join(played)),
        "why": text(". ".join(start.why)),
    }
